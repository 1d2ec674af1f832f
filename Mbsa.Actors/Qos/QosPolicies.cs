namespace Mbsa.Actors.Qos;

/// <summary>The policies a scenario can name.</summary>
public static class QosPolicies
{
    /// <summary>Every policy, in the order they are shown.</summary>
    public static IReadOnlyList<IQosPolicy> All { get; } = [new RoundRobinPolicy(), new FairPolicy()];

    /// <summary>The policy of a name.</summary>
    /// <exception cref="ArgumentException">No policy has it.</exception>
    public static IQosPolicy Named(string name) =>
        All.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException($"No policy is named '{name}'.", nameof(name));
}
