using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Playing;

/// <summary>
/// The cores of a host under the virtual clock: a discrete-event engine. A quantum is executed the moment it is granted and ends when the
/// <see cref="Timeline"/> says so. One thread; the order of everything follows from times and ids alone.
/// </summary>
public sealed class VirtualCores : ICores
{
    private readonly Timeline _timeline;
    private readonly RunQueue _queue;
    private readonly Grant[] _grants;
    private readonly Stack<int> _idle = new();
    private readonly Sleepers _sleepers = new();
    private readonly List<Schedulable> _arrivals = [];
    private readonly List<Schedulable> _woken = [];
    private readonly List<Schedulable> _cutOff = [];
    private TraceHash _trace = new();
    private CoreUse _ended;
    private bool _idleIsMixed;
    private bool _isUnsettled;
    private long _nowNs;

    /// <summary>Idle cores at time 0.</summary>
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

    /// <inheritdoc/>
    public long NowNs => Volatile.Read(ref _nowNs);

    /// <inheritdoc/>
    public CoreUse Use
    {
        get
        {
            var use = _ended;
            for (var core = 0; core < _grants.Length; core++)
            {
                use = _grants[core].To is null ? use : Plus(use, SoFar(core));
            }

            return use;
        }
    }

    /// <inheritdoc/>
    public long OverheadNs => 0;

    /// <inheritdoc/>
    public ulong? TraceHash => _trace.Value;

    /// <inheritdoc/>
    public void Attach(Schedulable schedulable)
    {
        schedulable.Worker.Doorbell?.Connect(() => Wake(schedulable));
        _arrivals.Add(schedulable);
    }

    /// <inheritdoc/>
    /// <remarks>The quantum it may be in is cut off: its I/Os are in flight and not counted.</remarks>
    public bool Detach(Schedulable schedulable)
    {
        if (schedulable.IsRetired)
        {
            return true;
        }

        schedulable.IsRetired = true;
        _isUnsettled = true;
        _cutOff.Remove(schedulable);
        if (schedulable.IsRunning)
        {
            var core = Array.FindIndex(_grants, g => g.To == schedulable);
            Forfeit(schedulable, SoFar(core));
            _timeline.Cancel(core);
            Release(core);
            _idleIsMixed = true;
        }

        _queue.Leave(schedulable, _nowNs);
        schedulable.Worker.Dispose();
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Their work is done already; when it would have ended is what the timeline says as things stand, of all of them before the first is taken off. Used, and
    /// charged, is what they had played. In the order of their ids, whatever cores they are on.
    /// </remarks>
    public long EndQuanta(int vm, List<Departure> departures)
    {
        _isUnsettled = true;
        var lastNs = EndCutOff(vm, departures);
        var running = Enumerable.Range(0, _grants.Length).Where(core => _grants[core].To?.Id.Vm == vm)
            .Select(core => (Core: core, EndNs: _timeline.EndsAtNs(core))).OrderBy(quantum => _grants[quantum.Core].To.Id).ToList();
        foreach (var (core, endNs) in running)
        {
            var (grant, used) = (_grants[core], SoFar(core));
            _timeline.Cancel(core);
            Release(core);
            _idleIsMixed = true;
            lastNs = Math.Max(lastNs, endNs);
            try
            {
                var outcome = grant.To.Worker.Complete(endNs, _timeline.PassageOf(core));
                _trace.Add(grant.To.Id, grant.StepStartNs, endNs, outcome);
                Account(grant.To, used with { Operations = grant.Operations + outcome.Operations });
            }
            catch (Exception failure)
            {
                Forfeit(grant.To, used);
                Depart(grant.To, failure, departures);
            }
        }

        return lastNs;
    }

    /// <summary>The same for quanta that were cut off and charged for what was done of them: as if they went on alone from now.</summary>
    private long EndCutOff(int vm, List<Departure> departures)
    {
        var lastNs = _nowNs;
        foreach (var schedulable in _cutOff.Where(s => s.Id.Vm == vm).OrderBy(s => s.Id).ToList())
        {
            _cutOff.Remove(schedulable);
            var endNs = _nowNs + _timeline.AloneNs(schedulable.Cut.Whole * schedulable.Cut.Left);
            lastNs = Math.Max(lastNs, endNs);
            try
            {
                var outcome = schedulable.Worker.Complete(endNs, schedulable.Cut.Passage(_nowNs));
                _trace.Add(schedulable.Id, _nowNs, endNs, outcome);
                _queue.Settle(schedulable, new QuantumUse(0, default, outcome.Operations), _nowNs);
            }
            catch (Exception failure)
            {
                Depart(schedulable, failure, departures);
            }
        }

        return lastNs;
    }

    /// <summary>Lets time pass until a moment, or until somebody departs.</summary>
    /// <param name="untilNs">The moment.</param>
    /// <param name="idle">Whether time passes also when nothing is left to happen.</param>
    /// <param name="departures">Receives who departed; time stands still until the caller has seen to them.</param>
    /// <returns>Whether anything can still happen without somebody new.</returns>
    public bool RunUntil(long untilNs, bool idle, List<Departure> departures)
    {
        Admit();
        EnqueueWoken();
        while (true)
        {
            if (_isUnsettled | _queue.TakeNewPlan())
            {
                // Only after something has happened: whoever looks at the run in between changes nothing about it.
                _isUnsettled = false;
                GrantIdleCores(departures);
            }

            if (departures.Count > 0)
            {
                return true;
            }

            var core = _timeline.PeekNext(out var endsAtNs);
            var wakeAtNs = _sleepers.NextNs;
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
            _isUnsettled = true;
            if (endsAtNs == nextNs)
            {
                Complete(core, departures);
            }
            else if (wakeAtNs == nextNs)
            {
                _queue.Enqueue(_sleepers.WakeFirst(), _nowNs);
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

        _isUnsettled |= _arrivals.Count + _woken.Count > 0;
        _arrivals.Sort((a, b) => a.Id.CompareTo(b.Id));
        foreach (var arrival in _arrivals)
        {
            if (arrival.IsRetired)
            {
                continue;
            }

            if (arrival.Worker.ReadyFromNs > _nowNs)
            {
                _sleepers.Add(arrival, arrival.Worker.ReadyFromNs);
            }
            else
            {
                _queue.Enqueue(arrival, _nowNs);
            }
        }

        _arrivals.Clear();
    }

    /// <summary>Hands out idle cores; then quanta that have to make room for somebody are cut off, and their cores are handed out.</summary>
    private void GrantIdleCores(List<Departure> departures)
    {
        do
        {
            while (_idle.Count > 0 && _queue.Dequeue(_nowNs, out var budgetNs) is { } next)
            {
                try
                {
                    Start(next, budgetNs);
                }
                catch (Exception failure)
                {
                    Depart(next, failure, departures);
                }
            }
        }
        while (_queue.MakeRoom(_nowNs) is { } surplus && TryCutOff(surplus));
    }

    private void Start(Schedulable next, long budgetNs)
    {
        var goesOn = next.Cut.Left > 0;
        var (left, work) = goesOn ? (next.Cut.Left, next.Cut.Whole) : (1, next.Worker.Execute(_nowNs, budgetNs));
        var core = _idle.Pop();
        next.IsRunning = true;
        _grants[core] = new Grant(next, budgetNs, _nowNs, _nowNs, default, work, left, 0);
        if (goesOn)
        {
            _timeline.GoOn(core, next.Cut);
            _cutOff.Remove(next);
        }
        else
        {
            _timeline.Start(core, work);
        }
    }

    /// <summary>Cuts a quantum off and charges what was done of it; the rest goes on when it is granted a core again.</summary>
    /// <returns>False when it is as good as at its end.</returns>
    private bool TryCutOff(Schedulable schedulable)
    {
        var core = Array.FindIndex(_grants, g => g.To == schedulable);
        if (_timeline.EndsAtNs(core) <= _nowNs + 1)
        {
            return false;
        }

        var used = SoFar(core) with { Operations = _grants[core].Operations };
        _timeline.Cut(core, schedulable.Cut);
        _cutOff.Add(schedulable);
        Release(core);
        Account(schedulable, used);
        _queue.Enqueue(schedulable, _nowNs);
        return true;
    }

    private void Complete(int core, List<Departure> departures)
    {
        var grant = _grants[core];
        _timeline.Finish(core);
        QuantumOutcome outcome;
        try
        {
            outcome = grant.To.Worker.Complete(_nowNs, _timeline.PassageOf(core));
            _trace.Add(grant.To.Id, grant.StepStartNs, _nowNs, outcome);
            grant = grant with { Operations = grant.Operations + outcome.Operations };
            if (outcome.Next == AfterQuantum.Continuing && _nowNs - grant.StartNs < grant.BudgetNs)
            {
                var work = grant.To.Worker.Execute(_nowNs, grant.BudgetNs - (_nowNs - grant.StartNs));
                _grants[core] = grant with { StepStartNs = _nowNs, Work = grant.Work + grant.Step * grant.Left, Step = work, Left = 1 };
                _timeline.Start(core, work);
                EnqueueWoken();
                return;
            }
        }
        catch (Exception failure)
        {
            Forfeit(grant.To, UseOf(grant, _nowNs));
            Release(core);
            Depart(grant.To, failure, departures);
            EnqueueWoken();
            return;
        }

        Release(core);
        Account(grant.To, UseOf(grant, _nowNs));
        EnqueueWoken();
        Follow(grant.To, outcome, departures);
    }

    private void Follow(Schedulable schedulable, in QuantumOutcome outcome, List<Departure> departures)
    {
        switch (outcome.Next)
        {
            case AfterQuantum.Finished:
                Depart(schedulable, null, departures);
                break;
            case AfterQuantum.Sleeping:
                _sleepers.Add(schedulable, outcome.WakeAtNs);
                break;
            case AfterQuantum.Blocked when schedulable.Worker.Doorbell is not { IsRung: true }:
                schedulable.IsBlocked = true;
                _sleepers.Add(schedulable, outcome.WakeAtNs);
                break;
            default:
                _queue.Enqueue(schedulable, _nowNs);
                break;
        }
    }

    /// <summary>Its doorbell rang. Whoever is not blocked sees for itself, now or after its quantum.</summary>
    private void Wake(Schedulable schedulable)
    {
        if (schedulable is { IsBlocked: true, IsRetired: false })
        {
            Sleepers.Wake(schedulable);
            _woken.Add(schedulable);
        }
    }

    /// <summary>Whoever a quantum woke joins when the quantum is charged: one VM's I/O thread wakes its VCPU, which would else begin on a charge that is not settled.</summary>
    private void EnqueueWoken()
    {
        foreach (var schedulable in _woken)
        {
            if (!schedulable.IsRetired)
            {
                _queue.Enqueue(schedulable, _nowNs);
            }
        }

        _woken.Clear();
    }

    /// <summary>Books the quanta that are under way, so that whoever looks at the run queue's figures finds what was used until now.</summary>
    public void BookUnderWay()
    {
        for (var core = 0; core < _grants.Length; core++)
        {
            if (_grants[core].To is { } schedulable)
            {
                _queue.Book(schedulable, SoFar(core).Work);
            }
        }
    }

    private void Account(Schedulable schedulable, in QuantumUse used)
    {
        _ended = Plus(_ended, used);
        _queue.Charge(schedulable, used, _nowNs);
    }

    /// <summary>A quantum comes to nothing; what it used until now was used, and is charged to nobody.</summary>
    private void Forfeit(Schedulable schedulable, in QuantumUse used)
    {
        _ended = Plus(_ended, used);
        _queue.Book(schedulable, used.Work);
    }

    private static QuantumUse UseOf(in Grant grant, long endNs) => new(endNs - grant.StartNs, grant.Work + grant.Step * grant.Left, grant.Operations);

    /// <summary>What the quantum on a core has used until now.</summary>
    private QuantumUse SoFar(int core)
    {
        var (grant, left) = (_grants[core], _timeline.Left(core));
        return new QuantumUse(_nowNs - grant.StartNs, grant.Work + grant.Step * grant.Left + left * -1, 0);
    }

    private static CoreUse Plus(in CoreUse use, in QuantumUse quantum) =>
        new(use.BusyNs + quantum.HeldNs, use.BusBytes + quantum.Work.BusBytes, use.NvmNs + quantum.Work.NvmNs);

    private void Release(int core)
    {
        _grants[core].To.IsRunning = false;
        _grants[core] = default;
        _idle.Push(core);
    }

    private void Depart(Schedulable schedulable, Exception? failure, List<Departure> departures)
    {
        schedulable.IsRetired = true;
        _isUnsettled = true;
        _queue.Leave(schedulable, _nowNs);
        schedulable.Worker.Dispose();
        departures.Add(new Departure(schedulable, failure));
    }

    private void AdvanceTo(long ns)
    {
        _timeline.AdvanceTo(ns);
        Volatile.Write(ref _nowNs, ns);
    }

    /// <summary>
    /// What a core is at: the quantum from its start, the work of its steps before, and the step that is being played, of which so much was left when it began.
    /// </summary>
    private readonly record struct Grant(Schedulable To, long BudgetNs, long StartNs, long StepStartNs, WorkVector Work, WorkVector Step, double Left, long Operations);
}
