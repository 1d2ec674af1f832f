using Mbsa.Actors.Commands;
using Mbsa.Actors.Tests.Scenarios;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Migrating;

/// <summary>What goes along with a VM that migrates: where its jobs stand, what is measured, its promise, its bytes.</summary>
[Collection(WallClock.Name)]
public sealed class GoesAlongTests
{
    private const long Millisecond = Lab.Millisecond;

    [Fact]
    public async Task Quanta_that_had_begun_are_counted_and_the_vm_runs_no_sooner_than_they_end()
    {
        var scenario = Lab.Scenario(Lab.Vm("a", IoPattern.RandWrite, vcpus: 2));
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(40_000); // the second quantum of 13 I/Os of 2 us began at 26 us
        var paused = await rig.MigrateAsync(0, 0, 1, rounds: 1, roundNs: 0, stopNs: 0);
        Assert.Equal(52_000, paused.AtNs);
        var result = await rig.ResultAsync(0, 1);
        Assert.Equal((52, 104_000), (result.Write.Operations, result.StorageCpuNs));
        Assert.Equal(52, result.Wear!.Writes);

        await rig.RunToAsync(52_000 + 26_000);
        // of 4 cores; until 40 us there
        Assert.Equal((20_000, 13_000), ((await rig.AccountAsync(0))[0].Use.CoresNs, (await rig.AccountAsync(1))[0].Use.CoresNs));
    }

    [Fact]
    public async Task What_sleeps_sleeps_on()
    {
        // 3 I/Os of 2 us, then 3 ms of thinking; it migrates while it thinks.
        var scenario = Lab.Scenario(Lab.Vm("a", vcpus: 1) with
        {
            Jobs =
            [Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = 3 * Millisecond, ThinkTimeBlocks = 3 }]
        }) with
        { Lockstep = true };
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(Millisecond);
        await rig.MigrateAsync(0, 0, 1, rounds: 1, roundNs: 0);
        await rig.RunToAsync(3 * Millisecond + 5999);
        Assert.Equal(3, rig.Board(1).OperationsOf(0));
        await rig.RunToAsync(3 * Millisecond + 12_000);
        var result = await rig.ResultAsync(0, 1);
        Assert.Equal((6, 2, 6000), (result.Read.Operations, result.Quanta, result.BatchNs!.Max / 100 * 100));
    }

    [Fact]
    public async Task Vms_without_a_disk_and_vms_that_have_finished_migrate_too()
    {
        var finished = Lab.Vm("finished", vcpus: 2) with
        { Jobs = [Lab.Job(IoPattern.Write, 2) with { TimeBased = false, IoSizeBytes = 1 << 20, Verify = VerifyMethod.Crc32c }] };
        var half = finished with
        {
            Name = "half",
            Jobs = [Lab.Job(IoPattern.Write, 1) with { TimeBased = false, IoSizeBytes = 1 << 20 }, Lab.Job(IoPattern.RandRead, 1)],
        };
        var scenario = Lab.Scenario(finished, half, Lab.Hog("hog", 2, 50)).With(h => h with { Payload = PayloadKind.Full });
        await using var rig = new MigrationRig(scenario);
        for (var vm = 0; vm < 3; vm++)
        {
            await rig.StartAsync(vm, 0);
        }

        await rig.RunToAsync(4 * Millisecond);
        Assert.Equal(VmState.Finished, rig.Board(0).StateOf(0));
        for (var vm = 0; vm < 3; vm++)
        {
            await rig.MigrateAsync(vm, 0, 1, rounds: 1, roundNs: 0);
        }

        Assert.Equal((VmState.Finished, VmState.Running, VmState.Running),
            (rig.Board(1).StateOf(0), rig.Board(1).StateOf(1), rig.Board(1).StateOf(2)));
        Assert.Equal(VmState.Waiting, rig.Board(0).StateOf(0));
        await rig.RunToAsync(20 * Millisecond);
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(vm => rig.ResultAsync(vm, 1)));
        Assert.Equal((512, 256, 0), (results[0].Write.Operations, results[0].BlocksVerified, results[0].BlocksWrong));
        Assert.Equal(256, results[1].Write.Operations);
        Assert.True(results[1].Read.Operations > 8000);
        Assert.InRange(results[2].ComputeCpuNs, 18.5 * Millisecond, 20.5 * Millisecond); // half of two cores, three short stops
    }

    [Fact]
    public async Task What_is_measured_is_measured_over_all_hosts_and_only_from_its_beginning()
    {
        var scenario = Lab.Scenario(Lab.Vm("a", vcpus: 1) with
        {
            Storage = new StorageSpec(IoPath.MemoryBus, 4 << 20, "due-time", "q=16 t=1"),
            Jobs = [Lab.Job(IoPattern.RandWrite, 1) with { Distribution = new AccessDistribution(DistributionKind.Zipf, 1.2) }],
        });
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        await rig.MigrateAsync(0, 0, 1, rounds: 1, roundNs: 0, stopNs: 0);
        await rig.RunToAsync(4 * Millisecond);
        await rig.MeasureAsync(0, 1);
        await rig.RunToAsync(6 * Millisecond);
        await rig.MigrateAsync(0, 1, 0, rounds: 1, roundNs: 0, stopNs: 0);
        await rig.RunToAsync(8 * Millisecond);
        await rig.MigrateAsync(0, 0, 1, rounds: 1, roundNs: 0, stopNs: 0);
        await rig.RunToAsync(10 * Millisecond);
        var result = await rig.ResultAsync(0, 1);

        Assert.InRange(result.Write.Operations, 2900, 3010); // 6 ms of I/Os of 2 us
        Assert.Equal(result.Write.Operations, result.Write.LatencyNs!.Samples);
        Assert.InRange(result.Wear!.Writes - result.Wear.ExtraWrites, result.Write.Operations, result.Write.Operations + 26);
        Assert.InRange(result.Wear.ExtraWrites, 1, result.Write.Operations / 16 + 1);
    }

    [Fact]
    public async Task Its_promise_is_kept_where_it_comes_to_and_free_where_it_was()
    {
        QosSpec Half(bool orBestEffort = false) => new() { Reservation = new Promise(PromiseUnit.Share, 0.6), OrBestEffort = orBestEffort };
        var scenario = Lab.Scenario(Lab.Vm("a") with { Qos = Half() },
            Lab.Vm("b") with { Qos = Half() }, Lab.Vm("c") with { Qos = Half(orBestEffort: true) });
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.StartAsync(1, 1);
        Assert.Contains("40 % is left", await RefusalAsync(0), StringComparison.Ordinal);
        var done = await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(2, Half(orBestEffort: true)));
        Assert.Contains("40 % is left", done.Remark, StringComparison.Ordinal);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(2));

        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Stop(1));
        await rig.MigrateAsync(0, 0, 1);
        Assert.Contains("40 % is left", await RefusalAsync(2), StringComparison.Ordinal);
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Prepare(2, Half()));
        await rig.RunToAsync(8 * Millisecond);
        Assert.Equal(1, rig.Board(1).PlannedShareOf(0)!.Value, 0.01);

        async Task<string> RefusalAsync(int vm) =>
            (await rig.AskAsync<HostAnswer.Refused>(1, new HostCommand.Prepare(vm, Half()))).Reason;
    }

    [Fact]
    public async Task Under_the_wall_clock_real_bytes_are_copied()
    {
        var vms = Enumerable.Range(0, 2).Select(i => Lab.Vm($"vm-{i}", vcpus: 2, sizeBytes: 8 << 20) with
        {
            Storage = new StorageSpec(IoPath.MemoryBus, 8 << 20, i == 0 ? "none" : "due-time"),
            Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with { TimeBased = false, IoSizeBytes = 16 << 20, Verify = VerifyMethod.Crc32c }],
        });
        var scenario = (Lab.Scenario([.. vms]) with { Clock = ClockKind.Wall })
            .OnRealCores().With(h => h with { Payload = PayloadKind.Full, QuantumNs = 100_000 });
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.StartAsync(1, 1);
        await rig.RunToAsync(3 * Millisecond);
        await rig.MigrateAsync(0, 0, 1, rounds: 3, roundNs: 2 * Millisecond);
        await rig.MigrateAsync(1, 1, 0, rounds: 2, roundNs: 2 * Millisecond);
        await rig.FinishAsync(0, 1);
        await rig.FinishAsync(1, 0);
        foreach (var result in new[] { await rig.ResultAsync(0, 1), await rig.ResultAsync(1, 0) })
        {
            Assert.Equal(8192, result.Read.Operations + result.Write.Operations);
            Assert.Equal(0, result.BlocksWrong);
            Assert.True(result.BlocksVerified > 2000);
            Assert.Empty(result.Problems);
        }
    }
}
