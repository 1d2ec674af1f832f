using System.Collections.Immutable;

namespace Mbsa.Host.Expectations;

/// <summary>What an expectation can name beside VMs where there are several hosts.</summary>
/// <param name="Hosts">Names of the hosts.</param>
/// <param name="Tenants">Names of the tenants.</param>
public sealed record ClusterNames(ImmutableArray<string> Hosts, ImmutableArray<string> Tenants);
