using Akka.Actor;
using Mbsa.Actors.Board;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;

namespace Mbsa.Actors.Qos;

/// <summary>
/// The supervisor under the virtual clock: it plays the cores itself, and time stands still while anybody has to decide something.
/// </summary>
internal sealed class VirtualQosSupervisor : QosSupervisor
{
    /// <summary>
    /// Virtual time played at a stretch, in nanoseconds; between two stretches the supervisor hears its messages and looks at what
    /// everybody used. Stretches end at multiples of it, so that a plan does not depend on where windows end.
    /// </summary>
    private const long StretchNs = 1_000_000;

    private readonly VirtualCores _cores;
    private readonly RunQueue _queue;
    private readonly HashSet<SchedulableId> _unsettled = [];
    private readonly List<Departure> _departures = [];
    private long _targetNs;
    private bool _idle;

    public VirtualQosSupervisor(IQosPolicy policy, HostCapacity host, VirtualCores cores, RunQueue queue, LiveBoard board)
        : base(policy, host, cores, board)
    {
        (_cores, _queue) = (cores, queue);
        Receive<Continue>(_ => Play());
    }

    protected override void Go(long untilNs, bool idle)
    {
        (_targetNs, _idle) = (untilNs, idle);
        Play();
    }

    protected override void OnHalt()
    {
    }

    protected override void WithQueue(Action<RunQueue, long> action)
    {
        _cores.BookUnderWay();
        action(_queue, _cores.NowNs);
    }

    protected override void OnSettled(SchedulableId id)
    {
        if (_unsettled.Remove(id) && _unsettled.Count == 0)
        {
            Play();
        }
    }

    private void Play()
    {
        if (IsHalted)
        {
            Answer(allFinished: false);
            return;
        }

        PlanIfStale();
        _departures.Clear();
        var stretchEndNs = (_cores.NowNs / StretchNs + 1) * StretchNs;
        var mayGoOn = _cores.RunUntil(Math.Min(_targetNs, stretchEndNs), _idle, _departures);
        if (_cores.NowNs == stretchEndNs)
        {
            Observe();
        }

        foreach (var departure in _departures)
        {
            if (Report(departure))
            {
                _unsettled.Add(departure.Schedulable.Id);
            }
        }

        if (_unsettled.Count > 0)
        {
            return; // until every owner has decided, see OnSettled
        }

        if (_cores.NowNs >= _targetNs || !(mayGoOn || _idle))
        {
            Answer(allFinished: !mayGoOn);
        }
        else
        {
            Self.Tell(Continue.Instance);
        }
    }

    private sealed record Continue
    {
        public static readonly Continue Instance = new();
    }
}
