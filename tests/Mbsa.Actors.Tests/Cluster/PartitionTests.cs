using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using Akka.Remote.Transport;
using Mbsa.Actors.Nodes;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>
/// A network between nodes that is cut: the larger part goes on, the smaller one ends itself, and the run is what it would have been.
/// </summary>
[Collection("cluster")]
public sealed class PartitionTests
{
    private static readonly Config _throttled =
        ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.applied-adapters = [\"trttl\"]");

    [Theory]
    [InlineData(0)] // the oldest, with the coordinator
    [InlineData(2)]
    public async Task Smaller_part_ends_and_the_larger_one_carries_the_run_to_the_same_end(int cut)
    {
        var scenario = ClusterLab.Talkative();
        var expected = await scenario.RunOnAsync(1);
        var nodes = new List<ClusterNode> { await StartAsync(null) };
        nodes.Add(await StartAsync(nodes[0]));
        nodes.Add(await StartAsync(nodes[0]));
        try
        {
            // Submitted from within the larger part: a client of a node's own system, which the cut does not part from it.
            var run = new ClusterRun(scenario, nodes[1].System, nodes[1].Address, ownsSystem: false);
            await ClusterLab.UntilAsync(() => run.Snapshot().ClockNs >= scenario.DurationNs / 5);
            Assert.False(run.Completion.IsCompleted);
            foreach (var other in nodes.Where(node => node != nodes[cut]))
            {
                await CutAsync(other, nodes[cut]);
                await CutAsync(nodes[cut], other);
            }

            await nodes[cut].Ended.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.False(nodes[cut].IsLeaving);
            ClusterLab.AssertSame(expected, await run.Completion.WaitAsync(TimeSpan.FromSeconds(120)));
            await ClusterLab.UntilAsync(() => nodes[1].Members == 2);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.CrashAsync()));
        }
    }

    private static Task<ClusterNode> StartAsync(ClusterNode? seed) =>
        ClusterNode.StartAsync(ClusterLab.Options() with { Seeds = seed is null ? [] : [seed.Address] },
            null, _throttled, CancellationToken.None);

    /// <summary>Nothing gets from one node to the other any more.</summary>
    private static async Task CutAsync(ClusterNode from, ClusterNode to)
    {
        var system = (ExtendedActorSystem)from.System;
        var address = system.Provider.DefaultAddress.WithHost(to.Address.Host).WithPort(to.Address.Port);
        Assert.True(await ((IRemoteActorRefProvider)system.Provider).Transport
            .ManagementCommand(new SetThrottle(address, ThrottleTransportAdapter.Direction.Both, Blackhole.Instance)));
    }
}
