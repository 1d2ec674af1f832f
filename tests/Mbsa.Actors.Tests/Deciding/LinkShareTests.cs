using CsCheck;
using Mbsa.Actors.Deciding;

namespace Mbsa.Actors.Tests.Deciding;

public sealed class LinkShareTests
{
    [Fact]
    public void A_flow_alone_has_the_whole_link() => Gives([(0, 1)], 1);

    [Fact]
    public void Both_directions_of_a_link_are_there_at_once() => Gives([(0, 1), (1, 0)], 1, 1);

    [Fact]
    public void Flows_from_one_host_and_flows_to_one_host_share_alike()
    {
        Gives([(0, 1), (0, 2)], 0.5, 0.5);
        Gives([(0, 2), (1, 2)], 0.5, 0.5);
    }

    [Fact]
    public void What_is_slowed_down_elsewhere_leaves_the_rest_to_others() =>
        Gives([(0, 1), (0, 2), (0, 3), (4, 3)], 1 / 3.0, 1 / 3.0, 1 / 3.0, 2 / 3.0);

    /// <summary>
    /// Max-min fair means: no link carries more than it can, and each flow has one that is full and on which nobody has more.
    /// </summary>
    [Fact]
    public void Random_flows_are_divided_max_min_fairly() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 5]).Array[0, 40].Sample(draws =>
        {
            List<(int From, int To)> flows = [.. draws.Select(d => (d.Item1, (d.Item1 + d.Item2) % 6))];
            var parts = new LinkShare(6).Divide(flows);
            int[][] links =
            [
                .. Enumerable.Range(0, 6).Select(h => Enumerable.Range(0, flows.Count).Where(f => flows[f].From == h).ToArray()),
                .. Enumerable.Range(0, 6).Select(h => Enumerable.Range(0, flows.Count).Where(f => flows[f].To == h).ToArray()),
            ];
            Assert.All(links, link => Assert.True(link.Sum(f => parts[f]) <= 1 + 1e-9));
            for (var flow = 0; flow < flows.Count; flow++)
            {
                Assert.Contains(links, link =>
                    link.Contains(flow) && link.Sum(f => parts[f]) >= 1 - 1e-9 && link.All(f => parts[f] <= parts[flow] + 1e-9));
            }
        }, iter: 1000);

    private static void Gives((int From, int To)[] flows, params double[] parts)
    {
        var shares = new LinkShare(5).Divide(flows);
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.Equal(parts[i], shares[i], 1e-12);
        }
    }
}
