using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Tracing;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// The one of its kind in a cluster: has one run at a time. It remembers nothing beyond its own life; when the node it lives on is lost,
/// whoever submitted the run submits it again to the next coordinator, and it becomes the same run once more (virtual clock).
/// </summary>
internal sealed class Coordinator : ReceiveActor
{
    private readonly long _incarnation = Random.Shared.NextInt64();
    private readonly IActorRef _region;
    private readonly NodeEvents _node;
    private string? _run;
    private string _what = "";
    private IActorRef? _actor;

    /// <summary>A coordinator without a run.</summary>
    /// <param name="region">Where messages to hosts go.</param>
    /// <param name="node">The node it lives on.</param>
    public Coordinator(IActorRef region, NodeEvents node)
    {
        (_region, _node) = (region, node);
        Receive<ToRun>(OnToRun);
        Receive<RunActor.Began>(m =>
        {
            _what = m.Scenario;
            _node.Say($"run of '{m.Scenario}' began");
        });
        Receive<RunActor.Over>(m => _node.Say($"run of '{_what}' {m.How}"));
        Receive<Terminated>(_ =>
        {
            (_run, _actor) = (null, null);
            _node.IsRunning = false;
        });
    }

    protected override SupervisorStrategy SupervisorStrategy() => new StoppingSupervisorStrategy().Create();

    protected override void PostStop() => _node.IsRunning = false;

    private void OnToRun(ToRun to)
    {
        if (_run is not null && _run != to.Run)
        {
            Sender.Tell(Status((to.Message as AskRun)?.Number ?? 0, $"the cluster is busy with a run of '{_what}'", knows: false));
            return;
        }

        if (to.Message is AskRun ask)
        {
            Sender.Tell(Status(ask.Number, null, knows: _run is not null));
            _actor?.Forward(to.Message);
            return;
        }

        if (_actor is null)
        {
            if (to.Message is not Wire.Frame)
            {
                return; // about a run that is over
            }

            _run = to.Run;
            _node.IsRunning = true;
            _actor = Context.Watch(Context.ActorOf(Props.Create(() => new RunActor(to.Run, _region, Sender, _node.Trace))));
        }

        _actor.Forward(to.Message);
    }

    private RunStatus Status(long number, string? busy, bool knows) => new(number, _incarnation, knows, busy, _node.Addresses);
}

/// <summary>What actors of a node tell it, and know of it. Any thread.</summary>
internal sealed class NodeEvents(Action<string> say, RunTrace trace)
{
    private volatile bool _isRunning;
    private ImmutableArray<string> _addresses = [];
    private int _hosts;

    /// <summary>Whether the coordinator lives here and has a run: then hosts must stay where they are.</summary>
    public bool IsRunning
    {
        get => _isRunning;
        set => _isRunning = value;
    }

    /// <summary>Is told what goes on in runs.</summary>
    public RunTrace Trace => trace;

    /// <summary>Addresses of the members that are up.</summary>
    public ImmutableArray<string> Addresses
    {
        get => _addresses;
        set => ImmutableInterlocked.InterlockedExchange(ref _addresses, value);
    }

    /// <summary>Emulated hosts that the node carries now.</summary>
    public int Hosts => Volatile.Read(ref _hosts);

    /// <summary>It carries one more.</summary>
    public void Enter() => Interlocked.Increment(ref _hosts);

    /// <summary>It carries one less.</summary>
    public void Leave() => Interlocked.Decrement(ref _hosts);

    /// <summary>Something happened that whoever runs the node wants to know.</summary>
    public void Say(string line) => say(line);
}
