using Mbsa.Cores.Planning;

namespace Mbsa.Cores.Tests.Planning;

public sealed class GcraTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void What_is_taken_by_the_rate_conforms()
    {
        var rate = new Gcra(unitsPerSecond: 10, toleranceNs: 0);
        for (var tenth = 0; tenth < 50; tenth++)
        {
            Assert.True(rate.Conforms(tenth * Second / 10));
            rate.Take(tenth * Second / 10, 1);
            Assert.False(rate.Conforms((tenth + 1) * Second / 10 - 1));
        }
    }

    [Fact]
    public void However_long_nothing_was_taken_only_the_tolerance_is_saved_up()
    {
        var rate = new Gcra(unitsPerSecond: 10, toleranceNs: Second / 2);
        rate.Take(0, 1);
        var taken = 0;
        while (rate.Conforms(1000 * Second))
        {
            rate.Take(1000 * Second, 1);
            taken++;
        }

        Assert.Equal(6, taken); // half a second of 10 a second, and the one that is due
    }

    [Fact]
    public void What_was_more_than_taken_is_waited_for()
    {
        var rate = new Gcra(unitsPerSecond: 10, toleranceNs: 0);
        rate.Take(0, 1);
        rate.Correct(4);
        Assert.Equal(Second / 2.0, rate.ConformsFromNs);
        rate.Correct(-2);
        Assert.Equal(0.3 * Second, rate.ConformsFromNs, 1e-3);
    }

    [Fact]
    public void At_another_rate_what_was_taken_stays_taken()
    {
        var rate = new Gcra(unitsPerSecond: 10, toleranceNs: 0);
        rate.Take(0, 5);
        Assert.Equal(0.4 * Second, rate.With(unitsPerSecond: 100, toleranceNs: 0.1 * Second).ConformsFromNs, 1e-3);
    }
}
