namespace Mbsa.Vm.Storage;

/// <summary>A wear policy that can be named in a scenario.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">A line on it.</param>
public sealed record WearPolicyInfo(string Name, string Description);

/// <summary>The wear policies there are.</summary>
public static class WearPolicies
{
    /// <summary>All of them, in the order to list them.</summary>
    public static IReadOnlyList<WearPolicyInfo> All { get; } =
    [
        new(NoWear.PolicyName, "no wear levelling: every block stays where it is; writes are counted"),
    ];

    /// <summary>Makes the policy of this name for one disk.</summary>
    /// <exception cref="InputException">There is none; the message lists those there are.</exception>
    public static WearPolicy Create(string name) => name == NoWear.PolicyName
        ? new NoWear()
        : throw new InputException($"there is no wear policy '{name}'; there are: {string.Join(", ", All.Select(policy => policy.Name))}");

    private sealed class NoWear : WearPolicy
    {
        public const string PolicyName = "none";

        public override string Name => PolicyName;
    }
}
