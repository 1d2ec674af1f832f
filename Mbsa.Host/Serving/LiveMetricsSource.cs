using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;
using Mbsa.Host.Report;
using Mbsa.Metrics;

namespace Mbsa.Host.Serving;

/// <summary>Makes samples for the instruments out of the snapshots of a run.</summary>
/// <param name="scenario">What runs.</param>
/// <param name="snapshot">How it stands now.</param>
internal sealed class LiveMetricsSource(ScenarioSpec scenario, Func<LiveSnapshot> snapshot) : IMetricsSource
{
    /// <summary>Name of the emulated host: there is one.</summary>
    public const string HostName = "host-0";

    private LiveSnapshot? _earlier;
    private HostUtilisation _utilisation = new(0, 0, 0);

    /// <inheritdoc/>
    public HostSample Sample()
    {
        var now = snapshot();
        UpdateUtilisation(now);
        var usedNs = now.Vms.Sum(CpuNs);
        return new HostSample
        {
            Host = HostName,
            ClockSeconds = now.ClockNs / 1e9,
            Vms = [.. now.Vms.Select(vm => Vm(vm, usedNs))],
            VmsRunning = now.Vms.Count(vm => vm.State == VmState.Running),
            CpuUtilisation = _utilisation.Cpu,
            BusUtilisation = _utilisation.Bus,
            NvmUtilisation = _utilisation.Nvm,
            NvmAllocatedBytes = now.NvmAllocatedBytes,
            NvmSizeBytes = scenario.Host.NvmSizeBytes,
            JainIndex = Fairness.JainIndex([.. scenario.Vms.Zip(now.Vms)
                .Where(pair => RunFigures.DoesIo(pair.First))
                .Select(pair => (double)(pair.Second.ReadBytes + pair.Second.WriteBytes))]),
        };
    }

    private static VmSample Vm(LiveVm vm, long usedNs) => new()
    {
        Name = vm.Name,
        State = Words.Of(vm.State),
        Reads = vm.ReadOperations,
        Writes = vm.WriteOperations,
        ReadBytes = vm.ReadBytes,
        WriteBytes = vm.WriteBytes,
        StorageCpuSeconds = vm.StorageCpuNs / 1e9,
        ComputeCpuSeconds = vm.ComputeCpuNs / 1e9,
        ThrottledSeconds = vm.WaitingNs / 1e9,
        Quanta = vm.Quanta,
        PlannedShare = vm.PlannedShare,
        AchievedShare = usedNs > 0 ? (double)CpuNs(vm) / usedNs : 0,
    };

    // Since the sample before, from the counters; while the clock stands, as at the end, the last figures stay.
    private void UpdateUtilisation(LiveSnapshot now)
    {
        var elapsedNs = now.ClockNs - (_earlier?.ClockNs ?? 0);
        if (elapsedNs <= 0)
        {
            return;
        }

        double readBytes = now.Vms.Sum(vm => vm.ReadBytes) - (_earlier?.Vms.Sum(vm => vm.ReadBytes) ?? 0);
        double writeBytes = now.Vms.Sum(vm => vm.WriteBytes) - (_earlier?.Vms.Sum(vm => vm.WriteBytes) ?? 0);
        double cpuNs = now.Vms.Sum(CpuNs) - (_earlier?.Vms.Sum(CpuNs) ?? 0);
        var host = scenario.Host;
        var nvmSeconds = (readBytes / host.Device.ReadBandwidthBytesPerSecond) + (writeBytes / host.Device.WriteBandwidthBytesPerSecond);
        _utilisation = new HostUtilisation(
            Fraction(cpuNs / host.Machine.Cores / elapsedNs),
            Fraction((readBytes + writeBytes) / host.Machine.MemoryBandwidthBytesPerSecond * 1e9 / elapsedNs),
            Fraction(nvmSeconds * 1e9 / elapsedNs));
        _earlier = now;
    }

    // Counters are read while workers go on counting: a sample may be a quantum ahead of its clock.
    private static double Fraction(double value) => Math.Clamp(value, 0, 1);

    private static long CpuNs(LiveVm vm) => vm.StorageCpuNs + vm.ComputeCpuNs;
}
