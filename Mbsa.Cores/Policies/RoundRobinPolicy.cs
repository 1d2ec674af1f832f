using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>No policy: every VCPU in its turn, whosever it is. A VM's share grows with its VCPUs.</summary>
public sealed class RoundRobinPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "none";

    /// <inheritdoc/>
    public string Description => "Round robin over VCPUs: a VM's share grows with its VCPUs.";

    /// <inheritdoc/>
    public Promises Keeps => Promises.None;

    /// <inheritdoc/>
    public Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims) =>
        Plan.Of(claims, t => new PlannedVm(t, t.Qos.Weight, null));

    /// <inheritdoc/>
    public RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order) => new RoundRobinQueue(host, quantumNs);
}

/// <summary>First come, first served.</summary>
internal sealed class RoundRobinQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    private readonly Queue<Schedulable> _ready = new();

    protected override void TakeOver(Plan plan, long nowNs)
    {
    }

    protected override void Add(Schedulable schedulable, long nowNs) => _ready.Enqueue(schedulable);

    protected override Schedulable? Take(long nowNs, ref long budgetNs) => TakeFirst(_ready);

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
    }
}
