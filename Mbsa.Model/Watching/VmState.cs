namespace Mbsa.Model.Watching;

/// <summary>How a VM stands.</summary>
public enum VmState
{
    /// <summary>Waiting for an event that starts it.</summary>
    Waiting,

    /// <summary>Running.</summary>
    Running,

    /// <summary>All its jobs came to their end.</summary>
    Finished,

    /// <summary>Stopped by an event.</summary>
    Stopped,

    /// <summary>Given up on after a failure.</summary>
    Failed,

    /// <summary>Its host has no power.</summary>
    NoPower,
}

/// <summary>The words of a <see cref="VmState"/>.</summary>
public static class VmStateWords
{
    /// <summary>The state as metrics, reports and tables write it, in lower case.</summary>
    public static string Word(this VmState state) => state switch
    {
        VmState.Waiting => "waiting",
        VmState.Running => "running",
        VmState.Finished => "finished",
        VmState.Stopped => "stopped",
        VmState.Failed => "failed",
        VmState.NoPower => "no power",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
