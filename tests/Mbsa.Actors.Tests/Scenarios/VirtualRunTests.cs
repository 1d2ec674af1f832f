using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

public sealed class VirtualRunTests
{
    [Fact]
    public async Task Four_vcpus_on_four_cores_run_at_the_speed_of_their_cores()
    {
        var result = await Lab.Scenario(Lab.Vm("a")).RunAsync();
        Assert.InRange(result.OperationsPerSecond("a"), 0.998 * 2_000_000, 2_000_000);
        Assert.Equal(2000, result.Of("a").Read.LatencyNs!.P50, 20.0);
        Assert.InRange(result.Utilisation.Cpu, 0.998, 1);
    }

    [Fact]
    public async Task Reader_and_writer_without_policy_take_turns_where_writes_keep_the_nvm_three_times_as_long()
    {
        // 1,000,000 units a second, a read 1 and a write 3. In a turn are 13 reads, 2 us of a core each, or 9 writes, 3 us of the NVM each:
        // 40 units.
        var result = await Lab.Scenario(Lab.Vm("reader"), Lab.Vm("writer", IoPattern.RandWrite))
            .With(h => h with { Policy = "none", Device = Lab.Device(4.096e9, 4.096e9 / 3) })
            .RunAsync();
        Assert.Equal(325_000, result.OperationsPerSecond("reader"), 325_000 * 0.02);
        Assert.Equal(225_000, result.OperationsPerSecond("writer"), 225_000 * 0.02);
        Assert.InRange(result.Utilisation.Nvm, 0.99, 1.001);
    }

    [Fact]
    public async Task Without_policy_a_share_grows_with_vcpus_and_under_fair_it_does_not()
    {
        var scenario = Lab.Scenario(Lab.Vm("small", vcpus: 4), Lab.Vm("large", vcpus: 12));
        var none = await scenario.With(h => h with { Policy = "none" }).RunAsync();
        Assert.Equal(3, none.OperationsPerSecond("large") / none.OperationsPerSecond("small"), 0.03);
        var fair = await scenario.With(h => h with { Policy = "fair" }).RunAsync();
        Assert.Equal(1, fair.OperationsPerSecond("large") / fair.OperationsPerSecond("small"), 0.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task The_same_scenario_and_seed_give_the_same_run_and_another_seed_another(ulong seed)
    {
        var scenario = Lab.Scenario(Lab.Vm("a", IoPattern.RandReadWrite),
            Lab.Vm("b", IoPattern.RandReadWrite, weight: 2), Lab.Hog("hog", cpuPercent: 30))
            .With(h => h with { Device = Lab.Device(4e9, 1e9) }) with
        { Seed = seed };
        var first = await scenario.RunAsync();
        var again = await scenario.RunAsync();
        var other = await (scenario with { Seed = seed + 1 }).RunAsync();
        Assert.Equal(first.TraceHash, again.TraceHash);
        Assert.Equal(first.Totals(), again.Totals());
        Assert.NotEqual(first.TraceHash, other.TraceHash);
    }

    [Fact]
    public async Task More_threads_than_cores_gain_nothing_on_the_host_path()
    {
        VmSpec Threads(int count) => Lab.Vm("host", IoPattern.Read, count) with { Storage = new StorageSpec(IoPath.Host, 4 << 20) };
        var four = await Lab.Scenario(Threads(4)).RunAsync();
        var eight = await Lab.Scenario(Threads(8)).RunAsync();
        Assert.Equal(1, eight.OperationsPerSecond("host") / four.OperationsPerSecond("host"), 0.01);
    }

    [Fact]
    public async Task A_protection_takes_the_core_time_it_costs_and_only_of_those_who_have_it()
    {
        var costs = new ProtectionCosts
        { SwitchNs = 0, ExitNs = 1000, VectorSaveNs = 0, WordNsPerByte = 0, PageChangeNs = 0, ShootDownNs = 0, MapNs = 0, UnmapNs = 0 };
        var plain = Lab.Vm("plain", IoPattern.RandWrite, vcpus: 1);
        var exits = Lab.Vm("exits", IoPattern.RandWrite, vcpus: 1) with
        { Storage = plain.Storage! with { Protection = ProtectionMethod.Cr0 } };

        var result = await Lab.Scenario(plain, exits).With(h => h with { Machine = h.Machine with { Protection = costs } }).RunAsync();

        // 2 us an I/O without exits, 4 us with two.
        Assert.Equal(2, result.OperationsPerSecond("plain") / result.OperationsPerSecond("exits"), 0.01);
    }

    [Theory]
    [InlineData(IoPath.Host, 1)]
    [InlineData(IoPath.MemoryBus, 32)]
    public async Task An_asynchronous_engine_costs_a_context_switch_an_io_whatever_its_depth_where_io_is_done_when_it_is_submitted(
        IoPath path, int depth)
    {
        VmSpec Engine(IoEngine engine) => Lab.Vm(engine.ToString(), vcpus: 1) with
        {
            Storage = new StorageSpec(path, 4 << 20),
            Jobs = [Lab.Job(IoPattern.RandRead, 1) with { Engine = engine, IoDepth = depth }],
        };

        var result = await Lab.Scenario(Engine(IoEngine.Synchronous), Engine(IoEngine.Asynchronous))
            .With(h => h with { Machine = h.Machine with { ContextSwitchNs = 500 } }).RunAsync();

        Assert.Equal(1.25, result.OperationsPerSecond("Synchronous") / result.OperationsPerSecond("Asynchronous"), 0.01);
        Assert.Equal(2500, result.Of("Asynchronous").Read.LatencyNs!.P50, 25.0);
    }

    [Fact]
    public async Task Waiting_for_a_core_shows_in_the_latency_of_the_io_it_hit()
    {
        // Two VCPUs on one core, 12 or 13 operations a quantum: one operation in a quantum waits for the other VCPU's quantum.
        var result = await Lab.Scenario(Lab.Vm("a", vcpus: 1), Lab.Vm("b", vcpus: 1))
            .With(h => h with { Machine = Lab.Machine(cores: 1) }).RunAsync();
        var latency = result.Of("a").Read.LatencyNs!;
        Assert.Equal(2000, latency.P50, 20.0);
        Assert.InRange(latency.P99, 26_000, 29_000);
        Assert.Equal(0.5, result.Of("a").WaitingNs / (double)result.MeasuredNs, 0.01);
    }

    [Fact]
    public async Task A_rate_and_a_think_time_hold()
    {
        var paced = Lab.Vm("paced", vcpus: 1) with { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { ReadRateIops = 10_000 }] };
        var thinking = Lab.Vm("thinking", vcpus: 1) with { Jobs = [Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = 8_000 }] };
        var result = await Lab.Scenario(paced, thinking).RunAsync();
        Assert.Equal(10_000, result.OperationsPerSecond("paced"), 100.0);
        Assert.Equal(100_000, result.OperationsPerSecond("thinking"), 1000.0);
    }

    [Fact]
    public async Task A_part_time_hog_uses_its_part_of_each_vcpu()
    {
        var result = await Lab.Scenario(Lab.Hog("hog", vcpus: 2, cpuPercent: 30)).RunAsync();
        Assert.Equal(0.6, result.Of("hog").ComputeCpuNs / (double)result.MeasuredNs, 0.01);
    }

    [Fact]
    public async Task A_job_that_transfers_a_size_ends_and_the_run_with_it()
    {
        var vm = Lab.Vm("a", vcpus: 1) with { Jobs = [Lab.Job(IoPattern.Write, 1) with { TimeBased = false }] };
        var result = await Lab.Scenario(vm).RunAsync();
        Assert.Equal(1024, result.Of("a").Write.Operations);
        Assert.Equal(VmState.Finished, result.Of("a").State);
        Assert.Equal(1024 * 2000, result.MeasuredNs);
        Assert.False(result.Interrupted);
    }

    [Fact]
    public async Task Warm_up_is_run_and_not_measured()
    {
        var result = await (Lab.Scenario(Lab.Vm("a")) with { WarmupNs = 30 * Lab.Millisecond }).RunAsync();
        Assert.Equal(20 * Lab.Millisecond, result.MeasuredNs);
        Assert.InRange(result.OperationsPerSecond("a"), 0.995 * 2_000_000, 2_000_000 * 1.005);
    }

    [Fact]
    public async Task Windows_add_up_to_the_whole()
    {
        var result = await (Lab.Scenario(Lab.Vm("a"), Lab.Vm("b")) with { WindowNs = 5 * Lab.Millisecond }).RunAsync();
        Assert.Equal([0, 5, 10, 15], result.Windows.Select(w => w.StartNs / Lab.Millisecond));
        Assert.Equal(result.Totals(), new[] { result.Windows.Sum(w => w.Operations[0]), result.Windows.Sum(w => w.Operations[1]) });
    }

    [Theory]
    [InlineData(PayloadKind.Stamp, VerifyMethod.None)]
    [InlineData(PayloadKind.Full, VerifyMethod.Crc32c)]
    public async Task What_is_read_is_what_was_written(PayloadKind payload, VerifyMethod verify)
    {
        var vm = Lab.Vm("a", IoPattern.RandReadWrite) with { Jobs = [Lab.Job(IoPattern.RandReadWrite, 4) with { Verify = verify }] };
        var result = await Lab.Scenario(vm, vm with { Name = "b" }).With(h => h with { Payload = payload }).RunAsync();
        Assert.All(result.Vms, v => Assert.InRange(v.BlocksVerified, 1000, long.MaxValue));
        Assert.All(result.Vms, v => Assert.Equal(0, v.BlocksWrong));
    }

    [Fact]
    public async Task Interrupting_gives_what_was_measured_until_then()
    {
        var ledger = new MemoryLedger();
        var run = ScenarioRun.Start(Lab.Scenario(Lab.Vm("a")) with { DurationNs = 3600_000 * Lab.Millisecond }, ledger);
        while (run.Snapshot().Vms[0].ReadOperations == 0)
        {
            await Task.Yield();
        }

        run.Interrupt();
        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.Interrupted);
        Assert.True(result.Of("a").Read.Operations > 0);
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }
}
