namespace Mbsa.Cores.Queue;

/// <summary>How a schedulable stands with the run queue.</summary>
internal enum RunState
{
    /// <summary>It was never ready.</summary>
    New,

    /// <summary>It waits for a core.</summary>
    Ready,

    /// <summary>It was granted a quantum.</summary>
    Granted,

    /// <summary>Its quantum ended; it sleeps until it is ready again.</summary>
    Resting,

    /// <summary>It left for good.</summary>
    Gone,
}
