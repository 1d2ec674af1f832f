using Mbsa.Bench.Searching;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>The search's own optimum, against what docs/QOS.md and the paper on dominant resource fairness work out by hand.</summary>
public sealed class OptimumTests
{
    private static readonly double[] _reads = [0.5, 0, 1], _writes = [0.25, 0, 1], _computes = [1, 0, 0];

    [Fact]
    public void Equal_weights_have_equal_dominant_shares() => Gives([0.5, 0.5], Of(_reads), Of(_writes));

    [Fact]
    public void Weights_divide_what_is_short() => Gives([0.25, 0.75], Of(_reads), Of(_reads, weight: 3));

    /// <summary>
    /// Ghodsi et al., NSDI 2011, figure 3: 9 processors and 18 GB; A's tasks take (1, 4), B's (3, 1); each has two thirds of what it uses
    /// most.
    /// </summary>
    [Fact]
    public void The_example_of_the_paper_has_two_thirds_each() => Gives([2 / 3.0, 2 / 3.0], Of([0.5, 1, 0]), Of([1, 1 / 6.0, 0]));

    [Theory]
    [InlineData(875, 250, 250, 375)]
    [InlineData(1200, 250, 380, 570)]
    [InlineData(3000, 2000 / 3.0, 4000 / 3.0, 1000)]
    public void The_classic_three_have_their_floors_and_ceilings_and_the_rest_by_weight(double capacity,
        double first, double second, double third) => Gives(
        [first / capacity, second / capacity, third / capacity],
        Of(_computes, floor: 250 / capacity), Of(_computes, weight: 2, floor: 250 / capacity),
        Of(_computes, weight: 3, cap: 1000 / capacity));

    [Fact]
    public void Who_does_not_use_what_is_full_goes_on_rising() => Gives([0.5, 0.5, 0.625], Of(_reads), Of(_writes), Of(_computes));

    [Fact]
    public void Where_nothing_is_short_everybody_has_what_he_can_use() => Gives([0.2, 0.3], Of(_reads, cap: 0.2), Of(_computes, cap: 0.3));

    [Fact]
    public void Of_a_smaller_host_there_is_less() =>
        Assert.Equal([0.4, 0.4], Optimum.Shares([Of(_reads), Of(_writes)], [1, 1, 0.8]).Select(share => Math.Round(share, 9)));

    private static Claim Of(double[] relative, double weight = 1, double floor = 0, double cap = 1) => new(relative, weight, floor, cap);

    private static void Gives(double[] shares, params Claim[] claims) =>
        Assert.Equal(shares.Select(share => Math.Round(share, 6)), Optimum.Shares(claims).Select(share => Math.Round(share, 6)));
}
