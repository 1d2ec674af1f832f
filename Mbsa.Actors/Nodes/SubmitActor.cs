using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Runs;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// Submits a run to a cluster and sees it through: asks now and then whether the coordinator still has it, submits it again to one that is
/// new, and goes to another node when the one it asked does not answer.
/// </summary>
internal sealed class SubmitActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    /// <summary>Seconds of silence after which another node is asked, and after which the cluster is given up.</summary>
    private const int SecondsPerNode = 3, MaxSeconds = 60;

    /// <summary>A coordinator that loses a run so often, without being lost itself, will lose it again.</summary>
    private const int MaxSubmissions = 5;

    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly ParcelPort _port = new();
    private readonly RunView _view;
    private readonly TaskCompletionSource<RunResult> _result;
    private readonly byte[] _scenario;
    private ImmutableArray<string> _nodes;
    private long _coordinator;
    private int _node;
    private int _silentSeconds;
    private int _submissions;
    private long _asked;
    private long _submittedAt;
    private bool _isInterrupted;

    /// <summary>A run about to be submitted.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="node">Address of a node.</param>
    /// <param name="view">Is told how the run stands; when it begins again, all that happens in it is told from the start.</param>
    /// <param name="result">Receives the result, or why there is none.</param>
    public SubmitActor(ScenarioSpec scenario, string node, RunView view, TaskCompletionSource<RunResult> result)
    {
        (_nodes, _view, _result) = ([node], view, result);
        _scenario = WireFormat.ToBytes<RunParcel>(new RunParcel.Submit(scenario));
        Receive<RunStatus>(OnStatus);
        Receive<Frame>(m =>
        {
            _silentSeconds = 0;
            if (_port.On(m, Send) is { } parcel)
            {
                OnParcel(WireFormat.FromBytes<RunParcel>(parcel));
            }
        });
        Receive<FrameAck>(m => _port.On(m, Send));
        Receive<InterruptRun>(m =>
        {
            _isInterrupted = true;
            Send(m);
        });
        Receive<Tick>(_ => OnTick());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, _patience);
        Send(new AskRun(++_asked));
    }

    protected override void PostStop() => _result.TrySetException(new ScenarioFailedException("what hears of the run ended unexpectedly"));

    private void OnTick()
    {
        if (_silentSeconds++ >= MaxSeconds)
        {
            _result.TrySetException(new ScenarioFailedException($"the cluster has not been heard of for {MaxSeconds} s"));
            return;
        }

        if (_silentSeconds % SecondsPerNode == 0)
        {
            _node++;
        }

        Send(new AskRun(++_asked));
    }

    private void OnStatus(RunStatus status)
    {
        _silentSeconds = 0;
        _nodes = status.Members.IsEmpty ? _nodes : status.Members;
        if (status.Busy is { } busy)
        {
            if (_coordinator == 0)
            {
                _result.TrySetException(new ScenarioFailedException(busy));
            }

            return; // a run of somebody else was quicker to come to a new coordinator: ours waits
        }

        if (!status.Knows && status.Number > _submittedAt)
        {
            _submissions = status.Coordinator == _coordinator ? _submissions + 1 : 1;
            if (_submissions > MaxSubmissions)
            {
                _result.TrySetException(new ScenarioFailedException(
                    $"the cluster lost the run {MaxSubmissions} times; what its nodes say may tell why"));
                return;
            }

            (_coordinator, _submittedAt) = (status.Coordinator, _asked);
            _port.Reset();
            _view.BeginAnew();
            _port.Send(_scenario, Send);
        }

        if (_isInterrupted)
        {
            Send(new InterruptRun());
        }
    }

    private void OnParcel(RunParcel parcel)
    {
        switch (parcel)
        {
            case RunParcel.Progress progress:
                _view.Take(progress.Snapshot, progress.Events);
                break;
            case RunParcel.Ended ended:
                Send(new RunOver());
                _view.Take(ended.Snapshot, ended.Events);
                _view.End();
                _result.TrySetResult(ended.Result);
                break;
            case RunParcel.Failed failed:
                Send(new RunOver());
                _result.TrySetException(new ScenarioFailedException(failed.Reason));
                break;
        }
    }

    private void Send(INodeMessage message) =>
        Knock.DoorOf(Context.System, _nodes[_node % _nodes.Length]).Tell(new ToRun(_run, message));

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}
