using Akka.Actor;
using Akka.Cluster.Sharding;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Tracing;
using Mbsa.Actors.Wire;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Memory;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// Carries one emulated host on a node. It knows nothing but the steps it was given: made anew on another node and given the same steps, it
/// becomes the same host again (virtual clock).
/// </summary>
internal sealed class HostEntity : ReceiveActor
{
    private readonly ParcelPort _port = new();
    private readonly MemoryLedger _ledger = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly long _incarnation = Random.Shared.NextInt64();
    private readonly NodeEvents _node;
    private IActorRef? _coordinator;
    private HostExecutor? _executor;
    private EmulatedHost? _host;
    private RunWatch? _watch;
    private long _stepsDone;
    private long _atStep;
    private byte[]? _lastReport;
    private string? _broke;

    /// <summary>A host that waits for its scenario.</summary>
    /// <param name="node">The node that carries it.</param>
    public HostEntity(NodeEvents node)
    {
        _node = node;
        Receive<ToHost>(OnToHost);
        Receive<StepDone>(OnDone);
        Receive<Status.Failure>(m => Break(m.Cause is OperationCanceledException
            ? "an actor of it ended unexpectedly"
            : m.Cause.GetBaseException().Message));
        Receive<Terminated>(m =>
        {
            if (m.ActorRef.Equals(_coordinator))
            {
                End(); // nobody will ever ask for it again
            }
            else
            {
                _lost.Cancel();
            }
        });
        Receive<Ended>(m =>
        {
            _coordinator?.Tell(new HostEnded(m.Problem));
            Context.Parent.Tell(new Passivate(PoisonPill.Instance));
        });
    }

    /// <summary>Whoever owns memory is stopped, never restarted.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new StoppingSupervisorStrategy().Create();

    protected override void PreStart() => _node.Enter();

    protected override void PostStop()
    {
        _node.Leave();
        _watch?.Dispose();
        _lost.Cancel();
        _lost.Dispose();
    }

    private void OnToHost(ToHost to)
    {
        if (!Sender.Equals(_coordinator))
        {
            if (_coordinator is not null)
            {
                Context.Unwatch(_coordinator);
            }

            _coordinator = Context.Watch(Sender);
        }

        switch (to.Message)
        {
            case Frame frame when _port.On(frame, Send) is { } parcel:
                OnParcel(parcel);
                break;
            case FrameAck ack:
                _port.On(ack, Send);
                break;
            case AskStatus ask:
                OnAsk(ask);
                break;
            case EndHost:
                End();
                break;
        }
    }

    private void OnAsk(AskStatus ask)
    {
        if (_broke is not null)
        {
            Send(new HostBroke(_incarnation, _broke));
            return;
        }

        Send(new HostStatus(_incarnation, _host is not null, _stepsDone, _atStep));
        if (ask.Step == _stepsDone && _lastReport is { } report)
        {
            _port.SendAnew(report, Send);
        }
    }

    private void OnParcel(byte[] parcel)
    {
        try
        {
            switch (WireFormat.FromBytes<HostParcel>(parcel))
            {
                case HostParcel.Begin begin when _host is null:
                    Begin(begin.Scenario);
                    Send(new HostStatus(_incarnation, true, _stepsDone, _atStep));
                    break;
                case HostParcel.Step { Of: var step } when _executor is not null && _atStep == 0 && step.Number == _stepsDone + 1:
                    _atStep = step.Number;
                    DoAsync(step).PipeTo(Self);
                    break;
            }
        }
        catch (Exception unfit) when (unfit is not OutOfMemoryException)
        {
            Break(unfit.GetBaseException().Message); // an actor that is restarted would be asked for the same again, for ever
        }
    }

    private void Begin(ScenarioSpec asked)
    {
        if (RemoteHosts.WhyNot(asked) is { } why)
        {
            throw new InvalidDataException(why);
        }

        var scenario = asked.OnRealCores();
        var device = HostDevice.Attach(scenario, _ledger);
        _host = EmulatedHost.Spawn(
            Context, scenario, device, _ledger, scenario.Clock == ClockKind.Wall ? EmulatedHost.WallDispatcher : EmulatedHost.Dispatcher);
        Context.Watch(_host.Actor);
        Context.Watch(_host.Supervisor);
        _watch = new RunWatch(_node.Trace, [scenario.Name], isComplete: false);
        _executor = new HostExecutor(_host, _watch.Hosts[0], _lost.Token);
    }

    private async Task<StepDone> DoAsync(HostStep step)
    {
        var report = await _executor!.StepAsync(step, _lost.Token);
        return new StepDone(step.Number, WireFormat.ToBytes<HostParcel>(new HostParcel.Report(report)));
    }

    private void OnDone(StepDone done)
    {
        (_stepsDone, _atStep, _lastReport) = (done.Number, 0, done.Report);
        _port.Send(done.Report, Send);
    }

    private void Break(string reason)
    {
        _broke = reason;
        Send(new HostBroke(_incarnation, reason));
    }

    /// <summary>Frees everything, then says what was left.</summary>
    private void End()
    {
        if (_host is null)
        {
            Self.Tell(new Ended(null));
            return;
        }

        var (host, ledger) = (_host, _ledger);
        EndAsync().PipeTo(Self);

        async Task<Ended> EndAsync()
        {
            await host.EndAsync();
            return new Ended(ledger.IsEmpty ? null : $"memory was not freed: {ledger.Describe()}");
        }
    }

    private void Send(INodeMessage message) => _coordinator?.Tell(message);

    private sealed record StepDone(long Number, byte[] Report);

    private sealed record Ended(string? Problem);
}
