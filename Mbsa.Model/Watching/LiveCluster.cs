using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Model.Watching;

/// <summary>How the hosts of a run on several hosts stand, for people who watch it.</summary>
/// <param name="Hosts">Every host in the scenario's order.</param>
/// <param name="HostOfVm">For each VM in the scenario's order the index of the host it is on, or was on last; null for none.</param>
public sealed record LiveCluster(ImmutableArray<LiveHost> Hosts, ImmutableArray<int?> HostOfVm)
{
    /// <summary>How the hosts of any run stand; a single one is alone. Null as long as nothing is known of several.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="snapshot">How the run stands.</param>
    public static LiveCluster? Of(ScenarioSpec scenario, LiveSnapshot snapshot)
    {
        if (scenario.Cluster is not null)
        {
            return snapshot.Cluster;
        }

        var (reads, writes) = (snapshot.Vms.Sum(vm => vm.ReadBytes), snapshot.Vms.Sum(vm => vm.WriteBytes));
        var device = scenario.Host.Device;
        var nvmSeconds = reads / device.ReadBandwidthBytesPerSecond + writes / device.WriteBandwidthBytesPerSecond;
        var host = new LiveHost(ClusterSpec.OnlyHost, IsUp: true,
            snapshot.Vms.Sum(vm => vm.CpuNs), (double)reads + writes, nvmSeconds * 1e9, snapshot.NvmAllocatedBytes)
        {
            AdmissionRefusals = snapshot.AdmissionRefusals,
            Plans = snapshot.Plans,
            SchedulerOverheadNs = snapshot.SchedulerOverheadNs,
        };
        return new LiveCluster([host], [.. snapshot.Vms.Select(_ => (int?)0)]);
    }

    /// <summary>Migrations done.</summary>
    public long MigrationsDone { get; init; }

    /// <summary>Migrations that were called off.</summary>
    public long MigrationsCancelled { get; init; }

    /// <summary>Migrations under way.</summary>
    public int MigrationsUnderWay { get; init; }

    /// <summary>Bytes that all migrations sent.</summary>
    public long MigratedBytes { get; init; }

    /// <summary>How long VMs stood still in all migrations together, in nanoseconds.</summary>
    public long DowntimeNs { get; init; }

    /// <summary>Times a host was lost.</summary>
    public long HostLosses { get; init; }
}

/// <summary>One host of several. Counts are totals since the VMs started.</summary>
/// <param name="Name">The host.</param>
/// <param name="IsUp">Whether it is there.</param>
/// <param name="BusyNs">Core time held, in nanoseconds, summed over cores.</param>
/// <param name="BusBytes">Bytes over the memory bus.</param>
/// <param name="NvmNs">Time its NVM was busy, in nanoseconds.</param>
/// <param name="NvmAllocatedBytes">Bytes of its NVM device that are taken.</param>
public sealed record LiveHost(string Name, bool IsUp, long BusyNs, double BusBytes, double NvmNs, long NvmAllocatedBytes)
{
    /// <summary>VMs it turned away.</summary>
    public long AdmissionRefusals { get; init; }

    /// <summary>Plans that its policy made.</summary>
    public long Plans { get; init; }

    /// <summary>Core time that went into deciding who runs next, in nanoseconds; 0 under the virtual clock.</summary>
    public long SchedulerOverheadNs { get; init; }
}
