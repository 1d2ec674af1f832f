using Mbsa.Cores.Policies;
using Mbsa.Cores.Tests.Playing;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

public sealed class VirtualTimeTests
{
    private static readonly QosSpec _limited = new() { Limit = new Promise(PromiseUnit.Share, 0.1) };

    [Fact]
    public void It_is_the_average_by_rate()
    {
        var time = Of(PlanLab.Account(0, 0.25, 10_000), PlanLab.Account(1, 0.75, 50_000));

        Assert.Equal(40_000, time.Ns, 1e-6);
    }

    [Fact]
    public void Who_is_held_back_by_a_ceiling_does_not_hold_it_back()
    {
        var time = Of(PlanLab.Account(0, 0.5, 1e9), PlanLab.Account(1, 0.5, 0, _limited));

        Assert.Equal(1e9, time.Ns, 1e-6);
    }

    [Fact]
    public void Without_anybody_else_those_with_ceilings_make_it()
    {
        var time = Of(PlanLab.Account(0, 0.2, 10_000, _limited), PlanLab.Account(1, 0.2, 30_000, _limited));

        Assert.Equal(20_000, time.Ns, 1e-6);
    }

    [Fact]
    public void Who_runs_far_ahead_on_what_nobody_else_can_use_does_not_take_it_along()
    {
        var (hog, first, second) = (PlanLab.Account(0, 0.1), PlanLab.Account(1, 0.5), PlanLab.Account(2, 0.4));
        var time = Of(hog, first, second);

        for (var nowNs = 0L; nowNs < 100 * PlanLab.QuantumNs; nowNs += PlanLab.QuantumNs)
        {
            var before = hog.StartTag;
            hog.Run(nowNs);
            time.OnRetagged(hog, before, nowNs);
        }

        Assert.Equal(0, time.Ns, 1e-6);
    }

    [Fact]
    public void It_is_where_most_of_the_rates_are_whoever_joined_first()
    {
        var (early, second, third) = (PlanLab.Account(0, 0.1, 1e9), PlanLab.Account(1, 0.5, 20_000), PlanLab.Account(2, 0.4, 20_000));

        var time = Of(early, second, third);
        time.OnRetagged(second, second.StartTag, 0); // the line is drawn anew once in as many moves as there are VMs

        Assert.Equal(20_000, time.Ns, 1e-6);
    }

    [Theory]
    [InlineData(7, 0)]
    [InlineData(8, -500e6)]
    public void Who_is_far_behind_counts_once_its_vcpus_have_waited_for_eight_quanta(int quanta, double expectedNs)
    {
        var (others, behind) = (PlanLab.Account(0, 0.5), PlanLab.Account(1, 0.5, -1e9));
        var time = Of(others, behind);
        behind.Enqueue(Script.Forever(1).As(1), nowNs: 0);

        time.OnRetagged(behind, behind.StartTag, quanta * PlanLab.QuantumNs);

        Assert.Equal(expectedNs, time.Ns, 1e-6);
    }

    [Fact]
    public void While_nobody_wants_to_run_it_stands_still()
    {
        var account = PlanLab.Account(0, 0.5, 10_000);
        var time = Of(account);

        time.OnLeft(account, 0);

        Assert.Equal(10_000, time.Ns, 1e-6);
    }

    private static VirtualTime Of(params PlanAccount[] accounts)
    {
        var time = new VirtualTime(accounts);
        foreach (var account in accounts)
        {
            time.OnJoined(account, 0);
        }

        return time;
    }
}
