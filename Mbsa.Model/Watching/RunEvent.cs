namespace Mbsa.Model.Watching;

/// <summary>Something that happened in a run and is not an I/O.</summary>
/// <param name="Number">Place in the journal, from 0.</param>
/// <param name="ClockNs">When, in nanoseconds of the scenario's clock.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Text">The same for people, one line.</param>
public sealed record RunEvent(long Number, long ClockNs, RunEventKind Kind, string Text)
{
    /// <summary>The VM it happened to; null when it happened to the host.</summary>
    public string? Vm { get; init; }

    /// <summary>How the VM stands since then; null when that did not change.</summary>
    public VmState? State { get; init; }

    /// <summary>The shares of a new plan by VM, 0 to 1; null when it is no plan.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }
}

/// <summary>Kind of a <see cref="RunEvent"/>.</summary>
public enum RunEventKind
{
    /// <summary>A VM started, stopped, finished, failed, or lost its power.</summary>
    VmState,

    /// <summary>The policy divided the host anew.</summary>
    Plan,

    /// <summary>A VM was turned away.</summary>
    Refusal,

    /// <summary>Something went wrong.</summary>
    Problem,

    /// <summary>A VM moved, or a host was lost, came back, was drained or added.</summary>
    Cluster,
}
