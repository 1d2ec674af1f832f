using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>A way to divide a host among VMs: a pure plan, and the queue that carries it out.</summary>
public interface IQosPolicy
{
    /// <summary>The name a scenario uses.</summary>
    string Name { get; }

    /// <summary>One line for people.</summary>
    string Description { get; }

    /// <summary>Which promises it keeps; the others are only compared with what a VM got.</summary>
    Promises Keeps { get; }

    /// <summary>
    /// Whether the plan depends on what VMs used and wanted lately,
    /// so that it is made anew all the time and not only when who competes changes.
    /// </summary>
    bool FollowsDemand => false;

    /// <summary>Whether its queue can do either order of service; the others do as they always do.</summary>
    bool HasOrder => false;

    /// <summary>Divides the host. Pure: the same claims make the same plan.</summary>
    /// <param name="host">What there is.</param>
    /// <param name="claims">What the VMs that run claim, in the scenario's order.</param>
    Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims);

    /// <summary>An empty queue of this policy.</summary>
    /// <param name="host">What there is.</param>
    /// <param name="quantumNs">Core time of a quantum, in nanoseconds.</param>
    /// <param name="order">What happens at a full resource while cores are idle, where it <see cref="HasOrder"/>.</param>
    RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order);
}

/// <summary>Kinds of promises.</summary>
[Flags]
public enum Promises
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>How what is left is divided.</summary>
    Weights = 1,

    /// <summary>Ceilings.</summary>
    Limits = 2,

    /// <summary>Floors.</summary>
    Reservations = 4,

    /// <summary>The latency class.</summary>
    Latency = 8,
}
