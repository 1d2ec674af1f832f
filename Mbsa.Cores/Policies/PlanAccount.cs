using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// What a <see cref="PlanQueue"/> keeps of one VM: its place in the orders, its floor and its ceiling, and what its quanta use.
/// </summary>
/// <param name="vm">The VM's place in the scenario.</param>
/// <param name="host">What is shared out.</param>
/// <param name="quantumNs">Core time of a quantum, in nanoseconds.</param>
internal sealed class PlanAccount(int vm, HostCapacity host, long quantumNs)
{
    /// <summary>
    /// Use over which the dominant resource of a VM is found, in nanoseconds of the host: a VM that computes in one quantum and writes
    /// in the next is charged for the larger of the two, not for both; one that computed for a second has not earned a second of the
    /// NVM.
    /// </summary>
    private const double DominanceNs = 1_000_000;

    /// <summary>How much of the most that a quantum cost is still believed after the next one.</summary>
    private const double Forgetting = 0.999;

    /// <summary>Quanta of its own that its rate still owes a VM: what its VCPUs could not use earlier is not made up for later.</summary>
    private const int MaxOwed = 8;

    /// <summary>
    /// Quanta of the whole host that its rate owes it beside: whose own cost little of it waits for those of others, which cost all of it.
    /// </summary>
    private const int MaxOwedOfOthers = 8;

    /// <summary>Quanta of the whole host by which others' turns put it ahead or behind.</summary>
    private const int TurnsOfOthers = 2;

    /// <summary>Quanta of the whole host after which a VM whose VCPUs wait is kept waiting: a few are others' turns.</summary>
    private const int LongWait = 8;

    private readonly Queue<Schedulable>[] _ready = [new(), new(), new(), new(), new()];
    private ResourceUse _window;
    private QuantumHabit _declared;
    private readonly double[] _quantumCostNs = new double[Bottlenecks.Count];
    private PromiseUnit _limitUnit;
    private Gcra _limit;
    private Gcra _burst;
    private readonly FloorTag _floor = new();
    private long _readySinceNs;

    /// <summary>The VM's place in the scenario.</summary>
    public int Vm { get; } = vm;

    /// <summary>Its VCPUs that are ready to run, over all bottlenecks.</summary>
    public int ReadyCount => _ready[0].Count + _ready[1].Count + _ready[2].Count + _ready[3].Count + _ready[4].Count;

    /// <summary>Its rate: the share at which it competes.</summary>
    public double Rate { get; private set; } = 1;

    /// <summary>Where its next quantum starts, in virtual time: what it has had, at its rate.</summary>
    public double StartTag { get; set; }

    /// <summary>When it should have had its next quantum of those that wait at a bottleneck, in virtual time.</summary>
    public double Deadline(Bottleneck bottleneck) => Places.FirstTagIn(bottleneck, StartTag) + QuantumNs(bottleneck);

    /// <summary>The quanta it can be in at once, and one more, in virtual time.</summary>
    public double LeewayNs => (1 + Math.Min(host.Cores, Vcpus)) * MaxQuantumCostNs / Rate;

    /// <summary>
    /// How far its start tag may be behind virtual time, in virtual time: what it missed beyond that its own VCPUs could not use.
    /// </summary>
    public double MaxOwedNs => (MaxOwed * MaxQuantumCostNs + MaxOwedOfOthers * quantumNs) / Rate;

    /// <summary>How far its start tag may be ahead of virtual time: what it had beyond that nobody else could use.</summary>
    public double MaxAheadNs => 3 * LeewayNs;

    /// <summary>How far from virtual time its start tag is put by turns alone, its own and others'; in virtual time.</summary>
    public double LineNs => LeewayNs + TurnsOfOthers * quantumNs / Rate;

    /// <summary>It wants to run: it stands in an order, or VCPUs of it are in flight. <see cref="VirtualTime"/> keeps this.</summary>
    public bool Competes { get; set; }

    /// <summary>It counts where virtual time is made. <see cref="VirtualTime"/> keeps this.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Since when it wants nothing, on the scenario's clock in nanoseconds, while it does not compete.</summary>
    public long RestingSinceNs { get; set; } = -1;

    /// <summary>Its VCPUs that have not come to their end.</summary>
    public int Vcpus { get; private set; }

    /// <summary>Its quanta that are going on.</summary>
    public int InFlight { get; set; }

    /// <summary>Its places in the orders.</summary>
    public Places Places { get; } = new();

    /// <summary>Since when its limit holds it back; null when it does not.</summary>
    public long? HeldSinceNs { get; set; }

    /// <summary>Until when, by what it was charged. <see cref="HeldBack"/> keeps both.</summary>
    public double HeldUntilNs { get; set; }

    /// <summary>It has a ceiling.</summary>
    public bool IsLimited { get; private set; }

    /// <summary>It is of the latency class.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>It has a floor.</summary>
    public bool HasFloor => _floor.Share > 0;

    /// <summary>It waits in the order of those with a floor.</summary>
    public bool IsFloorOrdered { get; set; }

    /// <summary>When its ceiling lets it run.</summary>
    public double MayRunFromNs => IsLimited ? _limit.ConformsFromNs : double.NegativeInfinity;

    /// <summary>Since when it could have run within its floor: whom this says is first of the latency class.</summary>
    public double UrgentFromNs => _burst.ConformsFromNs;

    /// <summary>From when on it is behind its floor, if it is served no more until then.</summary>
    public double BehindFloorFromNs => _floor.BehindFromNs(MaxQuantumCostNs);

    /// <summary>What the most expensive quantum costs it.</summary>
    private double MaxQuantumCostNs { get; set; }

    /// <summary>A quantum of its own of those that wait at a bottleneck, in virtual time.</summary>
    public double QuantumNs(Bottleneck bottleneck) => _quantumCostNs[(int)bottleneck] / Rate;

    /// <summary>Whether VCPUs of it have been waiting for so long that others keep it from more.</summary>
    public bool IsKeptWaiting(long nowNs) => ReadyCount > 0 && nowNs - _readySinceNs >= LongWait * quantumNs;

    /// <summary>Whether it has come less far than others, by more than so many of its quanta.</summary>
    public bool IsBehind(double othersNs, Bottleneck bottleneck, int quanta) => StartTag + quanta * QuantumNs(bottleneck) < othersNs;

    /// <summary>Takes over what was planned for it.</summary>
    public void Apply(PlannedVm planned, double limitToleranceNs)
    {
        var claim = planned.Claim;
        (Rate, Vcpus) = (planned.Rate, claim.Vcpus);
        _declared = QuantumHabit.Of(claim.Mix, host);
        MaxQuantumCostNs = Math.Max(MaxQuantumCostNs, Math.Max(1, _declared.PerNs.DominantNs * quantumNs));
        if (_quantumCostNs[0] == 0)
        {
            Array.Fill(_quantumCostNs, MaxQuantumCostNs);
        }

        _floor.Apply(claim.ReservedShare);
        IsLimited = claim.Qos.Limit is not null;
        if (claim.Qos.Limit is { } limit)
        {
            _limitUnit = limit.Unit;
            var perSecond = limit.Unit == PromiseUnit.Share ? limit.Value * 1e9 : limit.Value;
            _limit = _limit.With(perSecond, limitToleranceNs);
        }

        IsUrgent = claim.Qos.LatencyNs is not null && HasFloor;
        if (IsUrgent)
        {
            _burst = _burst.With(_floor.Share * 1e9, claim.Qos.BurstOperations * claim.Mix.DominantNs / _floor.Share);
        }
    }

    /// <summary>What the quanta of one of its VCPUs are like.</summary>
    public QuantumHabit HabitOf(Schedulable schedulable) => schedulable.Habit.IsKnown ? schedulable.Habit : _declared;

    /// <summary>A VCPU of it waits from now on.</summary>
    public void Enqueue(Schedulable schedulable, long nowNs)
    {
        _readySinceNs = ReadyCount == 0 ? nowNs : _readySinceNs;
        Ready(HabitOf(schedulable).Bottleneck).Enqueue(schedulable);
    }

    /// <summary>Its VCPUs that are ready and wait at a bottleneck.</summary>
    public Queue<Schedulable> Ready(Bottleneck bottleneck) => _ready[(int)bottleneck];

    /// <summary>Whether VCPUs of it wait at a bottleneck; forgets those that have left.</summary>
    public bool HasReady(Bottleneck bottleneck)
    {
        var ready = _ready[(int)bottleneck];
        while (ready.TryPeek(out var first) && first.RunState != RunState.Ready)
        {
            ready.Dequeue();
        }

        return ready.Count > 0;
    }

    /// <summary>
    /// Whether what was given back to it since it took its place at a bottleneck moved it forward, by more than a tenth of a quantum.
    /// </summary>
    public bool IsDueEarlierIn(Bottleneck bottleneck) => Places.IsBefore(bottleneck, StartTag, 0.1 * QuantumNs(bottleneck));

    /// <summary>
    /// The budget of a VCPU: no longer than its limit earns back in a quantum, so that a small ceiling is kept in small steps; but for
    /// one I/O, which is not cut for that.
    /// </summary>
    public long Budget(in QuantumHabit habit, long budgetNs)
    {
        var perNs = IsLimited ? UnitsOf(habit.PerNs.DominantNs, habit.OperationsPerNs, habit.BytesPerNs) * _limit.NsPerUnit : 0;
        var oneNs = habit.OperationsPerNs > 0 ? 1 / habit.OperationsPerNs : 1;
        return perNs > 1 ? (long)Math.Clamp(budgetNs / perNs, Math.Min(Math.Max(1, oneNs), budgetNs), budgetNs) : budgetNs;
    }

    /// <summary>Charges what a quantum is expected to use.</summary>
    /// <param name="habit">What the VCPU's quanta are like.</param>
    /// <param name="cut">What is left of one that was cut off; nothing for a new one.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="budgetNs">What it is granted.</param>
    public QuantumEstimate Take(in QuantumHabit habit, CutWork cut, long nowNs, double budgetNs)
    {
        // I/Os of a quantum that goes on are counted when it ends, all of them.
        var lengthNs = Math.Min(budgetNs, habit.LengthNs);
        var (use, bytes) = cut.Left > 0
            ? (host.UseOf(cut.Whole * cut.Left), cut.Whole.BusBytes * cut.Left)
            : (habit.PerNs * lengthNs, habit.BytesPerNs * lengthNs);
        var costNs = Spend(use);
        var aloneNs = Math.Max(1, use.CoresNs * host.Cores);
        var estimate = new QuantumEstimate
        {
            Use = use,
            Cost = costNs,
            LimitUnits = IsLimited ? UnitsOf(costNs, habit.OperationsPerNs * lengthNs, bytes) : 0,
            BusFraction = use.BusNs / aloneNs,
            NvmFraction = use.NvmNs / aloneNs,
            IsRest = cut.Left > 0,
        };
        StartTag += costNs / Rate;
        _quantumCostNs[(int)habit.Bottleneck] = use.DominantNs;
        if (IsLimited)
        {
            _limit.Take(nowNs, estimate.LimitUnits);
        }

        if (IsUrgent)
        {
            _burst.Take(nowNs, costNs);
        }

        if (HasFloor)
        {
            _floor.Take(costNs, nowNs, MaxQuantumCostNs);
        }

        return estimate;
    }

    /// <summary>Corrects what was charged by what was used.</summary>
    public void Correct(in QuantumEstimate estimate, in ResourceUse use, in QuantumUse quantum)
    {
        var moreNs = Spend(use - estimate.Use);
        StartTag += moreNs / Rate;
        if (IsUrgent)
        {
            _burst.Correct(moreNs);
        }

        if (HasFloor)
        {
            _floor.Correct(moreNs);
        }

        if (IsLimited)
        {
            _limit.Correct(UnitsOf(estimate.Cost + moreNs, quantum.Operations, quantum.Work.BusBytes) - estimate.LimitUnits);
        }

        MaxQuantumCostNs = Math.Max(MaxQuantumCostNs * Forgetting, use.DominantNs);
        if (_window.DominantNs > DominanceNs)
        {
            _window *= 0.5; // not to nothing: what quanta in flight give back comes off what they took
        }
    }

    /// <summary>Adds to what it used lately.</summary>
    /// <returns>How much its use of whatever it uses most grew.</returns>
    private double Spend(in ResourceUse use)
    {
        var before = _window.DominantNs;
        _window += use;
        return _window.DominantNs - before;
    }

    private double UnitsOf(double costNs, double operations, double bytes) => _limitUnit switch
    {
        PromiseUnit.Share => costNs,
        PromiseUnit.OperationsPerSecond => operations,
        _ => bytes,
    };
}
