using Akka.Actor;
using Mbsa.Actors.Cores;
using Mbsa.Actors.Results;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Qos;

/// <summary>The supervisor under the wall clock: its cores run on threads of their own, it lets them go and calls them back.</summary>
internal sealed class WallQosSupervisor : QosSupervisor
{
    private readonly int _coreCount;
    private readonly WallCores _cores;
    private readonly RunClock _clock;
    private readonly List<IActorRef> _coreActors = [];
    private int _running;

    public WallQosSupervisor(IQosPolicy policy, int coreCount, WallCores cores, RunClock clock, LiveBoard board)
        : base(policy, coreCount, cores, board)
    {
        (_coreCount, _cores, _clock) = (coreCount, cores, clock);
        Receive<Departure>(departure => Report(departure));
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
    }

    protected override void Go(long untilNs, bool idle)
    {
        _cores.Open(untilNs, idle);
        _clock.Release();
        _running = _coreCount;
        _coreActors.ForEach(core => core.Tell(CoreActor.Run.Instance));
    }

    protected override void OnHalt() => _cores.Close();

    protected override void Apply(Plan plan) => _cores.Apply(plan);

    private void OnParked()
    {
        if (--_running == 0)
        {
            _clock.Hold();
            Answer(allFinished: !_cores.HasWork);
        }
    }
}
