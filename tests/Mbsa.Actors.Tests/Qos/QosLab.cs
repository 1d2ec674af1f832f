using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>
/// The host of the known right answers: 4 cores, an operation takes 2 us of a core;
/// the NVM does a million units a second, a read costs 1 and a write 3.
/// </summary>
internal static class QosLab
{
    private const double Block = 4096;

    public static readonly string[] Policies = ["none", "cap", "fair", "mclock", "plan"];

    /// <summary>That host.</summary>
    public static ScenarioSpec Host(params VmSpec[] vms) =>
        Lab.Scenario(vms).With(host => host with { Device = Units(1e6, 3) }) with { DurationNs = 100 * Lab.Millisecond };

    /// <summary>A host on which nothing but cores is ever short, with a number of operations per second.</summary>
    public static ScenarioSpec CoresOnly(double operationsPerSecond, params VmSpec[] vms) =>
        Lab.Scenario(vms).With(host =>
            host with { Machine = Lab.Machine(4, 4e9 / operationsPerSecond) }) with
        { DurationNs = 100 * Lab.Millisecond };

    /// <summary>A device of so many units a second, of which a read takes one.</summary>
    public static DeviceProfile Units(double unitsPerSecond, double unitsPerWrite) =>
        Lab.Device(unitsPerSecond * Block, unitsPerSecond * Block / unitsPerWrite);

    /// <summary>A machine whose reads and writes take different core times.</summary>
    public static MachineProfile Machine(int cores, double readNs, double writeNs, double busBytesPerSecond = 1e12)
    {
        var costs = new PathCosts(new OperationCost(readNs, 0), new OperationCost(writeNs, 0));
        return Lab.Machine(cores) with
        {
            MemoryBandwidthBytesPerSecond = busBytesPerSecond,
            Paths = new Dictionary<IoPath, PathCosts> { [IoPath.MemoryBus] = costs, [IoPath.Host] = costs },
        };
    }

    public static ScenarioSpec Under(this ScenarioSpec scenario, string policy) => scenario.With(host => host with { Policy = policy });

    public static ScenarioSpec For(this ScenarioSpec scenario, long ms, long warmupMs = 0, long? windowMs = null) => scenario with
    {
        DurationNs = ms * Lab.Millisecond,
        WarmupNs = warmupMs * Lab.Millisecond,
        WindowNs = windowMs * Lab.Millisecond,
    };

    /// <summary>A machine with so many cores, all else as it was.</summary>
    public static ScenarioSpec OnCores(this ScenarioSpec scenario, int cores) =>
        scenario.With(host => host with { Machine = host.Machine with { Cores = cores } });

    public static VmSpec Reader(string name, int vcpus = 4, double weight = 1) => Lab.Vm(name, IoPattern.RandRead, vcpus, weight);

    public static VmSpec Writer(string name, int vcpus = 4, double weight = 1) => Lab.Vm(name, IoPattern.RandWrite, vcpus, weight);

    public static VmSpec Mixed(string name, int readPercent, int vcpus = 4) =>
        Lab.Vm(name, IoPattern.RandReadWrite, vcpus) with
        { Jobs = [Lab.Job(IoPattern.RandReadWrite, vcpus) with { ReadPercent = readPercent }] };

    /// <summary>A VM of the latency class: batches of so many reads with a pause between them.</summary>
    public static VmSpec Batches(string name, int operations, long pauseNs) =>
        Lab.Vm(name, vcpus: 1) with
        { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = pauseNs, ThinkTimeBlocks = operations }] };

    /// <summary>A VM that wants no more than so many reads per second.</summary>
    public static VmSpec Paced(string name, double operationsPerSecond, int vcpus = 1) =>
        Lab.Vm(name, vcpus: vcpus) with { Jobs = [Lab.Job(IoPattern.RandRead, vcpus) with { ReadRateIops = operationsPerSecond / vcpus }] };

    public static VmSpec Weight(this VmSpec vm, double weight) => vm with { Qos = vm.Qos with { Weight = weight } };

    public static VmSpec Reserved(this VmSpec vm, PromiseUnit unit, double value) =>
        vm with { Qos = vm.Qos with { Reservation = new Promise(unit, value) } };

    public static VmSpec Limited(this VmSpec vm, PromiseUnit unit, double value) =>
        vm with { Qos = vm.Qos with { Limit = new Promise(unit, value) } };

    public static VmSpec Urgent(this VmSpec vm, long latencyNs) => vm with { Qos = vm.Qos with { LatencyNs = latencyNs } };

    public static VmSpec Late(this VmSpec vm) => vm with { StartsAtOnce = false };

    public static VmSpec[] Many(int count, Func<int, VmSpec> make) => [.. Enumerable.Range(0, count).Select(make)];

    /// <summary>Operations of a VM in each window.</summary>
    public static long[] Series(this RunResult run, string vm)
    {
        var index = run.Vms.Select((v, i) => (v, i)).First(v => v.v.Spec.Name == vm).i;
        return [.. run.Windows.Select(w => w.Operations[index])];
    }

    /// <summary>Jain's fairness index of what several got: 1 when all got the same.</summary>
    public static double Jain(IReadOnlyCollection<double> amounts)
    {
        var (sum, squares) = (amounts.Sum(), amounts.Sum(a => a * a));
        return sum * sum / (amounts.Count * squares);
    }

    /// <summary>Asserts that something is what it should be, within a fraction of it.</summary>
    public static void Near(double expected, double actual, double fraction, string what = "") =>
        Assert.True(Math.Abs(actual - expected) <= expected * fraction,
            $"{what}: {actual} is {100 * (actual / expected - 1):0.00} % off {expected}");
}
