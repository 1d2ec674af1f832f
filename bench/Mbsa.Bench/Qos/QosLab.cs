using Mbsa.Bench.Measuring;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Qos;

/// <summary>
/// The host of the known right answers in docs/QOS.md: four cores, an I/O takes 2 us of a core,
/// the NVM does a million reads a second or a third as many writes. Everything can be worked out on paper.
/// </summary>
internal static class QosLab
{
    public const long Ms = 1_000_000;

    public static MachineProfile Machine { get; } = new()
    {
        Name = "round",
        Cores = 4,
        MemoryBandwidthBytesPerSecond = 1e12,
        Paths = new Dictionary<IoPath, PathCosts> { [IoPath.MemoryBus] = new(new OperationCost(2000, 0), new OperationCost(2000, 0)) },
    };

    public static DeviceProfile Device { get; } = new()
    {
        Name = "round",
        ReadBandwidthBytesPerSecond = 4096e6,
        WriteBandwidthBytesPerSecond = 4096e6 / 3,
    };

    public static VmSpec Reader(string name, int vcpus = 4) => Lab.Vm(name, vcpus, 4 << 20, Lab.Job(IoPattern.RandRead, 1));

    public static VmSpec Writer(string name, int vcpus = 4) => Lab.Vm(name, vcpus, 4 << 20, Lab.Job(IoPattern.RandWrite, 1));

    public static VmSpec Hog(string name, int vcpus = 4) => new()
    {
        Name = name,
        Vcpus = vcpus,
        Jobs = [new JobSpec { Pattern = IoPattern.Compute, NumJobs = vcpus }],
    };

    public static VmSpec With(this VmSpec vm, QosSpec qos) => vm with { Qos = qos };

    /// <summary>The same VM, in bursts: so many I/Os, then a pause.</summary>
    public static VmSpec Pausing(this VmSpec vm, int blocks, long pauseNs) =>
        vm with { Jobs = [.. vm.Jobs.Select(job => job with { ThinkTimeBlocks = blocks, ThinkTimeNs = pauseNs })] };

    /// <summary>The same VM, starting by an event.</summary>
    public static VmSpec Later(this VmSpec vm) => vm with { StartsAtOnce = false };

    public static QosSpec Reserved(double share) => new() { Reservation = new Promise(PromiseUnit.Share, share) };

    public static ScenarioSpec Scenario(long durationMs, long windowMs, params VmSpec[] vms)
    {
        var scenario = Lab.Scenario(ClockKind.Virtual, Machine, [.. vms]);
        return scenario with
        {
            Name = "bar",
            DurationNs = durationMs * Ms,
            WarmupNs = 100 * Ms,
            WindowNs = windowMs * Ms,
            Host = scenario.Host with { Device = Device },
        };
    }

    public static ScenarioSpec At(this ScenarioSpec scenario, long atMs, string vm, VmChange change) =>
        scenario with { Events = [.. scenario.Events, new ScenarioEvent(atMs * Ms, vm, change)] };

    /// <summary>A VM's share of the host's dominant resource in each window.</summary>
    public static double[] Shares(this RunResult run, string vm)
    {
        var index = run.Vms.IndexOf(run.Vms.Single(v => v.Spec.Name == vm));
        return [.. run.Windows.Select(window => window.Shares[index])];
    }
}
