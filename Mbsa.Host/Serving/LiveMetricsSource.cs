using System.Collections.Immutable;
using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;
using Mbsa.Host.Live;
using Mbsa.Host.Report;
using Mbsa.Metrics;

namespace Mbsa.Host.Serving;

/// <summary>Makes samples for the instruments out of the snapshots of a run. What is a share of something is that since the sample before.</summary>
/// <param name="scenario">What runs.</param>
/// <param name="run">The run.</param>
/// <param name="wear">Looks at its disks.</param>
internal sealed class LiveMetricsSource(ScenarioSpec scenario, IRunningScenario run, WearWatch wear) : IMetricsSource
{
    /// <summary>Name of the emulated host: there is one.</summary>
    public const string HostName = "host-0";

    private LiveSnapshot? _earlier;
    private HostUtilisation _utilisation = new(0, 0, 0);
    private ImmutableArray<double> _achieved = [];

    /// <inheritdoc/>
    public HostSample Sample()
    {
        var now = run.Snapshot();
        UpdateSinceBefore(now);
        return new HostSample
        {
            Host = HostName,
            ClockSeconds = now.ClockNs / 1e9,
            Vms = [.. now.Vms.Select((vm, i) => vm with { AchievedShare = _achieved.IsEmpty ? 0 : _achieved[i] })],
            Wear = wear.Look().Disks,
            CpuUtilisation = _utilisation.Cpu,
            BusUtilisation = _utilisation.Bus,
            NvmUtilisation = _utilisation.Nvm,
            NvmAllocatedBytes = now.NvmAllocatedBytes,
            NvmSizeBytes = HostUse.Hosts(scenario).Sum(host => host.NvmSizeBytes),
            JainIndex = Fairness.JainIndex([.. scenario.Vms.Zip(now.Vms)
                .Where(pair => RunFigures.DoesIo(pair.First))
                .Select(pair => (double)pair.Second.Bytes)]),
            AdmissionRefusals = now.AdmissionRefusals,
            Plans = now.Plans,
            SchedulerOverheadSeconds = now.SchedulerOverheadNs / 1e9,
        };
    }

    // While the clock stands, as at the end, the last figures stay.
    private void UpdateSinceBefore(LiveSnapshot now)
    {
        if (now.ClockNs <= (_earlier?.ClockNs ?? 0))
        {
            return;
        }

        _achieved = [.. now.Vms.Select((vm, i) => vm.ShareSince(_earlier?.Vms[i]) ?? (_achieved.IsEmpty ? 0 : _achieved[i]))];
        _utilisation = HostUse.Between(scenario, _earlier, now);
        _earlier = now;
    }
}
