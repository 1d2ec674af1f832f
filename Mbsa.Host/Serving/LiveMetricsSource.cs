using System.Collections.Immutable;
using Mbsa.Actors.Runs;
using Mbsa.Host.Figures;
using Mbsa.Host.Watching;
using Mbsa.Metrics;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Serving;

/// <summary>
/// Makes samples for the instruments out of the snapshots of a run. What is a share of something is that since the sample before.
/// </summary>
/// <param name="scenario">What runs.</param>
/// <param name="run">The run.</param>
/// <param name="wear">Looks at its disks.</param>
internal sealed class LiveMetricsSource(ScenarioSpec scenario, IRunningScenario run, WearWatch wear) : IMetricsSource
{
    /// <summary>Name of the emulated host where there is one.</summary>
    public const string HostName = "host-0";

    private LiveSnapshot? _earlier;
    private ImmutableArray<HostUtilisation> _utilisation = [.. scenario.AllHosts.Hosts.Select(_ => new HostUtilisation(0, 0, 0))];
    private ImmutableArray<double> _achieved = [.. scenario.Vms.Select(_ => 0.0)];

    /// <inheritdoc/>
    public RunSample Sample()
    {
        var now = run.Snapshot();
        UpdateSinceBefore(now);
        return LiveCluster.Of(scenario, now) is not { } cluster
            ? new RunSample([])
            : new RunSample([.. scenario.AllHosts.Hosts.Select((host, index) => OneOf(now, cluster, host, index))])
            {
                Cluster = now.Cluster is { } several ? Between(several) : null,
            };
    }

    /// <summary>A VM is with the host it is on, or was on last; one that was not placed yet is with none.</summary>
    private HostSample OneOf(LiveSnapshot now, LiveCluster cluster, ClusterHostSpec spec, int index)
    {
        var host = cluster.Hosts[index];
        return Of(scenario.Cluster is null ? HostName : spec.Name, spec.Host, index, now, vm => cluster.HostOfVm[vm] == index) with
        {
            IsUp = host.IsUp,
            NvmAllocatedBytes = host.NvmAllocatedBytes,
            AdmissionRefusals = host.AdmissionRefusals,
            Plans = host.Plans,
            SchedulerOverheadSeconds = host.SchedulerOverheadNs / 1e9,
        };
    }

    private HostSample Of(string name, HostSpec spec, int index, LiveSnapshot now, Func<int, bool> isOnIt)
    {
        int[] vms = [.. Enumerable.Range(0, now.Vms.Length).Where(isOnIt)];
        var names = vms.Select(vm => now.Vms[vm].Name).ToHashSet();
        return new HostSample
        {
            Host = name,
            ClockSeconds = now.ClockNs / 1e9,
            Vms = [.. vms.Select(vm => now.Vms[vm] with { AchievedShare = _achieved[vm] })],
            Wear = wear.Look().Disks.Where(disk => names.Contains(disk.Key)).ToDictionary(),
            CpuUtilisation = _utilisation[index].Cpu,
            BusUtilisation = _utilisation[index].Bus,
            NvmUtilisation = _utilisation[index].Nvm,
            NvmAllocatedBytes = 0,
            NvmSizeBytes = spec.NvmSizeBytes,
            JainIndex =
            Fairness.JainIndex([.. vms.Where(vm => RunFigures.DoesIo(scenario.Vms[vm])).Select(vm => (double)now.Vms[vm].Bytes)]),
        };
    }

    private static ClusterSample Between(LiveCluster cluster) => new()
    {
        MigrationsDone = cluster.MigrationsDone,
        MigrationsCancelled = cluster.MigrationsCancelled,
        MigrationsUnderWay = cluster.MigrationsUnderWay,
        MigratedBytes = cluster.MigratedBytes,
        DowntimeSeconds = cluster.DowntimeNs / 1e9,
        HostLosses = cluster.HostLosses,
    };

    // While the clock stands, as at the end, the last figures stay.
    private void UpdateSinceBefore(LiveSnapshot now)
    {
        if (now.ClockNs <= (_earlier?.ClockNs ?? 0))
        {
            return;
        }

        _achieved = [.. now.Vms.Select((vm, i) => vm.ShareSince(_earlier?.Vms[i]) ?? _achieved[i])];
        _utilisation = HostUse.OfEach(scenario, _earlier, now);
        _earlier = now;
    }
}
