using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Migrating;

/// <summary>A VM does the same whether it migrates or not.</summary>
public sealed class SameWorkTests
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
    public async Task A_vm_does_the_same_whether_it_migrates_or_not(string policy, string parameters, PayloadKind payload)
    {
        var scenario = Lab.Scenario(Brief("a", policy, parameters)).With(h => h with { Payload = payload });
        var stays = await RunAsync(scenario, _ => Task.FromResult(0));
        var migrates = await RunAsync(scenario, async rig =>
        {
            await rig.RunToAsync(2 * Millisecond + 7777);
            await rig.MigrateAsync(0, 0, 1);
            await rig.RunToAsync(7 * Millisecond + 1234);
            await rig.MigrateAsync(0, 1, 0, rounds: 1, roundNs: 0);
            await rig.RunToAsync(9 * Millisecond);
            await rig.MigrateAsync(0, 0, 1, rounds: 3, roundNs: 200_000);
            return 1;
        });

        Assert.Equal((VmState.Finished, 0), (migrates.State, migrates.BlocksWrong));
        Assert.Empty(migrates.Problems);
        Assert.Equal(Figures(stays), Figures(migrates));
        Assert.Equal(stays.Read.LatencyNs!.Samples, migrates.Read.LatencyNs!.Samples);
        Assert.Equal(payload == PayloadKind.None, migrates.BlocksVerified == 0);
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
        var migrates = await RunAsync(scenario, async rig =>
        {
            for (var times = 0; times < 5; times++)
            {
                await rig.RunToAsync(times * 3 * Millisecond + 1_111_111);
                await rig.MigrateAsync(0, times % 2, (times + 1) % 2);
            }

            return 1;
        });

        Assert.Equal((VmState.Finished, 0), (migrates.State, migrates.BlocksWrong));
        Assert.True(migrates.BlocksVerified > 100);
        Assert.Empty(migrates.Problems);
        Assert.Equal(Figures(stays), Figures(migrates));
        Assert.Equal(stays.Write.LatencyNs!.Samples, migrates.Write.LatencyNs!.Samples);
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
    public async Task At_whatever_moments_it_migrates_or_stays_after_all(int seed)
    {
        var random = new Random(seed);
        var (policy, parameters, payload) = Disks.Select(row => ((string)row[0], (string)row[1], (PayloadKind)row[2]))
            .ElementAt(random.Next(15));
        var scenario = Lab.Scenario(Brief("a", policy, parameters), Lab.Vm("b", IoPattern.RandReadWrite, vcpus: 1))
            .With(h => h with { Payload = payload });
        var stays = await RunAsync(scenario, _ => Task.FromResult(0));
        var migrates = await RunAsync(scenario, async rig =>
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
                    await rig.MigrateAsync(0, at, 1 - at, rounds, roundNs, stopNs);
                    at = 1 - at;
                }

                ns += rounds * roundNs + stopNs;
            }

            return at;
        });

        Assert.Equal((VmState.Finished, 0), (migrates.State, migrates.BlocksWrong));
        Assert.Equal(Figures(stays), Figures(migrates));
    }

    [Fact]
    public async Task A_migration_is_the_same_on_any_number_of_threads()
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
            await using var rig = new MigrationRig(scenario, threads: threads);
            foreach (var vm in (int[])[0, 1, 2])
            {
                await rig.StartAsync(vm, 0);
            }

            await rig.RunToAsync(3_333_333);
            var paused = await rig.MigrateAsync(0, 0, 1);
            await rig.RunToAsync(9 * Millisecond);
            return (rig.TraceHash(0), rig.TraceHash(1), paused.AtNs, paused.ContentHash,
                paused.Last.Blocks, paused.GuestBytes, (await rig.ResultAsync(0, 1)).Quanta);
        }
    }

    /// <summary>What does not depend on which of two jobs comes first, as when a block is read and written.</summary>
    private static object Figures(VmResult vm) =>
        (vm.Read.Operations, vm.Read.Bytes, vm.Write.Operations, vm.Write.Bytes, vm.Wear!.Writes - vm.Wear.ExtraWrites);

    /// <param name="scenario">The VM in question is its first.</param>
    /// <param name="act">Has it migrate; answers where it is then.</param>
    private static async Task<VmResult> RunAsync(ScenarioSpec scenario, Func<MigrationRig, Task<int>> act)
    {
        await using var rig = new MigrationRig(scenario);
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
