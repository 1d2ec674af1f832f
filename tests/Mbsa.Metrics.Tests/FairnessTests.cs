using CsCheck;

namespace Mbsa.Metrics.Tests;

public class FairnessTests
{
    private static readonly Gen<double[]> _allocations = Gen.Double[0.001, 1e6].Array[1, 20];

    [Theory]
    [InlineData(new double[] { 5, 5, 5, 5 }, 1.0)]
    [InlineData(new double[] { 1, 0, 0, 0 }, 0.25)]
    [InlineData(new double[] { 1, 2, 3 }, 36.0 / 42.0)]
    [InlineData(new double[] { 7 }, 1.0)]
    [InlineData(new double[] { }, 1.0)]
    [InlineData(new double[] { 0, 0, 0 }, 1.0)]
    [InlineData(new double[] { 1e300, 1e300 }, 1.0)]
    [InlineData(new double[] { 1e-300, 0 }, 0.5)]
    public void Jains_index_is_that_of_the_paper(double[] allocations, double expected) =>
        Assert.Equal(expected, Fairness.JainIndex(allocations), 12);

    [Fact]
    public void Jains_index_lies_between_one_over_n_and_one_and_knows_no_unit() =>
        _allocations.Sample(allocations =>
        {
            double index = Fairness.JainIndex(allocations);
            Assert.InRange(index, (1.0 / allocations.Length) - 1e-12, 1.0);
            Assert.Equal(index, Fairness.JainIndex([.. allocations.Select(a => a * 1024)]), 12);
        });

    [Fact]
    public void Giving_to_the_poorest_from_the_richest_never_lowers_jains_index() =>
        _allocations.Sample(allocations =>
        {
            double[] after = [.. allocations.Order()];
            double given = (after[^1] - after[0]) / 4;
            after[0] += given;
            after[^1] -= given;
            Assert.True(Fairness.JainIndex(after) >= Fairness.JainIndex(allocations) - 1e-12);
        });

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_allocation_that_is_none_is_refused(double allocation) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Fairness.JainIndex([1, allocation]));

    [Theory]
    [InlineData(new double[] { 2, 2, 2 }, 1.0)]
    [InlineData(new double[] { 1.5, 6, 3 }, 4.0)]
    [InlineData(new double[] { 0.5 }, 1.0)]
    [InlineData(new double[] { }, 1.0)]
    [InlineData(new double[] { 2, double.PositiveInfinity }, double.PositiveInfinity)]
    [InlineData(new double[] { double.PositiveInfinity, double.PositiveInfinity }, 1.0)]
    public void Max_min_slowdown_is_the_worst_off_over_the_best_off(double[] slowdowns, double expected) =>
        Assert.Equal(expected, Fairness.MaxMinSlowdown(slowdowns));

    [Theory]
    [InlineData(0.0)]
    [InlineData(-2.0)]
    [InlineData(double.NaN)]
    public void A_slowdown_that_is_none_is_refused(double slowdown) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Fairness.MaxMinSlowdown([1, slowdown]));
}
