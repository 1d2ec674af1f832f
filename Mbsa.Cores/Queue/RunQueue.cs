using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Queue;

/// <summary>
/// The data plane of a policy: who is next, and for how long. Called once per quantum, under the cores' own short lock; never per I/O.
/// Not thread-safe. It counts for the control plane what every VM used and wanted; what a policy adds is the order.
/// </summary>
/// <param name="host">What is shared out.</param>
/// <param name="quantumNs">Core time of a quantum, in nanoseconds.</param>
public abstract class RunQueue(HostCapacity host, long quantumNs)
{
    private readonly List<UsageMeter> _meters = [];
    private bool _hasNewPlan;

    /// <summary>
    /// When somebody who is held back now may run at the earliest, if nothing else happens; <see cref="long.MaxValue"/> when nobody is.
    /// </summary>
    public virtual long NextNs => long.MaxValue;

    /// <summary>What is shared out.</summary>
    protected HostCapacity Host { get; } = host;

    /// <summary>Core time of a quantum, in nanoseconds.</summary>
    protected internal long QuantumNs { get; } = quantumNs;

    /// <summary>Takes in a schedulable that is ready to run.</summary>
    public void Enqueue(Schedulable schedulable, long nowNs)
    {
        MeterOf(schedulable.Id.Vm).OnReady(schedulable.RunState, nowNs);
        schedulable.RunState = RunState.Ready;
        Add(schedulable, nowNs);
    }

    /// <summary>Hands out the next one; null when nobody may run now. Those that left meanwhile are passed over.</summary>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="budgetNs">Core time it is granted, in nanoseconds; at most a quantum.</param>
    public Schedulable? Dequeue(long nowNs, out long budgetNs)
    {
        budgetNs = QuantumNs;
        if (Take(nowNs, ref budgetNs) is not { } next)
        {
            return null;
        }

        MeterOf(next.Id.Vm).OnGranted(nowNs);
        next.RunState = RunState.Granted;
        return next;
    }

    /// <summary>Takes note of what a quantum used, before the schedulable is enqueued again.</summary>
    public void Charge(Schedulable schedulable, in QuantumUse quantum, long nowNs)
    {
        if (schedulable.RunState != RunState.Granted)
        {
            return; // it left in the middle of its quantum
        }

        schedulable.RunState = RunState.Resting;
        var use = Host.UseOf(quantum.Work);
        MeterOf(schedulable.Id.Vm).OnCharged(use, schedulable.Booked, quantum, nowNs);
        schedulable.Booked = default;
        Account(schedulable, use, quantum, nowNs);
    }

    /// <summary>
    /// Takes note of I/Os of a quantum that was cut off and is brought to its end without a core, for the schedulable is about to leave.
    /// </summary>
    public void Settle(Schedulable schedulable, in QuantumUse quantum, long nowNs) =>
        MeterOf(schedulable.Id.Vm).OnSettled(Host.UseOf(quantum.Work), quantum, nowNs);

    /// <summary>
    /// Books what a quantum has used that is under way, so that whoever looks at figures sees use when it happens. Nobody is charged for it
    /// and no plan goes by it; a quantum that is never charged, because it was cut off, has used what was booked last.
    /// </summary>
    public void Book(Schedulable schedulable, in WorkVector done)
    {
        if (schedulable.RunState == RunState.Granted)
        {
            var use = Host.UseOf(done);
            MeterOf(schedulable.Id.Vm).OnBooked(use - schedulable.Booked);
            schedulable.Booked = use;
        }
    }

    /// <summary>A schedulable is gone for good, wherever it was. Harmless when it left already.</summary>
    public void Leave(Schedulable schedulable, long nowNs)
    {
        var before = schedulable.RunState;
        if (before == RunState.Gone)
        {
            return;
        }

        schedulable.RunState = RunState.Gone;
        schedulable.Booked = default;
        MeterOf(schedulable.Id.Vm).OnLeft(before, nowNs);
        if (before == RunState.Granted)
        {
            Account(schedulable, default, default, nowNs);
        }
    }

    /// <summary>
    /// Of those that run one that has to make room for somebody who is due more; null when nobody has to.
    /// The cores cut its quantum off, charge what was done of it and enqueue it again.
    /// </summary>
    public virtual Schedulable? MakeRoom(long nowNs) => null;

    /// <summary>Takes over the plan's rates.</summary>
    public void Apply(Plan plan, long nowNs)
    {
        _hasNewPlan = true;
        TakeOver(plan, nowNs);
    }

    /// <summary>Whether there is a new plan since this was last asked: then whoever waits has to be looked at anew.</summary>
    public bool TakeNewPlan()
    {
        var hasNew = _hasNewPlan;
        _hasNewPlan = false;
        return hasNew;
    }

    /// <summary>What a VM used and wanted until now.</summary>
    public UsageCounts CountsOf(int vm, long nowNs) => MeterOf(vm).At(nowNs);

    /// <summary>Takes over the plan's rates.</summary>
    protected abstract void TakeOver(Plan plan, long nowNs);

    /// <summary>Takes in one that is ready.</summary>
    protected abstract void Add(Schedulable schedulable, long nowNs);

    /// <summary>Hands out the next one, and may shorten its quantum.</summary>
    protected abstract Schedulable? Take(long nowNs, ref long budgetNs);

    /// <summary>Charges what a quantum used; nothing when it was cut off.</summary>
    protected abstract void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs);

    /// <summary>A VM wanted to run and its limit forbade it.</summary>
    protected void CountThrottled(int vm, long fromNs, long toNs) => MeterOf(vm).OnThrottled(fromNs, toNs);

    /// <summary>Takes the first one out that has not left.</summary>
    protected static Schedulable? TakeFirst(Queue<Schedulable> ready)
    {
        while (ready.TryDequeue(out var next))
        {
            if (next.RunState == RunState.Ready)
            {
                return next;
            }
        }

        return null;
    }

    private UsageMeter MeterOf(int vm)
    {
        while (_meters.Count <= vm)
        {
            _meters.Add(new UsageMeter());
        }

        return _meters[vm];
    }
}

/// <summary>What one quantum used.</summary>
/// <param name="HeldNs">How long the core was held, in nanoseconds.</param>
/// <param name="Work">What it asked of the host, by nominal costs.</param>
/// <param name="Operations">I/Os completed.</param>
public readonly record struct QuantumUse(long HeldNs, WorkVector Work, long Operations);
