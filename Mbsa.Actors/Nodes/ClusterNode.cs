using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Mbsa.Actors.Tracing;
using Mbsa.Actors.Wire;
using Mbsa.Vm;

namespace Mbsa.Actors.Nodes;

/// <summary>A member of a cluster in this process.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly NodeEvents _events;
    private volatile bool _isLeaving;

    private ClusterNode(ActorSystem system, NodeEvents events, NodeAddress address) =>
        (_system, _events, Address) = (system, events, address);

    /// <summary>Where others reach it.</summary>
    public NodeAddress Address { get; }

    /// <summary>Emulated hosts it carries now.</summary>
    public int Hosts => _events.Hosts;

    /// <summary>Members of the cluster that are up and can be reached.</summary>
    public int Members => Akka.Cluster.Cluster.Get(_system).State is var state
        ? state.Members.Count(member => member.Status == MemberStatus.Up && !state.Unreachable.Contains(member))
        : 0;

    /// <summary>Ends with the node: after <see cref="LeaveAsync"/>, or when it was separated from the larger part of the cluster.</summary>
    public Task Ended => _system.WhenTerminated;

    /// <summary>Whether it was told to leave; else it ended because it was separated from the larger part of the cluster.</summary>
    public bool IsLeaving => _isLeaving;

    /// <summary>The actor system, for those who submit runs in the same process.</summary>
    internal ActorSystem System => _system;

    /// <summary>Starts a node and joins a cluster, or begins one.</summary>
    /// <param name="options">How it listens and whom it joins.</param>
    /// <param name="say">Hears a line when something happens; from any thread. Null for nobody.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The node, a member that is up.</returns>
    /// <exception cref="InputException">It cannot listen, or no seed lets it in; the message says which.</exception>
    public static Task<ClusterNode> StartAsync(NodeOptions options, Action<string>? say = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(options, say, Config.Empty, cancellation);
    }

    /// <summary>The same with more of Akka.NET's configuration, which goes before ours.</summary>
    internal static async Task<ClusterNode> StartAsync(
        NodeOptions options, Action<string>? say, Config more, CancellationToken cancellation)
    {
        var events = new NodeEvents(say ?? (_ => { }), options.Trace ?? RunTrace.None);
        var system = NodeSystem.Create(options, more.WithFallback(NodeConfiguration.OfNode(options)));
        try
        {
            var cluster = Akka.Cluster.Cluster.Get(system);
            var address = new NodeAddress(cluster.SelfAddress.Host, cluster.SelfAddress.Port!.Value);
            SpawnActors(system, options, events);
            await JoinAsync(system, cluster, options, address, cancellation);
            return new ClusterNode(system, events, address);
        }
        catch
        {
            await system.Terminate();
            throw;
        }
    }

    /// <summary>Leaves the cluster in good order: hosts are carried by others from now on.</summary>
    public async Task LeaveAsync()
    {
        _isLeaving = true;
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        await _system.WhenTerminated;
    }

    /// <summary>Ends at once, as a crash would: nobody is told.</summary>
    internal Task CrashAsync()
    {
        _isLeaving = true;
        ((ExtendedActorSystem)_system).Abort();
        return _system.WhenTerminated;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await LeaveAsync();

    private static void SpawnActors(ActorSystem system, NodeOptions options, NodeEvents events)
    {
        system.ActorOf(Props.Create(() => new MemberWatch(events)), "members");
        var region = ClusterSharding.Get(system).Start(
            "host",
            _ => Props.Create(() => new HostEntity(events)),
            ClusterShardingSettings.Create(system),
            new HostExtractor(),
            new HostAllocation(events),
            PoisonPill.Instance);
        var settings = ClusterSingletonManagerSettings.Create(system).WithSingletonName("coordinator");
        var coordinator = Props.Create(() => new Coordinator(region, events));
        system.ActorOf(ClusterSingletonManager.Props(coordinator, PoisonPill.Instance, settings), "singleton");
        var proxy = system.ActorOf(
            ClusterSingletonProxy.Props("/user/singleton", ClusterSingletonProxySettings.Create(system).WithSingletonName("coordinator")),
            "coordinator");
        system.ActorOf(Props.Create(() => new NodeDoor(options, NodeSystem.Version, proxy)), NodeDoor.Name);
    }

    private static async Task JoinAsync(
        ActorSystem system, Akka.Cluster.Cluster cluster, NodeOptions options, NodeAddress own, CancellationToken cancellation)
    {
        var seeds = options.Seeds.Where(seed => seed != own).ToImmutableArray();
        if (seeds.IsEmpty)
        {
            cluster.Join(cluster.SelfAddress);
        }
        else
        {
            await KnockAsync(system, seeds, options);
            cluster.JoinSeedNodes(seeds.Select(seed => new Address(cluster.SelfAddress.Protocol, system.Name, seed.Host, seed.Port)));
        }

        var isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => isUp.TrySetResult());
        var patience = TimeSpan.FromSeconds(30);
        if (await Task.WhenAny(isUp.Task, system.WhenTerminated, Task.Delay(patience, cancellation)) != isUp.Task)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new InputException($"the cluster did not take this node in within {patience.TotalSeconds:0} s");
        }
    }

    private static async Task KnockAsync(ActorSystem system, ImmutableArray<NodeAddress> seeds, NodeOptions options)
    {
        var hello = new Hello(WireFormat.Version, NodeSystem.Version, NodeConfiguration.Common(options));
        InputException? first = null;
        foreach (var seed in seeds)
        {
            try
            {
                await Knock.AtAsync(system, seed, hello, options.KnockPatience);
                return;
            }
            catch (InputException notIn)
            {
                first ??= notIn;
            }
        }

        throw first!;
    }
}
