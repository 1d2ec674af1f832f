using Mbsa.Nvm.PowerFailure;

namespace Mbsa.Nvm.Tests.PowerFailure;

public sealed class DevicePowerFailureTests
{
    /// <summary>
    /// The fences on which everything hangs, by step and place in it: the bitmap before blocks are used,
    /// the page table before the NAT points to it, the NAT's first slot, the first copy of the GMB, and that of a guest's own write.
    /// The others keep second copies alike or wipe: a wipe whose fence is missing is made persistent by the next one's.
    /// </summary>
    public static TheoryData<string, int, FenceFate> FencesThatMatter()
    {
        TheoryData<string, int, FenceFate> fences = [];
        foreach (var fate in new[] { FenceFate.Dropped, FenceFate.SwappedWithNext })
        {
            Array.ForEach([0, 1, 2, 4, 6], place => fences.Add("create", place, fate));
            Array.ForEach([0, 1, 2, 4], place => fences.Add("resize", place, fate));
            fences.Add("delete", 0, fate);
        }

        return fences;
    }

    [Fact]
    public void No_power_failure_loses_a_child_device_or_a_byte()
    {
        var states = 0L;
        for (var seed = 0; seed < 5; seed++)
        {
            using var history = new DeviceHistory(seed, statesPerFence: 64);
            history.Live(8);
            Assert.Empty(history.Explorer.Violations);
            states += history.Explorer.States;
        }

        Assert.True(states > 2000, $"only {states} states");
    }

    [Fact]
    public void Nor_does_one_in_the_recovery_from_another()
    {
        using var history = new DeviceHistory(seed: 5, statesPerFence: 8, statesPerRecoveryFence: 4);
        history.Live(5);
        Assert.Empty(history.Explorer.Violations);
        Assert.True(history.Explorer.States > 100, $"only {history.Explorer.States} states");
    }

    [Theory]
    [MemberData(nameof(FencesThatMatter))]
    public void A_fence_forgotten_or_in_the_wrong_place_is_noticed(string step, int place, FenceFate fate)
    {
        using var sound = new DeviceHistory(seed: 3, statesPerFence: 2);
        var format = sound.Fences;
        sound.Live(9);
        var fences = Enumerable.Range(0, sound.FencesOfSteps.Count).Where(fence => sound.FencesOfSteps[fence] == (step, place)).ToList();
        Assert.NotEmpty(fences);
        Assert.Contains(fences, fence =>
        {
            using var mutant = new DeviceHistory(seed: 3, statesPerFence: 12,
                fate: which => which == fence + format ? fate : FenceFate.Holds);
            mutant.Live(9);
            return mutant.Explorer.ViolationCount > 0;
        });
    }
}
