using Mbsa.Actors.Runs;
using Mbsa.Cores.Policies;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests;

/// <summary>Scenarios for tests: a host whose figures are round, so that right answers can be worked out on paper.</summary>
internal static class Lab
{
    public const long Millisecond = 1_000_000;

    /// <summary>Every operation takes 2 us of a core; nothing else is ever full.</summary>
    public static MachineProfile Machine(int cores = 4, double operationNs = 2000)
    {
        var costs = new PathCosts(new OperationCost(operationNs, 0), new OperationCost(operationNs, 0));
        return new MachineProfile
        {
            Name = "test",
            Cores = cores,
            MemoryBandwidthBytesPerSecond = 1e12,
            Paths = new Dictionary<IoPath, PathCosts>
            {
                [IoPath.MemoryBus] = costs,
                [IoPath.Host] = costs,
                [IoPath.VhostBio] = costs with { Stages = Stages },
                [IoPath.VirtioMq] = costs with { Stages = Stages with { BatchNs = 1000 } },
            },
        };
    }

    /// <summary>
    /// Alone and at depth 1 an I/O of 2 us takes 28.5 us on path vhost-bio, and 29.5 us on virtio-mq, whose batch costs 1 us more.
    /// </summary>
    public static StageCosts Stages { get; } = new()
    {
        SubmitNs = 1000,
        LockNs = 100,
        ExitNs = 500,
        SignalNs = 500,
        IdleNs = 10_000,
        BatchNs = 0,
        ParseNs = 500,
        ColdNs = 1000,
        CopyNs = 100,
        UsedNs = 400,
        InterruptNs = 500,
        EnterNs = 500,
        NotifyNs = 1000,
        CompleteNs = 500,
    };

    public static DeviceProfile Device(double readBytesPerSecond = 1e12, double writeBytesPerSecond = 1e12) => new()
    {
        Name = "test",
        ReadBandwidthBytesPerSecond = readBytesPerSecond,
        WriteBandwidthBytesPerSecond = writeBytesPerSecond,
    };

    public static ScenarioSpec Scenario(params VmSpec[] vms) => new()
    {
        Name = "test",
        DurationNs = 20 * Millisecond,
        Host = new HostSpec
        {
            Machine = Machine(),
            Device = Device(),
            NvmSizeBytes = 256L << 20,
            Payload = PayloadKind.None,
            Policy = QosPolicies.Default,
            QuantumNs = 25_000,
        },
        Vms = [.. vms],
    };

    public static VmSpec Vm(string name, IoPattern pattern = IoPattern.RandRead,
        int vcpus = 4, double weight = 1, long sizeBytes = 4 << 20) => new()
        {
            Name = name,
            Vcpus = vcpus,
            Storage = new StorageSpec(IoPath.MemoryBus, sizeBytes),
            Qos = new QosSpec { Weight = weight },
            Jobs = [Job(pattern, vcpus)],
        };

    /// <summary>A VM on a conventional path, a job of so many I/Os in flight on each VCPU.</summary>
    public static VmSpec ConventionalVm(string name, IoPath path, int depth = 1,
        IoPattern pattern = IoPattern.RandRead, int vcpus = 1, long sizeBytes = 4 << 20) =>
        Vm(name, pattern, vcpus, sizeBytes: sizeBytes) with
        {
            Storage = new StorageSpec(path, sizeBytes),
            Jobs = [Job(pattern, vcpus) with { Engine = depth == 1 ? IoEngine.Synchronous : IoEngine.Asynchronous, IoDepth = depth }],
        };

    public static VmSpec Hog(string name, int vcpus = 4, int cpuPercent = 100) => new()
    {
        Name = name,
        Vcpus = vcpus,
        Jobs = [new JobSpec { Pattern = IoPattern.Compute, NumJobs = vcpus, CpuPercent = cpuPercent }],
    };

    public static JobSpec Job(IoPattern pattern, int numJobs) =>
        new() { Name = "job", Pattern = pattern, NumJobs = numJobs, TimeBased = true };

    public static ScenarioSpec With(this ScenarioSpec scenario, Func<HostSpec, HostSpec> change) =>
        scenario with { Host = change(scenario.Host) };

    public static ScenarioSpec At(this ScenarioSpec scenario, long atNs, string vm, VmChange change) =>
        scenario with { Events = [.. scenario.Events, new ScenarioEvent(atNs, vm, change)] };

    /// <summary>Lets the power of the host fail, for so many milliseconds.</summary>
    public static ScenarioSpec Failing(this ScenarioSpec scenario, long atMs, long outageMs) =>
        scenario with { PowerFailures = [.. scenario.PowerFailures, new PowerFailure(atMs * Millisecond, outageMs * Millisecond)] };

    /// <summary>Runs to the end and checks what must hold of every run: no native memory is left.</summary>
    public static async Task<RunResult> RunAsync(this ScenarioSpec scenario)
    {
        var ledger = new MemoryLedger();
        var result = await ScenarioRun.Start(scenario, ledger).Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(ledger.IsEmpty, ledger.Describe());
        return result;
    }

    public static VmResult Of(this RunResult result, string vm) => result.Vms.Single(v => v.Spec.Name == vm);

    public static double OperationsPerSecond(this RunResult result, string vm) =>
        (result.Of(vm).Read.Operations + result.Of(vm).Write.Operations) * 1e9 / result.MeasuredNs;

    public static long[] Totals(this RunResult result) => [.. result.Vms.Select(v => v.Read.Operations + v.Write.Operations)];
}
