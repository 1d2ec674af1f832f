using System.Collections.Immutable;

namespace Mbsa.Metrics;

/// <summary>A run at one moment.</summary>
/// <param name="Hosts">Its hosts, each name once; none as long as nothing is known of them. A VM is on one of them at most.</param>
public sealed record RunSample(ImmutableArray<HostSample> Hosts)
{
    /// <summary>What happened between the hosts; null for a run on a single one.</summary>
    public ClusterSample? Cluster { get; init; }
}
