using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>VMs on the conventional paths under the virtual clock: front end, ring, I/O thread, and the cores they compete for.</summary>
public sealed class ConventionalRunTests
{
    public static TheoryData<IoPath> Paths => [IoPath.VhostBio, IoPath.VirtioMq];

    [Theory]
    [InlineData(IoPath.VhostBio, 28_500)]
    [InlineData(IoPath.VirtioMq, 29_500)]
    public async Task At_depth_1_an_io_pays_every_stage_once(IoPath path, long expectedNs)
    {
        var result = await (Lab.Scenario(Lab.ConventionalVm("a", path)) with { WarmupNs = Lab.Millisecond }).RunAsync();
        var (vm, batchNs) = (result.Of("a"), path == IoPath.VirtioMq ? 1000 : 0);
        double[] stages = [1000, 500, 500, 10_000, 500 + batchNs, 3000, 100, 400, 500, 10_500, 1500];
        Assert.Equal(expectedNs, stages.Sum());
        // each step ends on a whole nanosecond
        Assert.All(vm.Stages!.MeanNs.Zip(stages), stage => Assert.Equal(stage.Second, stage.First, 2.0));
        Assert.Equal(vm.Read.Operations, vm.Stages!.Requests);
        Assert.Equal(1e9 / expectedNs, result.OperationsPerSecond("a"), 1e9 / expectedNs * 0.002);
        Assert.Equal(vm.Stages.MeanNs.Sum(), vm.Read.LatencyNs!.Mean, expectedNs * 0.005);
    }

    [Theory]
    [InlineData(IoPath.VhostBio, 28_500)]
    [InlineData(IoPath.VirtioMq, 29_500)]
    public async Task A_request_longer_than_a_quantum_takes_as_long_in_pieces_and_passes_its_stubs_where_they_are(
        IoPath path, long softwareNs)
    {
        const int blockBytes = 256 << 10;
        var job = Lab.Job(IoPattern.RandWrite, 1) with { WriteBlockBytes = blockBytes };
        var vm = Lab.ConventionalVm("a", path) with { Jobs = [job] };
        var result = await (Lab.Scenario(vm) with { WarmupNs = Lab.Millisecond })
            .With(host => host with { Machine = WithNsPerByte(1) }).RunAsync();

        var (latency, stages) = (result.Of("a").Write.LatencyNs!, result.Of("a").Stages!);
        Assert.Equal(softwareNs + blockBytes, stages.MeanNs.Sum(), 40.0); // a nanosecond for each piece and step
        Assert.Equal(500 + (path == IoPath.VirtioMq ? 1000 : 0), stages.MeanNs[4], 3.0);
        Assert.Equal(blockBytes + 3000, stages.MeanNs[5], 30.0);
        Assert.Equal(100, stages.MeanNs[6], 2.0);
        Assert.Equal(latency.Mean, stages.MeanNs.Sum(), latency.Mean * 0.005);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Who_shares_a_core_with_a_long_request_waits_for_no_more_than_its_quantum(IoPath path)
    {
        var big = Lab.ConventionalVm("big", path) with { Jobs = [Lab.Job(IoPattern.RandWrite, 1) with { WriteBlockBytes = 256 << 10 }] };
        var result = await Lab.Scenario(big, Lab.Vm("small", vcpus: 1))
            .With(host => host with { Machine = WithNsPerByte(1) with { Cores = 1 }, Policy = "none" }).RunAsync();

        // An I/O of 2 + 4 us, a quantum of the I/O thread, and the steps of a VCPU that overrun.
        Assert.InRange(result.Of("small").Read.LatencyNs!.Max, 25_000, 6_000 + 25_000 + 5_000);
        Assert.InRange(result.Of("big").Write.Operations, 20, 100);
    }

    /// <summary>Little's law: what is in flight is what comes through per second times how long it takes.</summary>
    [Theory]
    [InlineData(IoPath.VhostBio, 32, 1)]
    [InlineData(IoPath.VhostBio, 32, 4)]
    [InlineData(IoPath.VhostBio, 4, 3)]
    [InlineData(IoPath.VirtioMq, 32, 1)]
    [InlineData(IoPath.VirtioMq, 32, 4)]
    [InlineData(IoPath.VirtioMq, 7, 2)]
    public async Task At_depth_n_little_s_law_holds(IoPath path, int depth, int vcpus)
    {
        var result = await (Lab.Scenario(Lab.ConventionalVm("a", path, depth, IoPattern.RandReadWrite, vcpus)) with
        { WarmupNs = 2 * Lab.Millisecond }).RunAsync();
        var vm = result.Of("a");
        var operations = vm.Read.Operations + vm.Write.Operations;
        var latencyNs = (vm.Read.Operations * vm.Read.LatencyNs!.Mean + vm.Write.Operations * vm.Write.LatencyNs!.Mean) / operations;
        Assert.InRange(operations, 1000, long.MaxValue);
        Assert.Equal(depth * vcpus, operations * latencyNs / result.MeasuredNs, depth * vcpus * 0.01);
        Assert.Equal(latencyNs, vm.Stages!.MeanNs.Sum(), latencyNs * 0.01);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task More_in_flight_is_faster_for_kicks_and_interrupts_and_wake_ups_are_shared(IoPath path)
    {
        var one = await Lab.Scenario(Lab.ConventionalVm("a", path)).RunAsync();
        var many = await Lab.Scenario(Lab.ConventionalVm("a", path, 32)).RunAsync();
        Assert.InRange(many.OperationsPerSecond("a") / one.OperationsPerSecond("a"), 3, 32);
        Assert.InRange(many.Of("a").Stages!.MeanNs[1] / one.Of("a").Stages!.MeanNs[1], 0, 0.2); // exits
        // parsing is not, but for what a batch costs
        Assert.Equal(one.Of("a").Stages!.MeanNs[4], many.Of("a").Stages!.MeanNs[4] + (path == IoPath.VirtioMq ? 1000 : 0), 150.0);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task One_io_thread_is_the_limit_however_many_vcpus_there_are(IoPath path)
    {
        // Parsing, device, copy and used ring of a request take the I/O thread 3 us, so 333,333 a second are the most.
        var four = await Lab.Scenario(Lab.ConventionalVm("a", path, 32, vcpus: 4))
            .With(h => h with { Machine = Lab.Machine(cores: 8) }).RunAsync();
        Assert.InRange(four.OperationsPerSecond("a"), 280_000, 333_334);
        var eight = await Lab.Scenario(Lab.ConventionalVm("a", path, 32, vcpus: 8))
            .With(h => h with { Machine = Lab.Machine(cores: 16) }).RunAsync();
        Assert.InRange(eight.OperationsPerSecond("a") / four.OperationsPerSecond("a"), 0.9, 1.05);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_second_io_thread_comes_only_with_a_second_vm(IoPath path)
    {
        var scenario = Lab.Scenario(Lab.ConventionalVm("a", path, 32, vcpus: 2), Lab.ConventionalVm("b", path, 32, vcpus: 2));
        var result = await scenario.With(h => h with { Machine = Lab.Machine(cores: 8) }).RunAsync();
        Assert.InRange(result.OperationsPerSecond("a"), 250_000, 333_334);
        Assert.InRange(result.OperationsPerSecond("b"), 250_000, 333_334);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_time_of_an_io_thread_is_its_vms(IoPath path)
    {
        // On one core a VM that computes and one that does I/O get half of it each, front end and back end together.
        var result = await Lab.Scenario(Lab.Hog("hog", vcpus: 1), Lab.ConventionalVm("io", path, 32))
            .With(h => h with { Machine = Lab.Machine(cores: 1), Policy = "fair" }).RunAsync();
        Assert.Equal(0.5, result.Of("io").CoreShare, 0.02);
        Assert.Equal(1, result.Utilisation.Cpu, 0.002);
        var (io, seconds) = (result.Of("io"), result.MeasuredNs);
        Assert.Equal(0.5, (double)io.StorageCpuNs / seconds, 0.02);
        Assert.InRange(io.Read.Operations * 3000.0, 0, io.StorageCpuNs * 0.8); // the rest is the VCPU's
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_host_and_its_vms_share_out_all_of_the_cores_time(IoPath path)
    {
        var result = await Lab.Scenario(Lab.ConventionalVm("a", path, 8, vcpus: 3),
            Lab.Vm("b", vcpus: 2), Lab.Hog("c", vcpus: 2, cpuPercent: 40)).RunAsync();
        var usedNs = result.Vms.Sum(vm => vm.StorageCpuNs + vm.ComputeCpuNs);
        Assert.Equal(result.Utilisation.Cpu, usedNs / (4.0 * result.MeasuredNs), 0.001);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_same_run_is_the_same_however_many_threads_carry_it(IoPath path)
    {
        var scenario = Eventful(path, seed: 1);
        var first = await OnThreadsAsync(scenario, 1);
        for (var threads = 1; threads <= 3; threads++)
        {
            var again = await OnThreadsAsync(scenario, threads);
            Assert.Equal(first.TraceHash, again.TraceHash);
            Assert.Equal(first.Totals(), again.Totals());
            Assert.Equal(first.Vms.Select(v => v.Stages?.MeanNs.Sum()), again.Vms.Select(v => v.Stages?.MeanNs.Sum()));
        }

        Assert.NotEqual(first.TraceHash, (await OnThreadsAsync(Eventful(path, seed: 2), 1)).TraceHash);
    }

    [Theory]
    [InlineData(IoPath.VhostBio, PayloadKind.Full)]
    [InlineData(IoPath.VhostBio, PayloadKind.Stamp)]
    [InlineData(IoPath.VirtioMq, PayloadKind.Full)]
    [InlineData(IoPath.VirtioMq, PayloadKind.Stamp)]
    public async Task Every_read_finds_what_was_last_written(IoPath path, PayloadKind payload)
    {
        var vms = Enumerable.Range(0, 2).Select(i => Verifying($"vm-{i}", path, depth: 1 + 7 * i) with
        { Storage = new StorageSpec(path, 4 << 20, i == 0 ? "none" : "due-time") });
        var result = await Lab.Scenario([.. vms]).With(h => h with { Payload = payload }).RunAsync();
        Assert.Empty(result.Problems);
        Assert.All(result.Vms, vm => Assert.InRange(vm.BlocksVerified, 500, long.MaxValue));
        Assert.All(result.Vms, vm => Assert.Equal(0, vm.BlocksWrong));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_vm_is_finished_when_its_jobs_are_and_the_io_thread_goes_with_them(IoPath path)
    {
        var job = Lab.Job(IoPattern.Write, 2) with { TimeBased = false, Engine = IoEngine.Asynchronous, IoDepth = 5 };
        var vm = Lab.ConventionalVm("a", path, vcpus: 2) with { Jobs = [job, job with { Name = "longer", Loops = 2, NumJobs = 1 }] };
        var result = await (Lab.Scenario(vm) with { DurationNs = 100 * Lab.Millisecond }).RunAsync();
        Assert.Equal(VmState.Finished, result.Of("a").State);
        Assert.Equal(4 * 1024, result.Of("a").Write.Operations);
        Assert.InRange(result.MeasuredNs, 1, 99 * Lab.Millisecond);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_vcpu_that_fails_comes_back_and_what_it_had_in_flight_is_not_lost_to_the_others(IoPath path)
    {
        var scenario = Lab.Scenario(Verifying("a", path, depth: 8), Verifying("b", path, depth: 3))
            .With(h => h with { Payload = PayloadKind.Full });
        foreach (var (ms, vcpu) in new[] { (3, 0), (7, 1), (7, 0), (11, 1) })
        {
            scenario = scenario.At(ms * Lab.Millisecond, "a", new VmChange.FailVcpu(vcpu));
        }

        var result = await scenario.RunAsync();
        Assert.True(4 == result.Problems.Length, string.Join("\n", result.Problems)); // each of the failures, and nothing else
        Assert.All(result.Vms, vm => Assert.Equal((VmState.Running, 0), (vm.State, vm.BlocksWrong)));
        var halfTime = await (scenario with { DurationNs = 12 * Lab.Millisecond }).RunAsync();
        Assert.InRange(result.Totals()[0] - (double)halfTime.Totals()[0], 1000, double.MaxValue); // it goes on after the last one
    }

    [Fact]
    public async Task A_vcpu_that_comes_back_gets_on_when_the_block_it_wants_is_no_longer_in_flight()
    {
        // With four blocks what it wants first is often one that it had in flight when it failed;
        // so it fails at every step of its I/Os of some 50 us.
        var vm = Verifying("a", IoPath.VhostBio, depth: 8, vcpus: 1, sizeBytes: 4 * 4096);
        var scenario = Lab.Scenario(vm).With(h => h with { Payload = PayloadKind.Full }) with { DurationNs = 2 * Lab.Millisecond };
        var unharmed = (await scenario.RunAsync()).Totals()[0];
        for (var failsAtNs = Lab.Millisecond; failsAtNs < Lab.Millisecond + 60_000; failsAtNs += 3700)
        {
            var result = await scenario.At(failsAtNs, "a", new VmChange.FailVcpu(0)).RunAsync();
            Assert.Single(result.Problems);
            Assert.Equal((VmState.Running, 0), (result.Of("a").State, result.Of("a").BlocksWrong));
            Assert.InRange(result.Totals()[0], 0.8 * unharmed, unharmed); // half of it, if it stops where it failed
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task After_a_power_failure_every_acknowledged_write_is_there(IoPath path)
    {
        var scenario = Lab.Scenario(Verifying("a", path, depth: 8), Verifying("b", path, depth: 1))
            .With(h => h with { Payload = PayloadKind.Full });
        var result = await scenario.Failing(6, 2).Failing(14, 0).RunAsync();
        Assert.Empty(result.Problems);
        Assert.All(result.Vms, vm => Assert.Equal((VmState.Running, 0), (vm.State, vm.BlocksWrong)));
        Assert.All(result.PowerFailures, failure => Assert.Equal(2, failure.VmsBack));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Vms_that_stop_in_the_middle_leave_nothing_behind(IoPath path)
    {
        var scenario = Lab.Scenario(Lab.ConventionalVm("stays", path, 4), Lab.ConventionalVm("goes", path, 16, vcpus: 3))
            .At(7_777_777, "goes", new VmChange.Stop());
        var result = await scenario.RunAsync();
        Assert.Empty(result.Problems);
        Assert.Equal(VmState.Stopped, result.Of("goes").State);
        Assert.InRange(result.Of("stays").Read.Operations, 1000, long.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_rate_is_kept_and_think_time_lets_others_run(IoPath path)
    {
        var paced = Lab.ConventionalVm("paced", path) with { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { ReadRateIops = 5000 }] };
        var thinking = Lab.ConventionalVm("thinking", path) with { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = 71_500 }] };
        var deep = Lab.ConventionalVm("deep", path, 8) with
        { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { Engine = IoEngine.Asynchronous, IoDepth = 8, ReadRateIops = 50_000 }] };
        var result = await Lab.Scenario(paced, thinking, deep).RunAsync();
        Assert.Equal(5000, result.OperationsPerSecond("paced"), 100.0);
        Assert.Equal(10_000, result.OperationsPerSecond("thinking"), path == IoPath.VirtioMq ? 300.0 : 200.0);
        Assert.Equal(50_000, result.OperationsPerSecond("deep"), 1000.0);
    }

    [Fact]
    public async Task A_vcpu_can_compute_beside_its_io()
    {
        var vm = Lab.ConventionalVm("a", IoPath.VhostBio) with
        { Jobs = [Lab.Job(IoPattern.RandRead, 1), Lab.Hog("hog", vcpus: 1).Jobs[0]] };
        var result = await Lab.Scenario(vm).RunAsync();
        Assert.InRange(result.Of("a").Read.Operations, 100, long.MaxValue);
        Assert.InRange(result.Of("a").ComputeCpuNs, result.MeasuredNs / 2, result.MeasuredNs);
    }

    [Fact]
    public async Task A_queue_takes_interrupts_although_its_first_vcpu_only_computes()
    {
        var vm = Lab.ConventionalVm("a", IoPath.VhostBio, vcpus: 3) with
        { Jobs = [Lab.Hog("hog", vcpus: 1).Jobs[0], Lab.Job(IoPattern.RandRead, 2)] };
        var result = await Lab.Scenario(vm).RunAsync();
        Assert.InRange(result.Of("a").Read.Operations, 500, long.MaxValue);
    }

    [Fact]
    public async Task More_in_flight_than_a_queue_can_hold_is_refused_with_the_reason()
    {
        var result = await Lab.Scenario(Lab.ConventionalVm("deep", IoPath.VhostBio, 11_000),
            Lab.ConventionalVm("other", IoPath.VhostBio)).RunAsync();
        Assert.Equal(VmState.Failed, result.Of("deep").State);
        Assert.Contains("10922 requests are the most that a queue holds", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.True(result.Totals()[1] > 0);
    }

    private static MachineProfile WithNsPerByte(double nsPerByte)
    {
        var machine = Lab.Machine();
        return machine with
        {
            Paths = machine.Paths.ToDictionary(path => path.Key,
            path => path.Value with { Read = Dearer(path.Value.Read), Write = Dearer(path.Value.Write) })
        };

        OperationCost Dearer(OperationCost cost) => cost with { NsPerByte = nsPerByte };
    }

    private static VmSpec Verifying(string name, IoPath path, int depth, int vcpus = 2, long sizeBytes = 1 << 20)
    {
        var vm = Lab.ConventionalVm(name, path, depth, IoPattern.RandReadWrite, vcpus, sizeBytes);
        return vm with { Jobs = [vm.Jobs[0] with { Verify = VerifyMethod.Crc32c }] };
    }

    private static ScenarioSpec Eventful(IoPath path, ulong seed) =>
        (Lab.Scenario(Lab.ConventionalVm("a", path, 16, IoPattern.RandReadWrite, vcpus: 3), Lab.ConventionalVm("b", path,
            4, IoPattern.RandWrite), Lab.Vm("bus", vcpus: 2), Lab.Hog("hog", vcpus: 2, cpuPercent: 60)) with
        { Seed = seed })
        .With(h => h with { Device = Lab.Device(8e9, 3e9) })
        .At(4 * Lab.Millisecond, "a", new VmChange.FailVcpu(1))
        .At(9 * Lab.Millisecond, "b", new VmChange.Stop())
        .Failing(13, 1);

    private static async Task<RunResult> OnThreadsAsync(ScenarioSpec scenario, int threads)
    {
        var ledger = new MemoryLedger();
        var result = await ScenarioRun.Start(scenario, ledger, threads).Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(ledger.IsEmpty, ledger.Describe());
        return result;
    }
}
