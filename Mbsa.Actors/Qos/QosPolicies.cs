namespace Mbsa.Actors.Qos;

/// <summary>The policies a scenario can name.</summary>
public static class QosPolicies
{
    /// <summary>Name and one line of explanation of each, in the order they are shown.</summary>
    public static IReadOnlyList<(string Name, string Description)> All { get; } =
    [
        ("none", "Round robin over VCPUs: a VM's share grows with its VCPUs."),
        ("fair", "Weighted core time per VM, as a kernel's scheduler would: blind to the bus and to slower writes."),
    ];
}
