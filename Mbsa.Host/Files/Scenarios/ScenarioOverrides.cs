using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>
/// What the command line sets instead of the scenario file; null leaves the file's value. Defaults that depend on a value follow it.
/// </summary>
public sealed record ScenarioOverrides
{
    /// <summary>The clock.</summary>
    public ClockKind? Clock { get; init; }

    /// <summary>Name of the QoS policy.</summary>
    public string? Policy { get; init; }

    /// <summary>The seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Length of the measured part, in nanoseconds; above 0.</summary>
    public long? DurationNs { get; init; }

    /// <summary>Length of the windows of the time series, in nanoseconds; above 0.</summary>
    public long? WindowNs { get; init; }

    /// <summary>The path of every VM that has storage.</summary>
    public IoPath? Path { get; init; }
}
