using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Watching;

/// <summary>A small scenario and what a run of it could have measured.</summary>
internal static class Sample
{
    public const long Second = 1_000_000_000;

    public static ScenarioSpec Scenario(params VmSpec[] vms) => new()
    {
        Name = "two-vms",
        Description = "A database beside a writer.",
        Seed = 7,
        DurationNs = 2 * Second,
        WarmupNs = Second / 5,
        Host = new HostSpec
        {
            Machine = new MachineProfile
            {
                Name = "test-machine",
                Cores = 4,
                MemoryBandwidthBytesPerSecond = 10e9,
                Paths = ImmutableDictionary<IoPath, PathCosts>.Empty,
            },
            Device = new DeviceProfile
            {
                Name = "test-device",
                ReadBandwidthBytesPerSecond = 8e9,
                WriteBandwidthBytesPerSecond = 2e9,
                EnduranceWrites = 1e6,
            },
            NvmSizeBytes = 1L << 30,
            Payload = PayloadKind.None,
            Policy = "fair",
            QuantumNs = 25_000,
        },
        Vms = vms.Length > 0 ? [.. vms] : [Vm("oltp", IoPattern.RandReadWrite), Vm("writer", IoPattern.Write, vcpus: 2)],
    };

    /// <summary>The same on two hosts, of which the second is lost for a while, with a tenant that has the database.</summary>
    public static ScenarioSpec ClusterScenario()
    {
        var scenario = Scenario();
        return scenario with
        {
            Cluster = new ClusterSpec
            {
                Hosts = [new ClusterHostSpec("h-1", scenario.Host), new ClusterHostSpec("h-2", scenario.Host)],
                Tenants = [new TenantSpec("acme", [0], new Promise(PromiseUnit.OperationsPerSecond, 400_000))],
                Events = [new HostEvent(Second / 2, 1, HostChange.Lose), new HostEvent(Second, 1, HostChange.Return)],
            },
        };
    }

    /// <summary>What a run of <see cref="ClusterScenario"/> could have measured.</summary>
    public static RunResult ClusterResult()
    {
        var result = Result(ClusterScenario());
        return result with
        {
            Vms = result.Vms.SetItem(1, result.Vms[1] with { State = VmState.NoPower }),
            Cluster = new ClusterResult
            {
                Hosts =
                [
                    new ClusterHostResult("h-1", new HostUtilisation(0.75, 0.25, 0.125), 1, 0xabc, IsUp: true),
                    new ClusterHostResult("h-2", new HostUtilisation(0.25, 0.25, 0.125), 0, 0xdef, IsUp: false),
                ],
                Migrations =
                [
                    new MigrationResult { Vm = 0, From = 1, To = 0, StartNs =
                        Second / 10, TotalNs = 80_000_000, DowntimeNs = 4_000_000, Rounds = 5, Bytes = 300 << 20, IsDone = true },
                    new MigrationResult { Vm = 1, From =
                        1, To = 0, StartNs = Second / 2, TotalNs = 7_000_000, Rounds = 2, Bytes = 20 << 20, WhyCancelled = "h-2 was lost" },
                    new MigrationResult { Vm = 0, From = 0, To =
                        0, StartNs = Second, TotalNs = 20_000_000, DowntimeNs = 1_000_000, Rounds = 3, Bytes = 79 << 20, IsDone = true },
                    new MigrationResult { Vm =
                        1, From = 1, To = 0, StartNs = 2 * Second, TotalNs = 1_000_000, Rounds = 1, Bytes = 1 << 20 },
                ],
                Losses =
                [
                    new HostLossResult(1, Second / 2, 1) { BackAtNs = Second, VmsBack = 1, DisksRecovered = 1, RecordsRecovered = 17 },
                    new HostLossResult(1, Second * 3 / 2, 1),
                ],
                Tenants = [new TenantResult("acme", 400_000, 400_000) { Epochs = 40, Misses = 3 }],
                HostOfVm = [0, null],
            },
        };
    }

    public static VmSpec Vm(string name, IoPattern pattern, int vcpus = 1) => new()
    {
        Name = name,
        Vcpus = vcpus,
        Storage = pattern == IoPattern.Compute ? null : new StorageSpec(IoPath.MemoryBus, 1L << 28),
        Jobs = [new JobSpec { Name = name, Pattern = pattern }],
    };

    public static RunResult Result(ScenarioSpec? scenario = null)
    {
        var spec = scenario ?? Scenario();
        return new RunResult
        {
            Scenario = spec,
            MeasuredNs = spec.DurationNs,
            TraceHash = 0xabc123,
            ElapsedSeconds = 0.5,
            Utilisation = new HostUtilisation(0.5, 0.25, 0.125),
            Vms = [.. spec.Vms.Select(VmResult)],
        };
    }

    /// <summary>A moment of the run at which VM i has done (i + 1) thousand reads and a hundred writes of 4 KiB per millisecond.</summary>
    public static LiveSnapshot Snapshot(ScenarioSpec scenario, long clockMs, bool measuring = true) =>
        new(clockMs * 1_000_000, scenario.WarmupNs + scenario.DurationNs, measuring, [.. scenario.Vms.Select((vm, i) => new VmSample
        {
            Name = vm.Name,
            State = VmState.Running,
            ReadOperations = clockMs * 1000 * (i + 1),
            ReadBytes = clockMs * 1000 * (i + 1) * 4096,
            WriteOperations = clockMs * 100,
            WriteBytes = clockMs * 100 * 4096,
            StorageCpuNs = clockMs * 1_000_000,
            ObservedNs = clockMs * 1_000_000,
            CoresUsedNs = clockMs * 250_000,
            WaitingNs = clockMs * 250_000,
        })]);

    /// <summary>
    /// The same moment of a run of <see cref="ClusterScenario"/>: a VM on each host, the second host lost, two VMs moved.
    /// </summary>
    public static LiveSnapshot ClusterSnapshot(long clockMs) => Snapshot(ClusterScenario(), clockMs) with
    {
        Cluster = new LiveCluster(
            [
                new LiveHost("h-1", true, clockMs * 2_000_000, clockMs * 2_000_000.0, clockMs * 125_000.0, 1 << 20)
                { Plans = 5, AdmissionRefusals = 1, SchedulerOverheadNs = 2_000_000 },
                new LiveHost("h-2", false, clockMs * 1_000_000, clockMs * 1_000_000.0, clockMs * 500_000.0, 3 << 20) { Plans = 7 },
            ],
            [0, 1])
        {
            MigrationsDone = 2,
            MigrationsCancelled = 1,
            MigrationsUnderWay = 1,
            MigratedBytes = 400 << 20,
            DowntimeNs = 5_000_000,
            HostLosses = 1,
        },
    };

    private static VmResult VmResult(VmSpec spec, int index)
    {
        var reads = spec.Jobs[0].Pattern is IoPattern.Read or IoPattern.RandRead or IoPattern.RandReadWrite ? 610_246L : 0;
        var writes = spec.Jobs[0].Pattern is IoPattern.Write or IoPattern.RandWrite or IoPattern.RandReadWrite ? 200_000L : 0;
        return new VmResult
        {
            Spec = spec,
            State = VmState.Running,
            ActiveNs = 2 * Second,
            Read = new DirectionResult(reads, reads * 4096,
                reads > 0 ? new LatencySummary(900, 1234.5, 1200, 2400, 12_400, 15_000, 20_000, reads) : null),
            Write = new DirectionResult(writes, writes * 4096,
                writes > 0 ? new LatencySummary(1800, 2600, 2500, 4000, 40_100, 50_000, 60_000, writes) : null),
            StorageCpuNs = 1_500_000_000,
            ComputeCpuNs = 500_000_000,
            WaitingNs = 250_000_000,
            CoreShare = 0.5,
            Use = new VmUse { Use = new ResourceUse(1e9, 1e8, 0), HeldNs = 2 * Second, ThrottledNs = 100_000_000 },
            Quanta = 80_000,
            Wear = spec.Storage is null || index > 0 ? null : new WearResult("none", 200_000, 0, 12, 3.5, 0.25),
        };
    }
}
