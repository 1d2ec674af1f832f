using System.Collections.Immutable;
using Mbsa.Actors.Cores;

namespace Mbsa.Actors.Qos;

/// <summary>No policy: every VCPU in its turn, whosever it is. A VM's share grows with its VCPUs.</summary>
public sealed class RoundRobinPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "none";

    /// <inheritdoc/>
    public string Description => "Round robin over VCPUs: a VM's share grows with its VCPUs.";

    /// <inheritdoc/>
    public Plan MakePlan(int cores, IReadOnlyList<Tenant> tenants) =>
        new(tenants.ToImmutableDictionary(t => t.Vm, t => t.Weight), ImmutableDictionary<int, double>.Empty);

    /// <inheritdoc/>
    public RunQueue CreateQueue(long quantumNs) => new RoundRobinQueue();
}

/// <summary>First come, first served.</summary>
internal sealed class RoundRobinQueue : RunQueue
{
    private readonly Queue<Schedulable> _ready = new();

    public override void Enqueue(Schedulable schedulable) => _ready.Enqueue(schedulable);

    public override Schedulable? Dequeue()
    {
        while (_ready.TryDequeue(out var next))
        {
            if (!next.IsRetired)
            {
                return next;
            }
        }

        return null;
    }

    public override void Charge(SchedulableId id, in QuantumUse use)
    {
    }

    public override void Apply(Plan plan)
    {
    }
}
