using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;
using Mbsa.Actors.Tests.Scenarios;
using Mbsa.Metrics;
using Mbsa.Vm.Paths;
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
        var stays = await RunAsync(scenario, _ => Task.CompletedTask);
        var moves = await RunAsync(scenario, async rig =>
        {
            await rig.RunToAsync(2 * Millisecond + 7777);
            await rig.MoveAsync(0, 0, 1);
            await rig.RunToAsync(7 * Millisecond + 1234);
            await rig.MoveAsync(0, 1, 0, rounds: 1, roundNs: 0);
            await rig.RunToAsync(9 * Millisecond);
            await rig.MoveAsync(0, 0, 1, rounds: 3, roundNs: 200_000);
        }, endsOn: 1);

        Assert.Equal((VmState.Finished, 0), (moves.State, moves.BlocksWrong));
        Assert.Empty(moves.Problems);
        Assert.Equal(Figures(stays), Figures(moves));
        Assert.Equal(stays.Read.LatencyNs!.Samples, moves.Read.LatencyNs!.Samples);
        Assert.Equal(payload == PayloadKind.None, moves.BlocksVerified == 0);
    }

    private static object Figures(VmResult vm) => (vm.Read.Operations, vm.Read.Bytes, vm.Write.Operations, vm.Write.Bytes, vm.Wear!.Writes - vm.Wear.ExtraWrites, vm.BlocksVerified);

    private static async Task<VmResult> RunAsync(ScenarioSpec scenario, Func<MoveRig, Task> act, int endsOn = 0)
    {
        await using var rig = new MoveRig(scenario);
        await rig.StartAsync(0, 0);
        await act(rig);
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
            new JobSpec { Name = "random", Pattern = IoPattern.RandReadWrite, ReadPercent = 30, IoSizeBytes = 6 << 20, Verify = VerifyMethod.Crc32c },
            new JobSpec { Name = "zipf", Pattern = IoPattern.RandWrite, Distribution = new AccessDistribution(DistributionKind.Zipf, 1.2), IoSizeBytes = 6 << 20, Verify = VerifyMethod.Crc32c },
            new JobSpec { Name = "sequential", Pattern = IoPattern.ReadWrite, ReadBlockBytes = 8192, WriteBlockBytes = 16384, IoSizeBytes = 3 << 20, Verify = VerifyMethod.Crc32c },
            new JobSpec { Name = "paced", Pattern = IoPattern.RandRead, ReadRateIops = 20_000, IoSizeBytes = 1 << 20 },
            new JobSpec { Name = "thinks", Pattern = IoPattern.RandReadWrite, ThinkTimeNs = 30_000, ThinkTimeBlocks = 3, IoSizeBytes = 1 << 20, Verify = VerifyMethod.Crc32c },
        ],
    };
}
