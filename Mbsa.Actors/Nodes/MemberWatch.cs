using Akka.Actor;
using Akka.Cluster;

namespace Mbsa.Actors.Nodes;

/// <summary>Tells a node who comes and goes.</summary>
internal sealed class MemberWatch : ReceiveActor
{
    private readonly SortedSet<string> _up = new(StringComparer.Ordinal);
    private bool _isUp;

    /// <summary>A watch that tells whatever happens from now on.</summary>
    public MemberWatch(NodeEvents node)
    {
        var cluster = Akka.Cluster.Cluster.Get(Context.System);
        Receive<ClusterEvent.CurrentClusterState>(_ => { });
        Receive<ClusterEvent.MemberUp>(m =>
        {
            _up.Add(NameOf(m.Member));
            node.Addresses = [.. _up];
            _isUp |= m.Member.UniqueAddress == cluster.SelfUniqueAddress;
            if (_isUp && m.Member.UniqueAddress != cluster.SelfUniqueAddress)
            {
                node.Say($"{NameOf(m.Member)} joined; members: {_up.Count}");
            }
        });
        Receive<ClusterEvent.MemberRemoved>(m =>
        {
            _up.Remove(NameOf(m.Member));
            node.Addresses = [.. _up];
            node.Say($"{NameOf(m.Member)} {(m.PreviousStatus == MemberStatus.Down ? "was lost" : "left")}; members: {_up.Count}");
        });
        Receive<ClusterEvent.UnreachableMember>(m => node.Say($"{NameOf(m.Member)} cannot be reached"));
        Receive<ClusterEvent.ReachableMember>(m => node.Say($"{NameOf(m.Member)} can be reached again"));
    }

    protected override void PreStart() => Akka.Cluster.Cluster.Get(Context.System).Subscribe(
        Self,
        ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
        typeof(ClusterEvent.MemberUp),
        typeof(ClusterEvent.MemberRemoved),
        typeof(ClusterEvent.UnreachableMember),
        typeof(ClusterEvent.ReachableMember));

    protected override void PostStop() => Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);

    private static string NameOf(Member member) => new NodeAddress(member.Address.Host, member.Address.Port ?? 0).ToString();
}
