using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
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
    private readonly Grants _grants;
    private readonly CoreAccount _account;
    private readonly EarlyEnds _early;
    private readonly Sleepers _sleepers = new();
    private readonly List<Schedulable> _arrivals = [];
    private readonly List<Schedulable> _woken = [];
    private bool _isUnsettled;
    private long _nowNs;

    /// <summary>Idle cores at time 0.</summary>
    public VirtualCores(HostCapacity host, RunQueue queue)
    {
        _timeline = new Timeline(host.Cores, host.BusBytesPerSecond);
        _queue = queue;
        _grants = new Grants(host.Cores, _timeline);
        _account = new CoreAccount(queue, _timeline);
        _early = new EarlyEnds(_timeline, queue, _grants, _account);
    }

    /// <inheritdoc/>
    public long NowNs => Volatile.Read(ref _nowNs);

    /// <inheritdoc/>
    public CoreUse Use => _grants.UseWith(_account.Ended);

    /// <inheritdoc/>
    public long OverheadNs => 0;

    /// <inheritdoc/>
    public ulong? TraceHash => _account.TraceHash;

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
        _early.Detach(schedulable);
        _queue.Leave(schedulable, _nowNs);
        schedulable.Worker.Dispose();
        return true;
    }

    /// <inheritdoc/>
    public long EndQuanta(int vm, List<Departure> departures)
    {
        _isUnsettled = true;
        return _early.End(vm, departures);
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
            var releaseAtNs = _grants.HasIdle ? Math.Max(_nowNs, _queue.NextNs) : long.MaxValue;
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
    /// Those attached since the last step join in the order of their ids, whatever the order their actors were scheduled in;
    /// for the same reason the lowest idle core comes first after somebody was cut off.
    /// </summary>
    private void Admit()
    {
        _grants.SortIdle();
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

    /// <summary>
    /// Hands out idle cores; then quanta that have to make room for somebody are cut off, and their cores are handed out.
    /// </summary>
    private void GrantIdleCores(List<Departure> departures)
    {
        do
        {
            while (_grants.HasIdle && _queue.Dequeue(_nowNs, out var budgetNs) is { } next)
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
        while (_queue.MakeRoom(_nowNs) is { } surplus && _early.TryCut(surplus));
    }

    private void Start(Schedulable next, long budgetNs)
    {
        var goesOn = next.Cut.Left > 0;
        var (left, work) = goesOn ? (next.Cut.Left, next.Cut.Whole) : (1, next.Worker.Execute(_nowNs, budgetNs));
        var core = _grants.Begin(new Grant(next, budgetNs, _nowNs, _nowNs, default, work, left, 0));
        if (goesOn)
        {
            _timeline.GoOn(core, next.Cut);
            _early.GoOn(next);
        }
        else
        {
            _timeline.Start(core, work);
        }
    }

    private void Complete(int core, List<Departure> departures)
    {
        var grant = _grants[core];
        _timeline.Finish(core);
        QuantumOutcome outcome;
        try
        {
            outcome = grant.To.Worker.Complete(_nowNs, _timeline.PassageOf(core));
            _account.Trace(grant.To.Id, grant.StepStartNs, _nowNs, outcome);
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
            _account.Forfeit(grant.To, grant.UseUntil(_nowNs));
            _grants.Release(core);
            Depart(grant.To, failure, departures);
            EnqueueWoken();
            return;
        }

        _grants.Release(core);
        _account.Charge(grant.To, grant.UseUntil(_nowNs));
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

    /// <summary>
    /// Whoever a quantum woke joins when the quantum is charged:
    /// one VM's I/O thread wakes its VCPU, which would else begin on a charge that is not settled.
    /// </summary>
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

    /// <summary>
    /// Books the quanta that are under way, so that whoever looks at the run queue's figures finds what was used until now.
    /// </summary>
    public void BookUnderWay() => _grants.Book(_queue);

    private void Depart(Schedulable schedulable, Exception? failure, List<Departure> departures)
    {
        _isUnsettled = true;
        _account.Depart(schedulable, failure, departures);
    }

    private void AdvanceTo(long ns)
    {
        _timeline.AdvanceTo(ns);
        Volatile.Write(ref _nowNs, ns);
    }
}
