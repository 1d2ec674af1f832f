using Akka.Actor;
using Mbsa.Actors.Board;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Qos;

/// <summary>The supervisor under the wall clock: its cores run on threads of their own, it lets them go and calls them back.</summary>
internal sealed class WallQosSupervisor : QosSupervisor
{
    /// <summary>How often it looks at what everybody used. The scheduler of actors is no finer.</summary>
    private static readonly TimeSpan _observeEvery = TimeSpan.FromMilliseconds(10);

    private readonly int _coreCount;
    private readonly WallCores _cores;
    private readonly RunClock _clock;
    private readonly List<IActorRef> _coreActors = [];
    private readonly HashSet<SchedulableId> _unsettled = [];
    private int _running;
    private ICancelable? _ticks;

    public WallQosSupervisor(IQosPolicy policy, HostCapacity host, WallCores cores, RunClock clock, LiveBoard board)
        : base(policy, host, cores, board)
    {
        (_coreCount, _cores, _clock) = (host.Cores, cores, clock);
        Receive<Tick>(_ => Observe());
        Receive<Departure>(OnDeparted);
        Receive<CoreActor.Parked>(_ => OnParked());
        var self = Self;
        cores.Departed += departure => self.Tell(departure);
    }

    protected override bool IsTimePassing => _running > 0;

    protected override void PreStart()
    {
        for (var core = 0; core < _coreCount; core++)
        {
            var props = Props.Create(() => new CoreActor(_cores)).WithDispatcher(Context.Props.Dispatcher);
            _coreActors.Add(Context.ActorOf(props, $"core-{core}"));
        }

        _ticks = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(_observeEvery, _observeEvery, Self, Tick.Instance, Self);
    }

    protected override void PostStop()
    {
        _ticks?.Cancel();
        base.PostStop();
    }

    protected override void Go(long untilNs, bool idle)
    {
        _cores.Open(untilNs, idle);
        _clock.Release();
        _running = _coreCount;
        _coreActors.ForEach(core => core.Tell(CoreActor.Run.Instance));
    }

    protected override void OnHalt() => _cores.Close();

    protected override void WithQueue(Action<RunQueue, long> action) => _cores.WithQueue(action);

    protected override void OnSettled(SchedulableId id)
    {
        if (_unsettled.Remove(id))
        {
            _cores.Settle();
        }
    }

    private void OnDeparted(Departure departure)
    {
        if (Report(departure))
        {
            _unsettled.Add(departure.Schedulable.Id);
        }
        else
        {
            _cores.Settle();
        }
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private void OnParked()
    {
        if (--_running == 0)
        {
            _clock.Hold();
            Answer(allFinished: !_cores.HasWork);
        }
    }
}
