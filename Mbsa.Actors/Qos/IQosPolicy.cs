using System.Collections.Immutable;

namespace Mbsa.Actors.Qos;

/// <summary>A way to divide a host among VMs: a pure plan, and the queue that carries it out.</summary>
public interface IQosPolicy
{
    /// <summary>The name a scenario uses.</summary>
    string Name { get; }

    /// <summary>One line for people.</summary>
    string Description { get; }

    /// <summary>Divides the host. Pure: same tenants, same plan.</summary>
    /// <param name="cores">Cores of the host.</param>
    /// <param name="tenants">The VMs that run, in the scenario's order.</param>
    Plan MakePlan(int cores, IReadOnlyList<Tenant> tenants);

    /// <summary>An empty queue of this policy.</summary>
    /// <param name="quantumNs">Core time of a quantum, in nanoseconds.</param>
    RunQueue CreateQueue(long quantumNs);
}

/// <summary>A VM as the planner sees it.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Vcpus">Its VCPUs that have not come to their end: it cannot use more cores than that.</param>
/// <param name="Weight">Its weight, above 0.</param>
public sealed record Tenant(int Vm, int Vcpus, double Weight);

/// <summary>What the planner decided; an immutable snapshot.</summary>
/// <param name="Weights">Weight per VM.</param>
/// <param name="Shares">Planned share of the host's core time per VM, 0 to 1; empty where the policy plans none.</param>
public sealed record Plan(ImmutableDictionary<int, double> Weights, ImmutableDictionary<int, double> Shares)
{
    /// <summary>Nobody is there.</summary>
    public static Plan Empty { get; } = new(ImmutableDictionary<int, double>.Empty, ImmutableDictionary<int, double>.Empty);
}
