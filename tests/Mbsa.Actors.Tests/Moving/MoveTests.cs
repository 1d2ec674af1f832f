using Mbsa.Actors.Commands;
using Mbsa.Actors.Tests.Scenarios;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Moving;

/// <summary>A VM that moves between two hosts does what it would have done on one.</summary>
[Collection(WallClock.Name)]
public sealed class MoveTests
{
    private const long Millisecond = Lab.Millisecond;

    public static TheoryData<string, string, PayloadKind> Disks
    {
        get
        {
            var data = new TheoryData<string, string, PayloadKind>();
            foreach (var payload in (PayloadKind[])[PayloadKind.None, PayloadKind.Stamp, PayloadKind.Full])
            {
                data.Add("none", "", payload);
                data.Add("due-time", "q=16 t=4", payload);
                data.Add("due-time", "q=16 t=4 atomic", payload);
                data.Add("threshold", "threshold=1 unit=4", payload);
                data.Add("start-gap", "psi=8", payload);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task A_vm_does_the_same_whether_it_moves_or_not(string policy, string parameters, PayloadKind payload)
    {
        var scenario = Lab.Scenario(Brief("a", policy, parameters)).With(h => h with { Payload = payload });
        var stays = await RunAsync(scenario, _ => Task.FromResult(0));
        var moves = await RunAsync(scenario, async rig =>
        {
            await rig.RunToAsync(2 * Millisecond + 7777);
            await rig.MoveAsync(0, 0, 1);
            await rig.RunToAsync(7 * Millisecond + 1234);
            await rig.MoveAsync(0, 1, 0, rounds: 1, roundNs: 0);
            await rig.RunToAsync(9 * Millisecond);
            await rig.MoveAsync(0, 0, 1, rounds: 3, roundNs: 200_000);
            return 1;
        });

        Assert.Equal((VmState.Finished, 0), (moves.State, moves.BlocksWrong));
        Assert.Empty(moves.Problems);
        Assert.Equal(Figures(stays), Figures(moves));
        Assert.Equal(stays.Read.LatencyNs!.Samples, moves.Read.LatencyNs!.Samples);
        Assert.Equal(payload == PayloadKind.None, moves.BlocksVerified == 0);
    }

    [Theory]
    [InlineData("none", "")]
    [InlineData("due-time", "q=16 t=4")]
    [InlineData("due-time", "q=16 t=4 atomic")]
    public async Task In_the_middle_of_an_io_longer_than_a_quantum_it_goes_on_at_the_target(string policy, string parameters)
    {
        // A write of 256 KiB keeps the NVM for 262 us, in quanta of 25.
        var job = Lab.Job(IoPattern.RandReadWrite, 2) with
        {
            TimeBased = false,
            IoSizeBytes = 12 << 20,
            ReadBlockBytes = 64 << 10,
            WriteBlockBytes = 256 << 10,
            Verify = VerifyMethod.Crc32c,
        };
        var scenario = Lab.Scenario(Brief("a", policy, parameters) with { Jobs = [job] })
            .With(h => h with { Payload = PayloadKind.Full, Device = Lab.Device(4e9, 1e9) });
        var stays = await RunAsync(scenario, _ => Task.FromResult(0));
        var moves = await RunAsync(scenario, async rig =>
        {
            for (var move = 0; move < 5; move++)
            {
                await rig.RunToAsync(move * 3 * Millisecond + 1_111_111);
                await rig.MoveAsync(0, move % 2, (move + 1) % 2);
            }

            return 1;
        });

        Assert.Equal((VmState.Finished, 0), (moves.State, moves.BlocksWrong));
        Assert.True(moves.BlocksVerified > 100);
        Assert.Empty(moves.Problems);
        Assert.Equal(Figures(stays), Figures(moves));
        Assert.Equal(stays.Write.LatencyNs!.Samples, moves.Write.LatencyNs!.Samples);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task At_whatever_moments_it_moves_or_stays_after_all(int seed)
    {
        var random = new Random(seed);
        var (policy, parameters, payload) = Disks.Select(row => ((string)row[0], (string)row[1], (PayloadKind)row[2]))
            .ElementAt(random.Next(15));
        var scenario = Lab.Scenario(Brief("a", policy, parameters), Lab.Vm("b", IoPattern.RandReadWrite, vcpus: 1))
            .With(h => h with { Payload = payload });
        var stays = await RunAsync(scenario, _ => Task.FromResult(0));
        var moves = await RunAsync(scenario, async rig =>
        {
            var (at, ns) = (0, 0L);
            for (var i = 0; i < 12; i++)
            {
                await rig.RunToAsync(ns += random.Next(1_500_000));
                var (rounds, roundNs, stopNs) = (random.Next(1, 4), random.Next(300_000), random.Next(100_000));
                if (random.Next(3) == 0)
                {
                    await rig.ChangeOfMindAsync(0, at, 1 - at, rounds, roundNs, stopNs);
                }
                else
                {
                    await rig.MoveAsync(0, at, 1 - at, rounds, roundNs, stopNs);
                    at = 1 - at;
                }

                ns += rounds * roundNs + stopNs;
            }

            return at;
        });

        Assert.Equal((VmState.Finished, 0), (moves.State, moves.BlocksWrong));
        Assert.Equal(Figures(stays), Figures(moves));
    }

    [Fact]
    public async Task A_move_is_the_same_move_on_any_number_of_threads()
    {
        var scenario = Lab.Scenario(Brief("a", "due-time", "q=16 t=4"), Lab.Vm("b", IoPattern.RandReadWrite, vcpus: 3), Lab.Hog("c", 2, 30))
            .With(h => h with { Payload = PayloadKind.Stamp, Device = Lab.Device(6e9, 2e9) });
        var first = await TraceAsync(scenario, threads: 1);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(first, await TraceAsync(scenario, threads: 3));
        }

        static async Task<object> TraceAsync(ScenarioSpec scenario, int threads)
        {
            await using var rig = new MoveRig(scenario, threads: threads);
            foreach (var vm in (int[])[0, 1, 2])
            {
                await rig.StartAsync(vm, 0);
            }

            await rig.RunToAsync(3_333_333);
            var paused = await rig.MoveAsync(0, 0, 1);
            await rig.RunToAsync(9 * Millisecond);
            return (rig.TraceHash(0), rig.TraceHash(1), paused.AtNs, paused.ContentHash,
                paused.Last.Blocks, paused.GuestBytes, (await rig.ResultAsync(0, 1)).Quanta);
        }
    }

    [Fact]
    public async Task Quanta_that_had_begun_are_counted_and_the_vm_runs_no_sooner_than_they_end()
    {
        var scenario = Lab.Scenario(Lab.Vm("a", IoPattern.RandWrite, vcpus: 2));
        await using var rig = new MoveRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(40_000); // the second quantum of 13 I/Os of 2 us began at 26 us
        var paused = await rig.MoveAsync(0, 0, 1, rounds: 1, roundNs: 0, stopNs: 0);
        Assert.Equal(52_000, paused.AtNs);
        var moved = await rig.ResultAsync(0, 1);
        Assert.Equal((52, 104_000), (moved.Write.Operations, moved.StorageCpuNs));
        Assert.Equal(52, moved.Wear!.Writes);

        await rig.RunToAsync(52_000 + 26_000);
        // of 4 cores; until 40 us there
        Assert.Equal((20_000, 13_000), ((await rig.AccountAsync(0))[0].Use.CoresNs, (await rig.AccountAsync(1))[0].Use.CoresNs));
    }

    [Fact]
    public async Task What_sleeps_sleeps_on()
    {
        // 3 I/Os of 2 us, then 3 ms of thinking; it is moved while it thinks.
        var scenario = Lab.Scenario(Lab.Vm("a", vcpus: 1) with
        {
            Jobs =
            [Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = 3 * Millisecond, ThinkTimeBlocks = 3 }]
        }) with
        { Lockstep = true };
        await using var rig = new MoveRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(Millisecond);
        await rig.MoveAsync(0, 0, 1, rounds: 1, roundNs: 0);
        await rig.RunToAsync(3 * Millisecond + 5999);
        Assert.Equal(3, rig.Board(1).Operations()[0]);
        await rig.RunToAsync(3 * Millisecond + 12_000);
        var result = await rig.ResultAsync(0, 1);
        Assert.Equal((6, 2, 6000), (result.Read.Operations, result.Quanta, result.BatchNs!.Max / 100 * 100));
    }

    [Fact]
    public async Task Vms_without_a_disk_and_vms_that_have_finished_move_too()
    {
        var finished = Lab.Vm("finished", vcpus: 2) with
        { Jobs = [Lab.Job(IoPattern.Write, 2) with { TimeBased = false, IoSizeBytes = 1 << 20, Verify = VerifyMethod.Crc32c }] };
        var half = finished with
        {
            Name = "half",
            Jobs = [Lab.Job(IoPattern.Write, 1) with { TimeBased = false, IoSizeBytes = 1 << 20 }, Lab.Job(IoPattern.RandRead, 1)],
        };
        var scenario = Lab.Scenario(finished, half, Lab.Hog("hog", 2, 50)).With(h => h with { Payload = PayloadKind.Full });
        await using var rig = new MoveRig(scenario);
        for (var vm = 0; vm < 3; vm++)
        {
            await rig.StartAsync(vm, 0);
        }

        await rig.RunToAsync(4 * Millisecond);
        Assert.Equal(VmState.Finished, rig.Board(0).StateOf(0));
        for (var vm = 0; vm < 3; vm++)
        {
            await rig.MoveAsync(vm, 0, 1, rounds: 1, roundNs: 0);
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
        await using var rig = new MoveRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        await rig.MoveAsync(0, 0, 1, rounds: 1, roundNs: 0, stopNs: 0);
        await rig.RunToAsync(4 * Millisecond);
        await rig.MeasureAsync(0, 1);
        await rig.RunToAsync(6 * Millisecond);
        await rig.MoveAsync(0, 1, 0, rounds: 1, roundNs: 0, stopNs: 0);
        await rig.RunToAsync(8 * Millisecond);
        await rig.MoveAsync(0, 0, 1, rounds: 1, roundNs: 0, stopNs: 0);
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
        await using var rig = new MoveRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.StartAsync(1, 1);
        Assert.Contains("40 % is left", await RefusalAsync(0), StringComparison.Ordinal);
        var done = await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(2, Half(orBestEffort: true)));
        Assert.Contains("40 % is left", done.Remark, StringComparison.Ordinal);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(2));

        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Stop(1));
        await rig.MoveAsync(0, 0, 1);
        Assert.Contains("40 % is left", await RefusalAsync(2), StringComparison.Ordinal);
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Prepare(2, Half()));
        await rig.RunToAsync(8 * Millisecond);
        Assert.Equal(1, rig.Board(1).PlannedShareOf(0)!.Value, 0.01);

        async Task<string> RefusalAsync(int vm) =>
            (await rig.AskAsync<HostAnswer.Refused>(1, new HostCommand.Prepare(vm, Half()))).Reason;
    }

    [Fact]
    public async Task Under_the_wall_clock_real_bytes_move()
    {
        var vms = Enumerable.Range(0, 2).Select(i => Lab.Vm($"vm-{i}", vcpus: 2, sizeBytes: 8 << 20) with
        {
            Storage = new StorageSpec(IoPath.MemoryBus, 8 << 20, i == 0 ? "none" : "due-time"),
            Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with { TimeBased = false, IoSizeBytes = 16 << 20, Verify = VerifyMethod.Crc32c }],
        });
        var scenario = (Lab.Scenario([.. vms]) with { Clock = ClockKind.Wall })
            .OnRealCores().With(h => h with { Payload = PayloadKind.Full, QuantumNs = 100_000 });
        await using var rig = new MoveRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.StartAsync(1, 1);
        await rig.RunToAsync(3 * Millisecond);
        await rig.MoveAsync(0, 0, 1, rounds: 3, roundNs: 2 * Millisecond);
        await rig.MoveAsync(1, 1, 0, rounds: 2, roundNs: 2 * Millisecond);
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

    /// <summary>What does not depend on which of two jobs comes first, as when a block is read and written.</summary>
    private static object Figures(VmResult vm) =>
        (vm.Read.Operations, vm.Read.Bytes, vm.Write.Operations, vm.Write.Bytes, vm.Wear!.Writes - vm.Wear.ExtraWrites);

    /// <param name="scenario">The VM in question is its first.</param>
    /// <param name="act">Moves it; answers where it is then.</param>
    private static async Task<VmResult> RunAsync(ScenarioSpec scenario, Func<MoveRig, Task<int>> act)
    {
        await using var rig = new MoveRig(scenario);
        for (var vm = 0; vm < scenario.Vms.Length; vm++)
        {
            await rig.StartAsync(vm, 0);
        }

        var endsOn = await act(rig);
        await rig.FinishAsync(0, endsOn);
        return await rig.ResultAsync(0, endsOn);
    }

    /// <summary>A VM of every kind of job there is, each with an end.</summary>
    private static VmSpec Brief(string name, string policy, string parameters) => new()
    {
        Name = name,
        Vcpus = 2,
        Storage = new StorageSpec(IoPath.MemoryBus, 4 << 20, policy, parameters),
        Jobs =
        [
            new JobSpec { Name = "random", Pattern =
                IoPattern.RandReadWrite, ReadPercent = 30, IoSizeBytes = 6 << 20, Verify = VerifyMethod.Crc32c },
            new JobSpec { Name = "zipf", Pattern = IoPattern.RandWrite, Distribution =
                new AccessDistribution(DistributionKind.Zipf, 1.2), IoSizeBytes = 6 << 20, Verify = VerifyMethod.Crc32c },
            new JobSpec { Name = "sequential", Pattern =
                IoPattern.ReadWrite, ReadBlockBytes = 8192, WriteBlockBytes = 16384, IoSizeBytes = 3 << 20, Verify = VerifyMethod.Crc32c },
            new JobSpec { Name = "paced", Pattern = IoPattern.RandRead, ReadRateIops = 20_000, IoSizeBytes = 1 << 20 },
            new JobSpec { Name = "thinks", Pattern =
                IoPattern.RandReadWrite, ThinkTimeNs = 30_000, ThinkTimeBlocks = 3, IoSizeBytes = 1 << 20, Verify = VerifyMethod.Crc32c },
        ],
    };
}
