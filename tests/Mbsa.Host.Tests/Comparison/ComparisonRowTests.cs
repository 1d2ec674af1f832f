using System.Globalization;
using Mbsa.Host.Comparison;
using Mbsa.Host.Figures;

namespace Mbsa.Host.Tests.Comparison;

public sealed class ComparisonRowTests
{
    [Theory]
    [InlineData(true, new[] { 1.0, 3, 2 }, new[] { 1 })]
    [InlineData(false, new[] { 1.0, 3, 2 }, new[] { 0 })]
    [InlineData(true, new[] { 3.0, 2.99, 1 }, new[] { 0, 1 })]
    [InlineData(false, new[] { 0.0, 1, 0 }, new[] { 0, 2 })]
    public void The_best_is_found_and_what_is_as_good(bool moreIsBetter, double[] values, int[] winners) =>
        Assert.Equal(winners, Row(moreIsBetter ? Better.More : Better.Less, [.. values.Select(v => (double?)v)]).Winners);

    [Fact]
    public void Nobody_wins_where_all_are_alike_or_alone_or_it_is_only_good_to_know()
    {
        Assert.Empty(Row(Better.More, [2, 2.001, 2]).Winners);
        Assert.Empty(Row(Better.More, [null, 2, null]).Winners);
        Assert.Empty(Row(Better.Neither, [1, 2, 3]).Winners);
    }

    [Fact]
    public void Whoever_has_no_value_does_not_win() => Assert.Equal([2], Row(Better.Less, [5, null, 4]).Winners);

    private static ComparisonRow Row(Better better, double?[] values) =>
        new("vm", "figure", better, values, value => value.ToString(CultureInfo.InvariantCulture));
}
