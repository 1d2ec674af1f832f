using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// Which node carries which host: whoever carries least. Hosts go over to a node that joined only between runs: in the middle of one a host
/// that does has to do everything again.
/// </summary>
/// <param name="node">The node on which this decides: that of the coordinator, for both live on the oldest member.</param>
internal sealed class HostAllocation(NodeEvents node) : IShardAllocationStrategy
{
    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
        Task.FromResult(currentShardAllocations
            .OrderBy(region => region.Value.Count)
            .ThenBy(region => region.Key.Path.ToStringWithAddress(), StringComparer.Ordinal)
            .First().Key);

    /// <inheritdoc/>
    public Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        IImmutableSet<string> leaving = ImmutableHashSet<string>.Empty;
        if (!node.IsRunning && rebalanceInProgress.Count == 0 && currentShardAllocations.Count > 0)
        {
            var (shards, regions) = (currentShardAllocations.Sum(region => region.Value.Count), currentShardAllocations.Count);
            var fair = (shards + regions - 1) / regions;
            leaving = currentShardAllocations.SelectMany(region => region.Value.Skip(fair)).ToImmutableHashSet();
        }

        return Task.FromResult(leaving);
    }
}
