using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Tests.Playing;

namespace Mbsa.Cores.Tests.Policies;

/// <summary>Who makes room at an NVM that quanta want more of than there is.</summary>
public sealed class FlightsTests
{
    private const long NowNs = 1_000_000;

    /// <summary>A quantum of a VM of half of the host, in virtual time.</summary>
    private const double QuantumNs = PlanLab.CostNs / 0.5;

    private readonly Flights _flights = new(PlanLab.Cores);

    [Fact]
    public void Who_is_behind_keeps_its_core_when_others_begin_that_are_ahead()
    {
        Begin(0, startTag: -10 * QuantumNs, nvm: 0.4, startNs: 0);
        Begin(1, startTag: 0, nvm: 1, NowNs);

        Assert.Null(Surplus());
    }

    [Fact]
    public void Who_is_as_far_makes_room_for_one_that_fills_the_NVM_alone()
    {
        var first = Begin(0, startTag: 0, nvm: 0.4, startNs: 0);
        Begin(1, startTag: 0, nvm: 1, NowNs);

        Assert.Same(first, Surplus());
    }

    [Fact]
    public void Who_is_ahead_makes_room_even_if_others_that_are_further_behind_began_earlier()
    {
        Begin(0, startTag: -20 * QuantumNs, nvm: 0.4, startNs: 0);
        var ahead = Begin(1, startTag: 10 * QuantumNs, nvm: 0.4, startNs: 0);
        Begin(2, startTag: 0, nvm: 1, NowNs);

        Assert.Same(ahead, Surplus());
    }

    [Fact]
    public void A_floor_goes_before_whoever_is_behind_by_its_rate()
    {
        var behind = Begin(0, startTag: -10 * QuantumNs, nvm: 0.4, startNs: 0);
        Begin(1, startTag: 0, nvm: 1, NowNs, Turn.Floor);

        Assert.Same(behind, Surplus());
    }

    [Theory]
    [InlineData(Turn.Rate, true)]
    [InlineData(Turn.Urgent, false)]
    public void Nobody_shares_with_the_latency_class(object turn, bool mayShare)
    {
        Begin(0, startTag: 0, nvm: 0.5, startNs: 0, (Turn)turn);

        Assert.Equal(mayShare, _flights.MayShare(Bottleneck.Nvm, PlanLab.Account(1, 0.5)));
    }

    private Schedulable? Surplus() => _flights.Surplus(Bottleneck.Nvm, NowNs, (_, _) => true)?.To;

    private Schedulable Begin(int vm, double startTag, double nvm, long startNs, Turn turn = Turn.Rate)
    {
        var vcpu = Script.Forever(1).As(vm);
        vcpu.Estimate = new QuantumEstimate { NvmFraction = nvm };
        _flights.Add(new Flight(vcpu, PlanLab.Account(vm, 0.5, startTag), startTag, startNs, turn));
        return vcpu;
    }
}
