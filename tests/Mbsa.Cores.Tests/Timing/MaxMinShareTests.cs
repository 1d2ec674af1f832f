using CsCheck;
using Mbsa.Cores.Timing;

namespace Mbsa.Cores.Tests.Timing;

public sealed class MaxMinShareTests
{
    [Fact]
    public void Everybody_runs_at_full_speed_while_nothing_is_full()
    {
        Assert.Equal([1, 1, 1], Divide([0.3, 0.3, 0.4], [0.1, 0.1, 0.8]));
    }

    [Fact]
    public void A_full_bus_is_divided_evenly_and_what_a_small_flow_leaves_goes_to_the_others()
    {
        // Uses 0.1 + 0.9 + 0.9: the small one keeps 0.1, the others get 0.45 each.
        var speed = Divide([0.1, 0.9, 0.9], [0, 0, 0]);
        Assert.Equal(1, speed[0]);
        Assert.Equal(0.5, speed[1], 12);
        Assert.Equal(0.5, speed[2], 12);
    }

    [Fact]
    public void A_flow_that_only_computes_is_never_slowed()
    {
        Assert.Equal(1, Divide([1, 1, 0], [1, 1, 0])[2]);
    }

    [Fact]
    public void A_full_nvm_holds_back_only_those_who_use_it()
    {
        // Two writers need the whole NVM each; the third flow uses the bus alone.
        var speed = Divide([0.2, 0.2, 0.5], [1, 1, 0]);
        Assert.Equal(0.5, speed[0], 12);
        Assert.Equal(1, speed[2], 12);
    }

    [Fact]
    public void No_resource_is_overcommitted_none_is_wasted_and_no_flow_could_gain_without_a_poorer_one_losing()
    {
        var use = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]);
        use.Array[1, 16].Sample(flows =>
        {
            var bus = flows.Select(f => f.Item1).ToArray();
            var nvm = flows.Select(f => f.Item2).ToArray();
            var speed = Divide(bus, nvm);
            double usedBus = 0, usedNvm = 0;
            for (var i = 0; i < speed.Length; i++)
            {
                Assert.InRange(speed[i], double.Epsilon, 1);
                usedBus += speed[i] * bus[i];
                usedNvm += speed[i] * nvm[i];
            }

            Assert.True(usedBus <= 1 + 1e-9 && usedNvm <= 1 + 1e-9);
            for (var i = 0; i < speed.Length; i++)
            {
                if (speed[i] == 1)
                {
                    continue;
                }

                var dominant = Math.Max(bus[i], nvm[i]) * speed[i];
                var blockedBy = usedBus > 1 - 1e-9 ? bus : nvm;
                Assert.True(usedBus > 1 - 1e-9 || usedNvm > 1 - 1e-9);
                var richest = Enumerable.Range(0, speed.Length).Where(k => blockedBy[k] > 0)
                    .Max(k => speed[k] == 1 ? 0 : Math.Max(bus[k], nvm[k]) * speed[k]);
                Assert.True(dominant >= richest - 1e-9 || usedBus > 1 - 1e-9 && usedNvm > 1 - 1e-9);
            }
        });
    }

    private static double[] Divide(double[] bus, double[] nvm)
    {
        var speed = new double[bus.Length];
        MaxMinShare.Divide(bus, nvm, speed);
        return speed;
    }
}
