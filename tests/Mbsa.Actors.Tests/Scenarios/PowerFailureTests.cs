using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>
/// The host loses its power in the middle of a run: its VMs come back with every acknowledged write, and nothing is left behind.
/// </summary>
[Collection(WallClock.Name)]
public sealed class PowerFailureTests : IDisposable
{
    private const long Millisecond = Lab.Millisecond;

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-power-").FullName;

    public static TheoryData<ClockKind, string, string> Wear
    {
        get
        {
            var data = new TheoryData<ClockKind, string, string>();
            foreach (var clock in (ClockKind[])[ClockKind.Virtual, ClockKind.Wall])
            {
                data.Add(clock, "none", "");
                data.Add(clock, "due-time", "q=16 t=4");
                data.Add(clock, "due-time", "q=16 t=4 atomic");
                data.Add(clock, "threshold", "");
                data.Add(clock, "start-gap", "");
            }

            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Wear))]
    public async Task Every_acknowledged_write_is_there_afterwards(ClockKind clock, string policy, string parameters)
    {
        var result = await On(clock, Verifying("a", policy, parameters), Verifying("b", policy, parameters))
            .Failing(6, 2).Failing(14, 0).RunAsync();

        Assert.Empty(result.Problems);
        Assert.All(result.Vms, vm => Assert.Equal((VmState.Running, 0), (vm.State, vm.BlocksWrong)));
        Assert.All(result.Vms, vm =>
            Assert.True(vm.BlocksVerified > (clock == ClockKind.Virtual ? 1000 : 0), $"{vm.BlocksVerified} blocks"));
        Assert.Equal([(6, 2, 2, 2), (14, 0, 2, 2)], result.PowerFailures.Select(Figures));
        if (clock == ClockKind.Virtual) // what a real machine writes in 6 ms may not be enough for a policy to move anything
        {
            Assert.All(result.PowerFailures, failure => Assert.Equal(policy != "none", failure.RecordsRecovered > 0));
        }
    }

    [Theory]
    [InlineData(ClockKind.Virtual, "none", "")]
    [InlineData(ClockKind.Virtual, "due-time", "q=16 t=4")]
    [InlineData(ClockKind.Virtual, "due-time", "q=16 t=4 atomic")]
    [InlineData(ClockKind.Wall, "none", "")]
    [InlineData(ClockKind.Wall, "due-time", "q=16 t=4 atomic")]
    public async Task A_long_io_that_was_cut_off_is_partly_there_and_was_not_acknowledged(ClockKind clock, string policy, string parameters)
    {
        var vm = Verifying("a", policy, parameters);
        var big = vm with
        {
            Jobs =
            [vm.Jobs[0] with { Distribution = AccessDistribution.Uniform, WriteBlockBytes = 512 << 10, ReadBlockBytes = 512 << 10 }]
        };
        var result = await On(clock, big, big with { Name = "b" })
            .With(h => h with { Device = Lab.Device(4e9, 1e9) }).Failing(6, 2).Failing(14, 0).RunAsync();

        // Read back at the end is every block that was written, also those of I/Os that nobody ever heard were done.
        Assert.Empty(result.Problems);
        Assert.All(result.Vms, vm => Assert.Equal((VmState.Running, 0), (vm.State, vm.BlocksWrong)));
        Assert.All(result.Vms, vm =>
            Assert.True(vm.BlocksVerified > (clock == ClockKind.Virtual ? 100 : 0), $"{vm.BlocksVerified} blocks"));
    }

    [Fact]
    public async Task Nobody_runs_without_power_and_windows_stay_where_they_are()
    {
        var scenario = Lab.Scenario(Lab.Vm("a", vcpus: 2), Lab.Vm("b", vcpus: 2)) with
        {
            WindowNs = 2 * Millisecond,
            WarmupNs = 3 * Millisecond,
        };
        var result = await scenario.Failing(4, 6).RunAsync();

        Assert.Equal(20 * Millisecond, result.MeasuredNs);
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14, 16, 18], result.Windows.Select(w => w.StartNs / Millisecond));

        // An I/O of 2 us on each of four cores; the quantum of 12 or 13 that the failure cuts off counts for nothing.
        Assert.All(result.Windows, w => Assert.InRange(w.Operations.Sum(),
            w.StartNs is >= 4_000_000 and < 10_000_000 ? 0 : 3900, w.StartNs is >= 4_000_000 and < 10_000_000 ? 0 : 4040));
        Assert.Equal(result.Totals().Sum(), result.Windows.Sum(w => w.Operations.Sum()));
        Assert.All(result.Vms, vm => Assert.Equal(0.5, vm.PlannedShare!.Value, 6));
    }

    [Fact]
    public async Task The_same_failure_is_the_same_run_on_any_number_of_threads()
    {
        var scenario = (On(ClockKind.Virtual, Verifying("a", "due-time", "q=16 t=4"),
            Verifying("b", "due-time", "q=16 t=4 atomic"), Lab.Hog("hog", 2, 30)) with
        { Seed = 5 })
            .With(h => h with { Device = Lab.Device(6e9, 2e9) }).Failing(3, 1).Failing(9, 0);
        var first = await OnThreadsAsync(scenario, 1);

        for (var threads = 1; threads <= 2; threads++)
        {
            var second = await OnThreadsAsync(scenario, threads);
            Assert.Equal(first.TraceHash, second.TraceHash);
            Assert.Equal(first.Totals(), second.Totals());
            Assert.Equal(first.PowerFailures.AsEnumerable(), second.PowerFailures);
            Assert.Equal(first.Vms.Select(vm => vm.Wear), second.Vms.Select(vm => vm.Wear));
        }

        Assert.NotEqual(first.TraceHash, (await OnThreadsAsync(scenario with { PowerFailures = [] }, 1)).TraceHash);
    }

    [Theory]
    [InlineData("none", "")]
    [InlineData("due-time", "q=16 t=4")]
    public async Task Wear_is_counted_over_the_failure_and_not_as_the_disk_estimates_it_afterwards(string policy, string parameters)
    {
        var vm = Lab.Vm("a", IoPattern.Write, vcpus: 1) with { Storage = new StorageSpec(IoPath.MemoryBus, 4 << 20, policy, parameters) };
        var result = (await (Lab.Scenario(vm) with { WarmupNs = 2 * Millisecond }).Failing(5, 1).Failing(11, 1).RunAsync()).Of("a");

        // Quanta cut off by a failure, and by the end, have written and are not counted: 13 I/Os each.
        Assert.InRange(result.Wear!.Writes - result.Wear.ExtraWrites, result.Write.Operations, result.Write.Operations + 39);
    }

    [Fact]
    public async Task A_finite_job_begins_anew_and_its_counts_go_on()
    {
        // 1024 blocks at 2 us: 2.05 ms a run; the failure comes after 500 of them.
        var brief = Lab.Vm("brief", vcpus: 1) with
        { Jobs = [Lab.Job(IoPattern.Write, 1) with { TimeBased = false, IoSizeBytes = 4 << 20 }] };
        var late = Lab.Vm("late", vcpus: 1) with { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { StartDelayNs = 2 * Millisecond }] };
        var result = await Lab.Scenario(brief, late).Failing(1, 4).RunAsync();

        Assert.Equal(VmState.Finished, result.Of("brief").State);
        Assert.InRange(result.Of("brief").Write.Operations, 1024 + 480, 1024 + 500);
        Assert.InRange(result.Of("late").Read.Operations, 6400, 6500); // from 5 + 2 ms on
    }

    [Fact]
    public async Task Vms_that_had_ended_before_stay_ended()
    {
        var finished = Lab.Vm("finished", vcpus: 2) with
        { Jobs = [Lab.Job(IoPattern.Write, 2) with { TimeBased = false, IoSizeBytes = 1 << 20, Verify = VerifyMethod.Crc32c }] };
        var scenario = On(ClockKind.Virtual, Lab.Vm("stopped"), finished,
            Lab.Vm("waiting") with { StartsAtOnce = false }, Lab.Vm("stays"), Lab.Hog("hog", 1))
            .At(3 * Millisecond, "stopped", new VmChange.Stop()).Failing(8, 1);
        var result = await scenario.RunAsync();
        var without = await (scenario with { DurationNs = 8 * Millisecond, PowerFailures = [] }).RunAsync();

        Assert.Equal([VmState.Stopped, VmState.Finished, VmState.Waiting, VmState.Running, VmState.Running],
            result.Vms.Select(v => v.State));
        Assert.Equal((8, 1, 2, 2), Figures(Assert.Single(result.PowerFailures)));
        Assert.Equal(without.Totals()[..2], result.Totals()[..2]);
        Assert.Equal((without.Of("finished").BlocksVerified, 0), (result.Of("finished").BlocksVerified, result.Of("finished").BlocksWrong));
        Assert.True(result.Of("hog").ComputeCpuNs > without.Of("hog").ComputeCpuNs);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public async Task What_shall_happen_to_a_vm_without_power_happens_when_that_is_back()
    {
        var scenario = Lab.Scenario(Lab.Vm("a"), Lab.Vm("b"), Lab.Vm("c") with { StartsAtOnce = false })
            .At(4 * Millisecond, "a", new VmChange.FailVcpu(0))
            .At(6 * Millisecond, "b", new VmChange.Stop())
            .At(6 * Millisecond, "c", new VmChange.Start())
            .At(7 * Millisecond, "a", new VmChange.SetQos(new QosSpec { Weight = 2 }))
            .Failing(4, 3).Failing(5, 1);
        var result = await scenario.RunAsync();

        Assert.Equal(
            ["host: the power failure at 5 ms came when the host had no power"],
            result.Problems.Where(p => p.Contains("power", StringComparison.Ordinal)));
        Assert.Equal(1, result.EventsMissed);
        Assert.Equal([VmState.Running, VmState.Stopped, VmState.Running], result.Vms.Select(v => v.State));
        Assert.Equal(7 * Millisecond, result.Of("b").ActiveNs);
        Assert.Equal((4, 3, 2, 2), Figures(Assert.Single(result.PowerFailures)));
        Assert.Equal(2.0 / 3, result.Of("a").PlannedShare!.Value, 6);
    }

    [Fact]
    public async Task What_waits_for_power_at_the_end_was_missed_and_many_are_one_line()
    {
        var scenario = Lab.Scenario([.. Enumerable.Range(1, 5).Select(i => Lab.Vm($"v-{i}"))]);
        var result = await Enumerable.Range(1, 5)
            .Aggregate(scenario, (all, i) => all.At(6 * Millisecond, $"v-{i}", new VmChange.Stop())).Failing(4, 1000).RunAsync();

        Assert.Equal(
            "v-1, v-2 and 3 more: the event at 6 ms came when the host had no power, and that was not back at the end",
            string.Join('\n', result.Problems));
        Assert.Equal(5, result.EventsMissed);
        Assert.All(result.Vms, vm => Assert.Equal(VmState.NoPower, vm.State));
    }

    [Theory]
    [InlineData(ClockKind.Virtual)]
    [InlineData(ClockKind.Wall)]
    public async Task The_run_may_end_before_the_power_is_back(ClockKind clock)
    {
        var result = await On(clock, Verifying("a", "due-time", "q=16 t=4"), Verifying("raw", "none", "", IoPath.Host))
            .Failing(10, 1000).RunAsync();

        Assert.Empty(result.Problems);
        Assert.All(result.Vms, vm => Assert.Equal((VmState.NoPower, 0), (vm.State, vm.BlocksWrong)));
        Assert.True(result.Totals().All(total => total > 0));
        Assert.True(result.Of("a").Wear!.Writes > 0);
        Assert.Equal((10, 1000, 0, 0), Figures(Assert.Single(result.PowerFailures)));
        Assert.InRange(result.MeasuredNs, result.Scenario.DurationNs, result.Scenario.DurationNs + 1_000_000_000);
    }

    [Theory]
    [InlineData(ClockKind.Virtual)]
    [InlineData(ClockKind.Wall)]
    public async Task A_device_in_a_file_holds_raw_and_virtual_disks_over_the_failure_and_is_clean_after_the_run(ClockKind clock)
    {
        var file = Path.Combine(_folder, "device.nvm");
        var scenario = On(clock, Verifying("a", "due-time", "q=16 t=4"), Verifying("raw", "none", "", IoPath.Host))
            .With(h => h with { NvmFile = file });
        var result = await scenario.At(3 * Millisecond, "raw", new VmChange.Resize(6 << 20)).Failing(5, 1).Failing(9, 1).RunAsync();

        Assert.Empty(result.Problems);
        Assert.All(result.Vms, vm => Assert.Equal((VmState.Running, 0), (vm.State, vm.BlocksWrong)));
        Assert.Equal([(5, 1, 2, 1), (9, 1, 2, 1)], result.PowerFailures.Select(Figures));
        using var device = NvmDevice.Open(file, new MemoryLedger());
        using var area = device.Map(device.Children.Single(child => child.Name == "a"));
        Assert.True(VirtualDisk.Find(area)!.IsClean);
    }

    [Fact]
    public async Task A_vm_whose_disk_cannot_be_mounted_afterwards_is_given_up_and_says_why()
    {
        var file = Path.Combine(_folder, "device.nvm");
        var scenario = On(ClockKind.Wall, Verifying("a", "none", ""), Verifying("b", "none", "")).With(h => h with { NvmFile = file });
        await scenario.RunAsync();
        long superBlock;
        using (var device = NvmDevice.Open(file, new MemoryLedger()))
        {
            superBlock = device.Children.Single(child => child.Name == "a").Extents[0].FirstBlock;
        }

        var ledger = new MemoryLedger();
        var run = ScenarioRun.Start(scenario.Failing(1, 1000) with { DurationNs = 1010 * Millisecond }, ledger);
        while (run.Snapshot().Vms[0].State != VmState.NoPower)
        {
            await Task.Delay(1);
        }

        // Another program, because .NET respects the lock that the run has on its file.
        using (var damage = System.Diagnostics.Process.Start("dd",
            ["if=/dev/urandom", $"of={file}", "bs=4096", "count=2", $"seek={superBlock}", "conv=notrunc", "status=none"]))
        {
            await damage.WaitForExitAsync();
            Assert.Equal(0, damage.ExitCode);
        }

        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith("a: given up after the power failure: super block: ", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.Equal([VmState.Failed, VmState.Running], result.Vms.Select(vm => vm.State));
        Assert.Equal(1, Assert.Single(result.PowerFailures).VmsBack);
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [SkippableFact]
    public async Task A_protected_area_is_protected_again()
    {
        Skip.If(ProtectionSupport.WhyNot(ProtectionMethod.Pte) is not null, "no page protection");
        var vm = Verifying("a", "none", "");
        var result = await On(ClockKind.Wall, vm with { Storage = vm.Storage! with { Protection = ProtectionMethod.Pte } })
            .Failing(5, 1).RunAsync();

        Assert.Equal((0, VmState.Running, 0), (result.Problems.Length, result.Of("a").State, result.Of("a").BlocksWrong));
        Assert.Equal(1, Assert.Single(result.PowerFailures).VmsBack);
    }

    [Fact]
    public async Task Whoever_watches_sees_that_there_is_no_power()
    {
        var run = ScenarioRun.Start(On(ClockKind.Wall, Verifying("a", "none", "")) with
        {
            DurationNs = 3600_000 * Millisecond,
            PowerFailures = [new(Millisecond, 3600_000 * Millisecond)],
        });
        while (run.Snapshot().Vms[0].State != VmState.NoPower)
        {
            await Task.Delay(1);
        }

        run.Interrupt();
        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((true, VmState.NoPower), (result.Interrupted, result.Of("a").State));
        Assert.Empty(result.Problems);
    }

    private static (long AtMs, long OutageMs, int VmsBack, int DisksRecovered) Figures(PowerFailureResult failure) =>
        (failure.AtNs / Millisecond, failure.OutageNs / Millisecond, failure.VmsBack, failure.DisksRecovered);

    private static VmSpec Verifying(string name, string policy, string parameters, IoPath path = IoPath.MemoryBus)
    {
        // All on a few blocks, so that a policy has something to level.
        var vm = Lab.Vm(name, IoPattern.RandReadWrite, vcpus: 2, sizeBytes: 2 << 20);
        return vm with
        {
            Storage = new StorageSpec(path, 2 << 20, policy, parameters),
            Jobs = [vm.Jobs[0] with { Verify = VerifyMethod.Crc32c, Distribution = new AccessDistribution(DistributionKind.Zipf, 1.2) }],
        };
    }

    private static ScenarioSpec On(ClockKind clock, params VmSpec[] vms) =>
        (clock == ClockKind.Virtual ? Lab.Scenario(vms) : Lab.Scenario(vms) with { Clock = clock, DurationNs = 30 * Millisecond })
        .With(h => h with { Payload = PayloadKind.Full });

    private static async Task<RunResult> OnThreadsAsync(ScenarioSpec scenario, int threads)
    {
        var ledger = new MemoryLedger();
        var result = await ScenarioRun.Start(scenario, ledger, threads).Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(ledger.IsEmpty, ledger.Describe());
        return result;
    }
}
