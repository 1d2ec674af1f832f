using Mbsa.Actors.Qos;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Cores;

/// <summary>
/// The cores of a host under the virtual clock: a discrete-event engine. A quantum is executed the moment it is granted and ends when the
/// <see cref="Timeline"/> says so. One thread; the order of everything follows from times and ids alone.
/// </summary>
internal sealed class VirtualCores : ICores
{
    private readonly Timeline _timeline;
    private readonly RunQueue _queue;
    private readonly Grant[] _grants;
    private readonly Stack<int> _idle = new();
    private readonly PriorityQueue<Schedulable, WakeTime> _sleepers = new();
    private readonly List<Schedulable> _arrivals = [];
    private TraceHash _trace = new();
    private bool _idleIsMixed;
    private long _nowNs;

    public VirtualCores(HostCapacity host, RunQueue queue)
    {
        _timeline = new Timeline(host.Cores, host.BusBytesPerSecond);
        _queue = queue;
        _grants = new Grant[host.Cores];
        for (var core = host.Cores - 1; core >= 0; core--)
        {
            _idle.Push(core);
        }
    }

    public long NowNs => Volatile.Read(ref _nowNs);

    public CoreUse Use { get; private set; }

    public long OverheadNs => 0;

    public ulong? TraceHash => _trace.Value;

    public void Attach(Schedulable schedulable) => _arrivals.Add(schedulable);

    /// <inheritdoc/>
    /// <remarks>The quantum it may be in is cut off: its I/Os are in flight and not counted.</remarks>
    public bool Detach(Schedulable schedulable)
    {
        if (schedulable.IsRetired)
        {
            return true;
        }

        schedulable.IsRetired = true;
        _queue.Leave(schedulable, _nowNs);
        if (schedulable.IsRunning)
        {
            var core = Array.FindIndex(_grants, g => g.To == schedulable);
            _timeline.Cancel(core);
            Release(core);
            _idleIsMixed = true;
        }

        schedulable.Worker.Dispose();
        return true;
    }

    /// <summary>Lets time pass until a moment, or until somebody departs.</summary>
    /// <param name="untilNs">The moment.</param>
    /// <param name="idle">Whether time passes also when nothing is left to happen.</param>
    /// <param name="departures">Receives who departed; time stands still until the caller has seen to them.</param>
    /// <returns>Whether anything can still happen without somebody new.</returns>
    public bool RunUntil(long untilNs, bool idle, List<Departure> departures)
    {
        Admit();
        while (true)
        {
            GrantIdleCores(departures);
            if (departures.Count > 0)
            {
                return true;
            }

            var core = _timeline.PeekNext(out var endsAtNs);
            var wakeAtNs = NextWakeNs();
            var releaseAtNs = _idle.Count > 0 ? Math.Max(_nowNs, _queue.NextNs) : long.MaxValue;
            var nextNs = Math.Min(Math.Min(endsAtNs, wakeAtNs), releaseAtNs);
            if (nextNs > untilNs)
            {
                var isOver = nextNs == long.MaxValue;
                if (!isOver || idle)
                {
                    AdvanceTo(untilNs);
                }

                return !isOver;
            }

            AdvanceTo(nextNs);
            if (endsAtNs == nextNs)
            {
                Complete(core, departures);
            }
            else if (wakeAtNs == nextNs)
            {
                _queue.Enqueue(_sleepers.Dequeue(), _nowNs);
            }
        }
    }

    /// <summary>
    /// Those attached since the last step join in the order of their ids, whatever the order their actors were scheduled in; for the same reason the
    /// lowest idle core comes first after somebody was cut off.
    /// </summary>
    private void Admit()
    {
        if (_idleIsMixed)
        {
            _idleIsMixed = false;
            var cores = _idle.OrderDescending().ToList();
            _idle.Clear();
            cores.ForEach(_idle.Push);
        }

        _arrivals.Sort((a, b) => a.Id.CompareTo(b.Id));
        foreach (var arrival in _arrivals)
        {
            if (!arrival.IsRetired)
            {
                _queue.Enqueue(arrival, _nowNs);
            }
        }

        _arrivals.Clear();
    }

    private void GrantIdleCores(List<Departure> departures)
    {
        while (_idle.Count > 0 && _queue.Dequeue(_nowNs, out var budgetNs) is { } next)
        {
            try
            {
                var work = next.Worker.Execute(_nowNs, budgetNs);
                var core = _idle.Pop();
                next.IsRunning = true;
                _grants[core] = new Grant(next, _nowNs, work);
                _timeline.Start(core, work);
            }
            catch (Exception failure)
            {
                Depart(next, failure, departures);
            }
        }
    }

    private void Complete(int core, List<Departure> departures)
    {
        var grant = _grants[core];
        _timeline.Finish(core);
        Release(core);
        try
        {
            var outcome = grant.To.Worker.Complete(_nowNs);
            Account(grant, outcome.Operations);
            _trace.Add(grant.To.Id, grant.StartNs, _nowNs, outcome);
            switch (outcome.Next)
            {
                case AfterQuantum.Ready:
                    _queue.Enqueue(grant.To, _nowNs);
                    break;
                case AfterQuantum.Sleeping:
                    _sleepers.Enqueue(grant.To, new WakeTime(outcome.WakeAtNs, grant.To.Id));
                    break;
                default:
                    Depart(grant.To, null, departures);
                    break;
            }
        }
        catch (Exception failure)
        {
            Depart(grant.To, failure, departures);
        }
    }

    private void Account(in Grant grant, long operations)
    {
        var heldNs = _nowNs - grant.StartNs;
        Use = new CoreUse(Use.BusyNs + heldNs, Use.BusBytes + grant.Work.BusBytes, Use.NvmNs + grant.Work.NvmNs);
        _queue.Charge(grant.To, new QuantumUse(heldNs, grant.Work, operations), _nowNs);
    }

    private void Release(int core)
    {
        _grants[core].To.IsRunning = false;
        _grants[core] = default;
        _idle.Push(core);
    }

    private void Depart(Schedulable schedulable, Exception? failure, List<Departure> departures)
    {
        schedulable.IsRetired = true;
        _queue.Leave(schedulable, _nowNs);
        schedulable.Worker.Dispose();
        departures.Add(new Departure(schedulable, failure));
    }

    private long NextWakeNs()
    {
        while (_sleepers.TryPeek(out var sleeper, out var wake))
        {
            if (!sleeper.IsRetired)
            {
                return wake.Ns;
            }

            _sleepers.Dequeue();
        }

        return long.MaxValue;
    }

    private void AdvanceTo(long ns)
    {
        _timeline.AdvanceTo(ns);
        Volatile.Write(ref _nowNs, ns);
    }

    private readonly record struct Grant(Schedulable To, long StartNs, WorkVector Work);

    private readonly record struct WakeTime(long Ns, SchedulableId Id) : IComparable<WakeTime>
    {
        public int CompareTo(WakeTime other) => Ns != other.Ns ? Ns.CompareTo(other.Ns) : Id.CompareTo(other.Id);
    }
}
