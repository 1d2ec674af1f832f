using CsCheck;
using Mbsa.Actors.Deciding;

namespace Mbsa.Actors.Tests.Deciding;

public sealed class ProportionalShareTests
{
    [Fact]
    public void In_proportion_to_weights() => Gives([1, 3], 4, [10, 30], [100, 100]);

    [Fact]
    public void What_a_cap_cuts_off_goes_to_the_others_in_proportion() => Gives([1, 3, 6], 10, [5, 1, 2], [1, 100, 100]);

    [Fact]
    public void No_more_than_all_caps_together() => Gives([1, 2], 10, [5, 1], [1, 2]);

    [Fact]
    public void Nothing_for_who_has_no_weight() => Gives([0, 10], 10, [0, 1], [100, 100]);

    [Fact]
    public void Nothing_of_nothing() => Gives([0, 0], 0, [1, 1], [100, 100]);

    /// <summary>Whoever has a smaller part of its weight than somebody else is at its cap; and nothing is left unless all are.</summary>
    [Fact]
    public void Random_amounts_are_divided_in_proportion_as_far_as_caps_let() =>
        Gen.Select(Gen.Double[0, 100], Gen.Select(Gen.Double[0.1, 10], Gen.Double[0, 30]).Array[1, 8]).Sample(draw =>
        {
            var (amount, of) = draw;
            var (weights, caps) = (of.Select(o => o.Item1).ToArray(), of.Select(o => o.Item2).ToArray());
            var parts = ProportionalShare.Divide(amount, weights, caps);
            Assert.Equal(Math.Min(amount, caps.Sum()), parts.Sum(), 1e-9);
            var level = Enumerable.Range(0, of.Length).Max(i => parts[i] / weights[i]);
            Assert.All(Enumerable.Range(0, of.Length), i => Assert.Equal(Math.Min(caps[i], level * weights[i]), parts[i], 1e-9));
        });

    private static void Gives(double[] parts, double amount, double[] weights, double[] caps)
    {
        var divided = ProportionalShare.Divide(amount, weights, caps);
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.Equal(parts[i], divided[i], 1e-12);
        }
    }
}
