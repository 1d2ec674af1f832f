using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Figures;

/// <summary>Use of hosts over a stretch of time: cores, memory bus and NVM, each 0 to 1.</summary>
internal static class HostUse
{
    /// <summary>Use of all hosts together between two snapshots, from the counters of their VMs.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="earlier">The snapshot before, or null for the start of the run.</param>
    /// <param name="later">The snapshot now. When the clock stands where it stood, all are 0.</param>
    public static HostUtilisation Between(ScenarioSpec scenario, LiveSnapshot? earlier, LiveSnapshot later)
    {
        double Grown(Func<VmSample, long> counter) => later.Vms.Sum(counter) - (earlier?.Vms.Sum(counter) ?? 0);
        var elapsedNs = later.ClockNs - (earlier?.ClockNs ?? 0);
        return Of(scenario, elapsedNs, Grown(vm => vm.CpuNs), Grown(vm => vm.ReadBytes), Grown(vm => vm.WriteBytes));
    }

    /// <summary>Use of each host between two snapshots.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="earlier">The snapshot before, or null for the start of the run.</param>
    /// <param name="later">
    /// The snapshot now. When the clock stands where it stood, all are 0; so is everything as long as nothing is known of several hosts.
    /// </param>
    public static ImmutableArray<HostUtilisation> OfEach(ScenarioSpec scenario, LiveSnapshot? earlier, LiveSnapshot later)
    {
        var (before, now) = (earlier is null ? null : LiveCluster.Of(scenario, earlier), LiveCluster.Of(scenario, later));
        var elapsedNs = later.ClockNs - (earlier?.ClockNs ?? 0);
        return [.. scenario.AllHosts.Hosts.Select((host, index) => now is null
            ? new HostUtilisation(0, 0, 0)
            : Of(host.Host.Machine, elapsedNs, before?.Hosts[index], now.Hosts[index]))];
    }

    /// <summary>Use of all hosts together in a point of the time series.</summary>
    public static HostUtilisation Of(ScenarioSpec scenario, SeriesPoint point) => Of(
        scenario, point.EndNs - point.StartNs,
        point.Vms.Sum(vm => vm.CpuNs), point.Vms.Sum(vm => vm.ReadBytes), point.Vms.Sum(vm => vm.WriteBytes));

    private static HostUtilisation Of(ScenarioSpec scenario, double elapsedNs, double cpuNs, double readBytes, double writeBytes)
    {
        if (elapsedNs <= 0)
        {
            return new HostUtilisation(0, 0, 0);
        }

        var (cores, bus, reads, writes) = (0.0, 0.0, 0.0, 0.0);
        foreach (var (_, host) in scenario.AllHosts.Hosts)
        {
            cores += host.Machine.Cores;
            bus += host.Machine.MemoryBandwidthBytesPerSecond;
            reads += host.Device.ReadBandwidthBytesPerSecond;
            writes += host.Device.WriteBandwidthBytesPerSecond;
        }

        var nvmSeconds = readBytes / reads + writeBytes / writes;
        return new HostUtilisation(
            Fraction(cpuNs / cores / elapsedNs),
            Fraction((readBytes + writeBytes) / bus * 1e9 / elapsedNs),
            Fraction(nvmSeconds * 1e9 / elapsedNs));
    }

    private static HostUtilisation Of(MachineProfile machine, double elapsedNs, LiveHost? earlier, LiveHost later) => elapsedNs <= 0
        ? new HostUtilisation(0, 0, 0)
        : new HostUtilisation(
            Fraction((later.BusyNs - (earlier?.BusyNs ?? 0)) / (machine.Cores * elapsedNs)),
            Fraction((later.BusBytes - (earlier?.BusBytes ?? 0)) * 1e9 / (machine.MemoryBandwidthBytesPerSecond * elapsedNs)),
            Fraction((later.NvmNs - (earlier?.NvmNs ?? 0)) / elapsedNs));

    // Counters are read while workers go on counting: a snapshot may be a quantum ahead of its clock.
    private static double Fraction(double value) => Math.Clamp(value, 0, 1);
}
