namespace Mbsa.Actors.Tests.Cluster;

/// <summary>A run on several hosts is the same, however many nodes carry the hosts and whatever becomes of the nodes.</summary>
[Collection("cluster")]
public sealed class NodesTests
{
    [Fact]
    public async Task The_number_of_nodes_does_not_matter()
    {
        var scenario = ClusterLab.Scenario(hosts: 4, vms: 12);
        var first = await scenario.RunOnAsync(1);
        Assert.Empty(first.Problems);
        Assert.All(first.Totals(), operations => Assert.True(operations > 0));
        Assert.All(first.Cluster!.Hosts, host => Assert.Equal(3, host.VmsAtEnd));
        ClusterLab.AssertSame(first, await scenario.RunOnAsync(2));
        ClusterLab.AssertSame(first, await scenario.RunOnAsync(4));
    }
}
