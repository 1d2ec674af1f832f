using Mbsa.Nvm.PowerFailure;

namespace Mbsa.Nvm.Tests.PowerFailure;

public sealed class DevicePowerFailureTests
{
    /// <summary>
    /// Fences that no power failure misses, by step and place in it: those after the second copy of something whose first is persistent, and
    /// the one after the bitmap, which every mount makes anew. They are there so that at rest both copies are alike.
    /// </summary>
    private static readonly (string Step, long Place)[] _ofCopies = [("create", 2), ("create", 4), ("create", 5), ("delete", 1), ("delete", 3), ("delete", 4)];

    [Fact]
    public void No_power_failure_loses_a_child_device_or_a_byte()
    {
        var states = 0L;
        for (var seed = 0; seed < 6; seed++)
        {
            using var history = new DeviceHistory(seed, statesPerFence: 256);
            history.Live(10);
            Assert.Empty(history.Explorer.Violations);
            states += history.Explorer.States;
        }

        Assert.True(states > 3000, $"only {states} states");
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
    [InlineData(FenceFate.Dropped)]
    [InlineData(FenceFate.SwappedWithNext)]
    public void A_fence_forgotten_or_in_the_wrong_place_is_noticed(FenceFate fate)
    {
        using var sound = new DeviceHistory(seed: 3, statesPerFence: 32);
        var format = sound.Fences;
        sound.Live(7);
        Assert.Contains(("delete", 0), sound.FencesOfSteps);
        for (var fence = 0; fence < sound.FencesOfSteps.Count; fence++)
        {
            using var mutant = new DeviceHistory(seed: 3, statesPerFence: 32, fate: which => which == fence + format ? fate : FenceFate.Holds);
            mutant.Live(7);
            if (mutant.Explorer.ViolationCount == 0)
            {
                Assert.Contains(sound.FencesOfSteps[fence], _ofCopies);
            }
        }
    }
}
