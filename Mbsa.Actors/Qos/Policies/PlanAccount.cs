using Mbsa.Actors.Cores;
using Mbsa.Actors.Scenarios;

namespace Mbsa.Actors.Qos.Policies;

/// <summary>What a <see cref="PlanQueue"/> keeps of one VM: its place in the order, its ceiling, and what its quanta use.</summary>
/// <param name="vm">The VM's place in the scenario.</param>
internal sealed class PlanAccount(int vm)
{
    /// <summary>
    /// Use over which the dominant resource of a VM is found, in nanoseconds of the host: a VM that computes in one quantum and writes in the next is
    /// charged for the larger of the two, not for both; one that computed for a second has not earned a second of the NVM.
    /// </summary>
    private const double DominanceNs = 1_000_000;

    /// <summary>How much of the most that a quantum did in its time on real cores is still believed after the next one.</summary>
    private const double Forgetting = 0.98;

    private ResourceUse _window;
    private double _heldPerNs = 1;
    private double _costPerNs;
    private double _quantumCostNs;
    private double _limitUnitsPerNs;
    private double _busFraction;
    private double _nvmFraction;
    private PromiseUnit _limitUnit;
    private Gcra _limit;
    private Gcra _floor;

    /// <summary>The VM's place in the scenario.</summary>
    public int Vm { get; } = vm;

    /// <summary>Its VCPUs that are ready to run.</summary>
    public Queue<Schedulable> Ready { get; } = new();

    /// <summary>Its rate: the share at which it competes.</summary>
    public double Rate { get; private set; } = 1;

    /// <summary>Where its next quantum starts, in virtual time: what it has had, at its rate.</summary>
    public double StartTag { get; set; }

    /// <summary>Its start tag when it took its place in an order.</summary>
    public double OrderedTag { get; set; }

    /// <summary>When it should have had its next quantum, in virtual time.</summary>
    public double Deadline => StartTag + _quantumCostNs / Rate;

    /// <summary>Whether it has come less far than others, by more than so many of its quanta.</summary>
    public bool IsBehind(double othersNs, int quanta) => StartTag + quanta * _quantumCostNs / Rate < othersNs;

    /// <summary>It wants to run: it stands in an order, or VCPUs of it are in flight. <see cref="VirtualTime"/> keeps this.</summary>
    public bool Competes { get; set; }

    /// <summary>Its quanta that are going on.</summary>
    public int InFlight { get; set; }

    /// <summary>When its last quantum ended, on the scenario's clock in nanoseconds.</summary>
    public long RanUntilNs { get; set; } = -1;

    /// <summary>Which order it stands in.</summary>
    public Resource Dominant { get; private set; }

    /// <summary>It stands in an order.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>Since when its limit holds it back; null when it does not.</summary>
    public long? HeldSinceNs { get; set; }

    /// <summary>It has a ceiling.</summary>
    public bool IsLimited { get; private set; }

    /// <summary>It is of the latency class.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>When its ceiling lets it run.</summary>
    public double MayRunFromNs => IsLimited ? _limit.ConformsFromNs : double.NegativeInfinity;

    /// <summary>Since when it could have run within its floor: whom this says is first of the latency class.</summary>
    public double UrgentFromNs => _floor.ConformsFromNs;

    /// <summary>Takes over what was planned for it.</summary>
    public void Apply(PlannedTenant planned, HostCapacity host, double limitToleranceNs)
    {
        var tenant = planned.Tenant;
        Rate = planned.Rate;
        if (_costPerNs == 0)
        {
            var heldNs = tenant.Mix.PerOperation.CoresNs * host.Cores;
            Learn(tenant.Mix.PerOperation, tenant.Mix.DominantNs, tenant.Mix.DoesIo ? 1 : 0, tenant.Mix.BytesPerOperation, heldNs, heldNs);
        }

        Dominant = tenant.Mix.PerOperation.Dominant;
        IsLimited = tenant.Qos.Limit is not null;
        if (tenant.Qos.Limit is { } limit)
        {
            _limitUnit = limit.Unit;
            var perSecond = limit.Unit == PromiseUnit.Share ? limit.Value * 1e9 : limit.Value;
            _limit = _limit.With(perSecond, limitToleranceNs);
        }

        IsUrgent = tenant.Qos.LatencyNs is not null && tenant.ReservedShare > 0;
        if (IsUrgent)
        {
            _floor = _floor.With(tenant.ReservedShare * 1e9, tenant.Qos.BurstOperations * tenant.Mix.DominantNs / tenant.ReservedShare);
        }
    }

    /// <summary>
    /// The budget with which the VM holds a core for a quantum, also when bus or NVM keep it waiting; and no longer than its limit earns back in a quantum, so
    /// that a small ceiling is kept in small steps.
    /// </summary>
    public long Budget(long quantumNs)
    {
        var perNs = Math.Max(_heldPerNs, IsLimited ? _limitUnitsPerNs * _limit.NsPerUnit : 0);
        return perNs > 1 ? Math.Max(1, (long)(quantumNs / perNs)) : quantumNs;
    }

    /// <summary>Charges what a quantum is expected to use.</summary>
    public QuantumEstimate Take(long nowNs, long budgetNs)
    {
        var estimate = new QuantumEstimate
        {
            Cost = _costPerNs * budgetNs,
            LimitUnits = IsLimited ? _limitUnitsPerNs * budgetNs : 0,
            BusFraction = _busFraction,
            NvmFraction = _nvmFraction,
        };
        StartTag += estimate.Cost / Rate;
        _quantumCostNs = estimate.Cost;
        if (IsLimited)
        {
            _limit.Take(nowNs, estimate.LimitUnits);
        }

        if (IsUrgent)
        {
            _floor.Take(nowNs, estimate.Cost);
        }

        return estimate;
    }

    /// <summary>Corrects what was charged by what was used.</summary>
    public void Correct(in QuantumEstimate estimate, in ResourceUse use, in QuantumUse quantum, HostCapacity host)
    {
        var costNs = CostOf(use);
        StartTag += (costNs - estimate.Cost) / Rate;
        if (IsUrgent)
        {
            _floor.Correct(costNs - estimate.Cost);
        }

        if (IsLimited)
        {
            _limit.Correct(UnitsOf(costNs, quantum.Operations, quantum.Work.BusBytes) - estimate.LimitUnits);
        }

        // On real cores a budget is real time, whatever the work costs nominally.
        // If other programs had the core for most of it, it says little of the next: that one may do far more in its time.
        var heldNs = host.IsExact ? use.CoresNs * host.Cores : quantum.HeldNs;
        var leastUnitsPerNs = host.IsExact ? 0 : _limitUnitsPerNs * Forgetting;
        Learn(use, costNs, quantum.Operations, quantum.Work.BusBytes, host.IsExact ? quantum.Work.CoreNs : quantum.HeldNs, heldNs);
        _limitUnitsPerNs = Math.Max(_limitUnitsPerNs, leastUnitsPerNs);
    }

    private double CostOf(in ResourceUse use)
    {
        var before = _window.DominantNs;
        _window += use;
        var costNs = _window.DominantNs - before;
        if (_window.DominantNs > DominanceNs)
        {
            _window = default;
        }

        return costNs;
    }

    private double UnitsOf(double costNs, double operations, double bytes) => _limitUnit switch
    {
        PromiseUnit.Share => costNs,
        PromiseUnit.OperationsPerSecond => operations,
        _ => bytes,
    };

    /// <summary>The next quantum is expected to be like this one, which took so much of its budget and would hold a core for so long if it were alone.</summary>
    private void Learn(in ResourceUse use, double costNs, double operations, double bytes, double budgetNs, double heldNs)
    {
        if (budgetNs > 0)
        {
            (_costPerNs, _limitUnitsPerNs, _heldPerNs) = (costNs / budgetNs, UnitsOf(costNs, operations, bytes) / budgetNs, heldNs / budgetNs);
            (_busFraction, _nvmFraction) = (use.BusNs / heldNs, use.NvmNs / heldNs);
        }
    }
}
