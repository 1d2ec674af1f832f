using CsCheck;
using Mbsa.Actors.Deciding;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Deciding;

/// <summary>Links of a byte a nanosecond and a latency of 100 ns, so that right answers can be worked out on paper.</summary>
public sealed class NetworkTests
{
    private readonly Network _network = new(5, new NetworkSpec(1e9, 100));

    [Fact]
    public void A_flow_alone_takes_its_bytes_and_the_latency()
    {
        Start(7, 0, 1, 1000);
        Assert.Equal(1100, _network.NextCompletionNs);
        Assert.Empty(_network.AdvanceTo(1099));
        Assert.Equal([new CompletedFlow(7, 1100)], _network.AdvanceTo(1100));
        Assert.Equal(long.MaxValue, _network.NextCompletionNs);
    }

    [Fact]
    public void A_flow_of_nothing_takes_the_latency()
    {
        Start(1, 0, 1, 0);
        Assert.Equal([new CompletedFlow(1, 100)], _network.AdvanceTo(1000));
    }

    [Fact]
    public void When_one_of_two_is_done_the_other_has_the_link()
    {
        Start(1, 0, 1, 3000);
        Start(2, 0, 2, 1000);

        // Half of the link each: the small one has left after 2000 ns. The other has 2000 bytes to go then.
        Assert.Equal(2100, _network.NextCompletionNs);
        Assert.Equal([new CompletedFlow(2, 2100), new CompletedFlow(1, 4100)], _network.AdvanceTo(10_000));
        Assert.Equal(10_000, _network.NowNs);
    }

    [Fact]
    public void A_flow_that_begins_later_slows_down_who_is_there()
    {
        Start(1, 0, 1, 1000);
        _network.AdvanceTo(600);
        Start(2, 2, 1, 1000);

        // 400 bytes of the first take 800 ns; then the second has 600 to go and the link.
        Assert.Equal([new CompletedFlow(1, 1500), new CompletedFlow(2, 2100)], _network.AdvanceTo(3000));
    }

    [Fact]
    public void What_a_link_cannot_do_in_whole_nanoseconds_is_rounded_up()
    {
        var odd = new Network(2, new NetworkSpec(3e9, 0));
        Assert.True(odd.TryStart(1, 0, 1, 10));
        Assert.Equal([new CompletedFlow(1, 4)], odd.AdvanceTo(4));
    }

    [Fact]
    public void A_cancelled_flow_leaves_the_link_to_others_and_says_what_was_sent()
    {
        Start(1, 0, 1, 1000);
        Start(2, 0, 2, 1000);
        _network.AdvanceTo(500);
        Assert.Equal(250, _network.Cancel(1));
        Assert.Null(_network.Cancel(1));
        Assert.Equal([new CompletedFlow(2, 500 + 750 + 100)], _network.AdvanceTo(5000));
    }

    [Fact]
    public void A_link_that_goes_down_breaks_what_is_sent_over_it_and_what_is_on_its_way()
    {
        Start(1, 0, 1, 200);
        Start(2, 1, 3, 200);
        Start(3, 2, 1, 50);
        Start(4, 2, 4, 1000);
        _network.AdvanceTo(150); // the third has left (two halves of host 2's link), and not arrived

        Assert.Equal([new BrokenFlow(1, 100), new BrokenFlow(2, 150), new BrokenFlow(3, 50)], _network.LinkDown(1));
        Assert.False(_network.IsUp(1));
        Assert.False(_network.TryStart(5, 0, 1, 1));
        Assert.False(_network.TryStart(5, 1, 0, 1));
        Assert.Equal([new CompletedFlow(4, 50 + 1000 + 100)], _network.AdvanceTo(5000));
        _network.LinkUp(1);
        Start(5, 0, 1, 1);
    }

    [Fact]
    public void A_flow_to_where_it_comes_from_and_a_name_taken_twice_are_refused()
    {
        Start(1, 0, 1, 1);
        Assert.Throws<ArgumentException>(() => _network.TryStart(1, 2, 3, 1));
        Assert.Throws<ArgumentException>(() => _network.TryStart(2, 3, 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.TryStart(2, 2, 3, -1));
    }

    /// <summary>
    /// No flow is complete before a link alone could have sent it; a link that is never idle is done when its bytes are;
    /// and it does not matter in how many steps time passes.
    /// </summary>
    [Fact]
    public void Random_flows_are_never_early_waste_nothing_and_do_not_depend_on_steps() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[0, 100_000], Gen.Int[0, 5000]).Array[1, 30].Sample(draws =>
        {
            var spec = new NetworkSpec(3.125e9, 250);
            var starts = draws.Select((d, i) => (Id: i, From: d.Item1, To: (d.Item1 + d.Item2) % 4,
                Bytes: d.Item3, AtNs: draws.Take(i + 1).Sum(e => (long)e.Item4))).ToList();
            var (once, steps) = (new Network(4, spec), new Network(4, spec));
            List<CompletedFlow> inOne = [], inMany = [];
            foreach (var (id, from, to, bytes, atNs) in starts)
            {
                inOne.AddRange(once.AdvanceTo(atNs));
                while (steps.NextCompletionNs <= atNs)
                {
                    inMany.AddRange(steps.AdvanceTo((steps.NowNs + steps.NextCompletionNs) / 2));
                    inMany.AddRange(steps.AdvanceTo(steps.NextCompletionNs));
                }

                inMany.AddRange(steps.AdvanceTo(atNs));
                Assert.True(once.TryStart(id, from, to, bytes) && steps.TryStart(id, from, to, bytes));
            }

            inOne.AddRange(once.AdvanceTo(1_000_000_000));
            inMany.AddRange(steps.AdvanceTo(1_000_000_000));
            Assert.Equal(inOne, inMany);
            Assert.Equal(draws.Length, inOne.Count);
            Assert.Equal(inOne.OrderBy(c => c.AtNs), inOne);
            foreach (var (id, atNs) in inOne)
            {
                var flow = starts[(int)id];
                Assert.True((atNs - 250 - flow.AtNs) * 3125L >= flow.Bytes * 1000L, $"{flow} ended at {atNs}");
            }
        }, iter: 500);

    [Fact]
    public void A_storm_over_one_link_takes_what_its_bytes_take()
    {
        for (var i = 0; i < 100; i++)
        {
            Start(i, 0, 1 + i % 4, 1000 + i);
        }

        var last = _network.AdvanceTo(10_000_000)[^1];
        Assert.InRange(last.AtNs, 100_000 + 4950 + 100, 100_000 + 4950 + 100 + 100); // each end rounds up by less than 1 ns
    }

    private void Start(long id, int from, int to, long bytes) => Assert.True(_network.TryStart(id, from, to, bytes));
}
