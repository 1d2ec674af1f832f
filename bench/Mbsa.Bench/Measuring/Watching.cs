namespace Mbsa.Bench.Measuring;

/// <summary>A way to watch a run.</summary>
/// <param name="Name">For people.</param>
internal sealed record Watching(string Name)
{
    /// <summary>The page and /metrics are served, and read by one client each.</summary>
    public bool Served { get; init; }

    /// <summary>Beside them, clients that ask and never read the answer.</summary>
    public bool Deaf { get; init; }

    /// <summary>Metrics and a trace are sent to a collector that is not there.</summary>
    public bool Exported { get; init; }

    /// <summary>The live table of a terminal is drawn.</summary>
    public bool Drawn { get; init; }
}
