using System.Collections.Immutable;
using Mbsa.Actors.Runs;
using Mbsa.Cores.Policies;
using Mbsa.Host.Files.Profiles;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Measuring;

/// <summary>Scenarios to measure, and their runs.</summary>
internal static class Lab
{
    /// <summary>The program's default quantum under the virtual clock, in nanoseconds.</summary>
    public static readonly long VirtualQuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Virtual);

    /// <summary>The program's default quantum under the wall clock, in nanoseconds.</summary>
    public static readonly long WallQuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Wall);

    /// <summary>As if one core touched all disks; several will be faster, unless the host lets only one in at a time.</summary>
    private const double TouchMargin = 1.5;

    /// <summary>What writing a byte takes at most, in seconds.</summary>
    private const double CopySecondsPerByte = 0.3e-9;

    /// <summary>The device that adds nothing to memory.</summary>
    public static DeviceProfile Dram { get; } = ProfileCatalog.Device("dram");

    /// <summary>An emulated machine of the catalogue, with as many cores as asked for.</summary>
    public static MachineProfile Machine(int cores) => ProfileCatalog.Machine("generic-4core") with { Cores = cores };

    /// <summary>A job that goes on until the run ends.</summary>
    public static JobSpec Job(IoPattern pattern, int numJobs) =>
        new() { Name = "job", Pattern = pattern, NumJobs = numJobs, TimeBased = true };

    /// <summary>A VM with a disk and one job, a clone for each VCPU.</summary>
    public static VmSpec Vm(string name, int vcpus, long diskBytes, JobSpec job) => new()
    {
        Name = name,
        Vcpus = vcpus,
        Storage = new StorageSpec(IoPath.MemoryBus, diskBytes),
        Jobs = [job with { NumJobs = vcpus }],
    };

    /// <summary>A scenario with the clock's own defaults: quantum and payload.</summary>
    public static ScenarioSpec Scenario(ClockKind clock, MachineProfile machine, ImmutableArray<VmSpec> vms) => new()
    {
        Name = "bench",
        Clock = clock,
        DurationNs = 1_000_000_000,
        WarmupNs = 200_000_000,
        Host = new HostSpec
        {
            Machine = machine,
            Device = Dram,
            // A few per cent for maps and page tables. The device is sparse: what is not touched takes no memory.
            NvmSizeBytes = (long)(vms.Sum(vm => vm.Storage?.SizeBytes ?? 0) * 1.05 / 4096) * 4096 + (64L << 20),
            Payload = clock == ClockKind.Wall ? PayloadKind.Full : PayloadKind.None,
            Policy = QosPolicies.Default,
            QuantumNs = HostSpec.DefaultQuantumNs(clock),
        },
        Vms = vms,
    };

    /// <summary>The same with another quantum.</summary>
    public static ScenarioSpec WithQuantum(this ScenarioSpec scenario, long quantumNs) =>
        scenario with { Host = scenario.Host with { QuantumNs = quantumNs } };

    /// <summary>The same under another policy.</summary>
    public static ScenarioSpec WithPolicy(this ScenarioSpec scenario, string policy) =>
        scenario with { Host = scenario.Host with { Policy = policy } };

    /// <summary>The same for so many seconds of the scenario's clock.</summary>
    public static ScenarioSpec Lasting(this ScenarioSpec scenario, double seconds) => scenario with { DurationNs = (long)(seconds * 1e9) };

    /// <summary>
    /// The same, with every page of every disk touched before anything is measured: each VCPU writes its part of the disk once, the jobs
    /// proper wait for that, and then there is the warm-up that was asked for.
    /// </summary>
    public static ScenarioSpec Touched(this ScenarioSpec scenario)
    {
        var bytes = scenario.Vms.Sum(vm => vm.Storage?.SizeBytes ?? 0);
        var touchNs = 20_000_000 + (long)(TouchMargin * bytes * (FirstTouch.SecondsPerByte + CopySecondsPerByte) * 1e9);
        return scenario with
        {
            WarmupNs = scenario.WarmupNs + touchNs,
            Vms = [.. scenario.Vms.Select(vm => vm with
            {
                Jobs = [.. vm.Jobs.Select(job => job with { StartDelayNs = touchNs }),
                    .. vm.Storage is { } disk ? [Toucher(vm, disk)] : Array.Empty<JobSpec>()],
            })],
        };
    }

    /// <summary>Runs a scenario to its end.</summary>
    /// <exception cref="BenchException">Something went wrong in it: the figures would mean nothing.</exception>
    public static RunResult Run(ScenarioSpec scenario)
    {
        var result = ScenarioRun.Start(scenario).Completion.GetAwaiter().GetResult();
        return result.Problems.IsEmpty ? result : throw new BenchException($"the run has problems: {string.Join("; ", result.Problems)}");
    }

    /// <summary>I/Os per second of the scenario's clock, all VMs together.</summary>
    public static double Iops(this RunResult result) =>
        result.Vms.Sum(vm => vm.Read.Operations + vm.Write.Operations) * 1e9 / result.MeasuredNs;

    private static JobSpec Toucher(VmSpec vm, StorageSpec disk)
    {
        var part = new Extent(disk.SizeBytes / BlockStorage.BlockBytes / vm.Vcpus * BlockStorage.BlockBytes);
        return new JobSpec
        {
            Name = "toucher",
            Pattern = IoPattern.Write,
            WriteBlockBytes = 65536,
            NumJobs = vm.Vcpus,
            Size = part,
            OffsetIncrement = part,
        };
    }
}
