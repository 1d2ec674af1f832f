using Mbsa.Actors.Tests.Qos;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Deciding;

/// <summary>
/// Clusters of the hosts of <see cref="QosLab"/>: 4 cores, a read takes 2 us of one and 1 us of the NVM, a write 3 us of both;
/// 256 MiB of NVM. Named h0, h1 and so on.
/// </summary>
internal static class DecidingLab
{
    public const long Epoch = ClusterSpec.DefaultEpochNs;

    public static ScenarioSpec Cluster(int hosts, params VmSpec[] vms)
    {
        var scenario = QosLab.Host(vms);
        return scenario with
        {
            Cluster = new ClusterSpec
            { Hosts = [.. Enumerable.Range(0, hosts).Select(i => new ClusterHostSpec($"h{i}", scenario.Host))] }
        };
    }

    public static ScenarioSpec With(this ScenarioSpec scenario, Func<ClusterSpec, ClusterSpec> change) =>
        scenario with { Cluster = change(scenario.Cluster!) };

    public static ScenarioSpec Host(this ScenarioSpec scenario, int host, Func<HostSpec, HostSpec> change) =>
        scenario.With(cluster =>
            cluster with { Hosts = cluster.Hosts.SetItem(host, cluster.Hosts[host] with { Host = change(cluster.Hosts[host].Host) }) });

    public static ScenarioSpec Spread(this ScenarioSpec scenario) =>
        scenario.With(cluster => cluster with { Placement = PlacementRule.Spread });

    /// <summary>A tenant of the VMs from one index on, promised so many I/Os per second.</summary>
    public static ScenarioSpec Tenant(this ScenarioSpec scenario, double iops, params int[] vms) => scenario.With(cluster => cluster with
    {
        Tenants = [.. cluster.Tenants,
            new TenantSpec($"t{cluster.Tenants.Length}", [.. vms], new Promise(PromiseUnit.OperationsPerSecond, iops))],
    });

    /// <summary>A reader with a part of a host reserved: of the NVM, and half as much of the cores.</summary>
    public static VmSpec Reader(string name, double share, long sizeBytes = 4 << 20, int vcpus = 4) =>
        Lab.Vm(name, vcpus: vcpus, sizeBytes: sizeBytes).Reserved(PromiseUnit.Share, share);

    public static VmSpec Pinned(this VmSpec vm, string host) => vm with { PinnedTo = host };
}
