using System.Globalization;
using Akka.Cluster.Sharding;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// Names the entity of a host by run and index. The shard is the index alone, so that the hosts of a run spread evenly and shards do not
/// grow with runs.
/// </summary>
internal sealed class HostExtractor : IMessageExtractor
{
    /// <inheritdoc/>
    public string? EntityId(object message) => message is ToHost to
        ? string.Create(CultureInfo.InvariantCulture, $"{to.Run}.{to.Host}")
        : null;

    /// <inheritdoc/>
    public object EntityMessage(object message) => message;

    /// <inheritdoc/>
    public string? ShardId(object message) => EntityId(message) is { } entity ? ShardId(entity, message) : null;

    /// <inheritdoc/>
    public string ShardId(string entityId, object? messageHint = null) => entityId[(entityId.LastIndexOf('.') + 1)..];
}
