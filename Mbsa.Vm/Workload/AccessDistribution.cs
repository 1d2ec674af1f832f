namespace Mbsa.Vm.Workload;

/// <summary>fio's <c>random_distribution</c>: how often each block of the region is chosen.</summary>
/// <param name="Kind">The family.</param>
/// <param name="Parameter">
/// zipf: theta, above 0 and not 1; pareto: h, between 0 and 1; normal: the deviation in percent; else unused.
/// </param>
/// <param name="Centre">Where the hottest block is, as a part of the region from 0 to 1; null for where it comes to be.</param>
/// <param name="Zones">The zones of <see cref="DistributionKind.Zoned"/>; else null.</param>
public readonly record struct AccessDistribution(
    DistributionKind Kind, double Parameter = 0, double? Centre = null, AccessZones? Zones = null)
{
    /// <summary>Every block alike: fio's <c>random</c>.</summary>
    public static AccessDistribution Uniform { get; } = new(DistributionKind.Uniform);
}

/// <summary>A family of access distributions.</summary>
public enum DistributionKind
{
    /// <summary>Every block alike.</summary>
    Uniform,

    /// <summary>Zipf: the k-th most popular block is chosen in proportion to k^-theta.</summary>
    Zipf,

    /// <summary>Pareto, as fio parametrises it (80/20 at h = 0.2).</summary>
    Pareto,

    /// <summary>Normal, as fio draws it (<see cref="Random.NormalRanks"/>).</summary>
    Normal,

    /// <summary>Stretches of the region with a part of all I/Os each.</summary>
    Zoned,
}
