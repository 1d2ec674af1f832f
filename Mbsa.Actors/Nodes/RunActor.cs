using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Runs;
using Mbsa.Actors.Tracing;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// The life of one run on a cluster: hears the scenario, conducts it over a link to each host, tells whoever submitted it how it stands and
/// what came out.
/// </summary>
internal sealed class RunActor : ReceiveActor
{
    /// <summary>Silence in the middle of a scenario that is on its way.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly string _run;
    private readonly IActorRef _region;
    private readonly RunTrace _trace;
    private readonly ParcelPort _port = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly HashSet<int> _rebuilt = [];
    private IActorRef _client;
    private RunWatch? _watch;
    private Conductor? _conductor;
    private ImmutableArray<RemoteHostLink> _links = [];
    private byte[]? _outcome;
    private int _asksInSilence;

    /// <summary>A run that waits for its scenario.</summary>
    /// <param name="run">Its name.</param>
    /// <param name="region">Where messages to hosts go.</param>
    /// <param name="client">Whoever submitted it; the run ends with it.</param>
    /// <param name="trace">Is told what goes on.</param>
    public RunActor(string run, IActorRef region, IActorRef client, RunTrace trace)
    {
        (_run, _region, _client, _trace) = ($"{run}-{Guid.NewGuid():N}", region, client, trace); // hosts of an earlier try are others
        Context.Watch(client);
        Context.SetReceiveTimeout(_patience);
        Receive<ReceiveTimeout>(_ => Context.Stop(Self)); // a part of the scenario was lost; whoever submitted it does so again
        Receive<Frame>(OnFrame);
        Receive<FrameAck>(m =>
        {
            _asksInSilence = 0;
            _port.On(m, Tell);
        });
        Receive<AskRun>(_ =>
        {
            if (_outcome is not null && ++_asksInSilence > 1)
            {
                _port.SendAnew(_outcome, Tell); // between two questions nothing of it arrived: it is lost
            }
        });
        Receive<InterruptRun>(_ => _conductor?.Interrupt());
        Receive<RunOver>(_ => Context.Stop(Self));
        Receive<RunParcel.Progress>(m => _port.Send(WireFormat.ToBytes<RunParcel>(m), Tell));
        Receive<HostLink.HostRebuilt>(m => _rebuilt.Add(m.Host));
        Receive<RunResult>(m => OnResultAsync(m).PipeTo(Self));
        Receive<RunParcel.Ended>(m => OnOutcome(m, m.Result.Interrupted ? "was interrupted" : "ended"));
        Receive<Status.Failure>(m => OnOutcome(
            new RunParcel.Failed(m.Cause.GetBaseException() is OperationCanceledException
                ? "the run was given up"
                : m.Cause.GetBaseException().Message),
            "failed"));
        Receive<Terminated>(m =>
        {
            if (m.ActorRef.Equals(_client))
            {
                Context.Stop(Self); // nobody waits for the result
            }
            else
            {
                Self.Tell(new Status.Failure(
                    new ScenarioFailedException("the link to a host broke; what the node of the coordinator says may tell why")));
            }
        });
    }

    protected override SupervisorStrategy SupervisorStrategy() => new StoppingSupervisorStrategy().Create();

    protected override void PostStop()
    {
        _watch?.Dispose();
        _ended.Cancel();
        _ended.Dispose();
    }

    private void OnFrame(Frame frame)
    {
        if (!Sender.Equals(_client))
        {
            Context.Unwatch(_client);
            _client = Context.Watch(Sender);
        }

        if (_port.On(frame, Tell) is not { } parcel
            || _conductor is not null
            || WireFormat.FromBytes<RunParcel>(parcel) is not RunParcel.Submit { Scenario: var scenario })
        {
            return;
        }

        Context.SetReceiveTimeout(null);
        Context.Parent.Tell(new Began(scenario.Name));
        _watch = new RunWatch(_trace, scenario.AllHosts.Hosts.Select(host => host.Name));
        _links = [.. scenario.AllHosts.Hosts.Select((_, host) => Link(scenario, host))];
        var self = Self;
        var glances = new Glances(scenario.Vms.Length, (snapshot, events) => self.Tell(new RunParcel.Progress(snapshot, events)));
        _conductor = new Conductor(scenario, new HostCluster(scenario, [.. _links], _ended.Token), glances.Show);
        _conductor.ConductAsync().PipeTo(Self);
    }

    private RemoteHostLink Link(ScenarioSpec scenario, int host)
    {
        var begin = new HostParcel.Begin(host, scenario.OfHost(host));
        var link = Context.ActorOf(Props.Create(() => new HostLink(_run, begin, _region)), $"host-{host}");
        return new RemoteHostLink(Context.Watch(link), scenario, _watch!.Hosts[host]);
    }

    /// <summary>The hosts end before the result is told: memory that they did not free is a problem of the run.</summary>
    private async Task<RunParcel.Ended> OnResultAsync(RunResult result)
    {
        var (events, snapshot) = (_conductor!.TakeEvents(), _conductor.Look());
        var ends = await Task.WhenAll(_links.Select(link => link.EndAsync(_ended.Token)));
        return new RunParcel.Ended(
            result with
            {
                Problems = [.. result.Problems, .. ends.OfType<string>()],
                Cluster = result.Cluster! with { Rebuilt = _rebuilt.Count },
            },
            snapshot,
            events);
    }

    private void OnOutcome(RunParcel outcome, string how)
    {
        _outcome = WireFormat.ToBytes(outcome);
        _port.Send(_outcome, Tell);
        Context.Parent.Tell(new Over(how));
    }

    private void Tell(INodeMessage message) => _client.Tell(message);

    /// <summary>To the coordinator: the scenario is there.</summary>
    internal sealed record Began(string Scenario);

    /// <summary>To the coordinator: the run is over; the actor is there until the result is received.</summary>
    internal sealed record Over(string How);
}
