using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>The policies a scenario can name.</summary>
public static class QosPolicies
{
    /// <summary>The policy of a scenario that names none.</summary>
    public const string Default = "plan";

    /// <summary>Every policy, in the order they are shown.</summary>
    public static IReadOnlyList<IQosPolicy> All { get; } =
        [new RoundRobinPolicy(), new CapPolicy(), new FairPolicy(), new MClockPolicy(), new PlanPolicy()];

    /// <summary>The policy of a name.</summary>
    /// <exception cref="ArgumentException">No policy has it.</exception>
    public static IQosPolicy Named(string name) =>
        All.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException($"No policy is named '{name}'.", nameof(name));
}
