using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>A wear policy that can be named in a scenario.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">A line on it.</param>
public sealed record WearPolicyInfo(string Name, string Description);

/// <summary>The wear policies there are.</summary>
public static class WearPolicies
{
    private static readonly (WearPolicyInfo Info, Func<string, WearPolicy> Create)[] _policies =
    [
        (new(NoWear.PolicyName, "no wear levelling: every block stays where it is; writes are counted"), parameters =>
            new NoWear(parameters)),
        (new(ThresholdPolicy.PolicyName, "the paper's algorithm 1, reconstructed: "
            + "swaps a hot block with a cold one when it is a threshold above the level"), parameters => new ThresholdPolicy(parameters)),
        (new(StartGapPolicy.PolicyName, "Start-Gap (MICRO 2009): blocks strewn at random, one free block moves through the disk"),
            parameters => new StartGapPolicy(parameters)),
        (new(DueTimePolicy.PolicyName, "hot blocks found by due times against the mean, writes redirected to spares: "
            + "at most 1/q extra writes"), parameters => new DueTimePolicy(parameters)),
    ];

    /// <summary>All of them, in the order to list them.</summary>
    public static IReadOnlyList<WearPolicyInfo> All { get; } = [.. _policies.Select(policy => policy.Info)];

    /// <summary>Makes the policy of this name for one disk.</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameters">Its parameters, such as "q=128 t=64"; what is not given is as usual.</param>
    /// <exception cref="InputException">There is none, or not with these parameters; the message says what there is.</exception>
    public static WearPolicy Create(string name, string parameters = "")
    {
        var (_, create) = _policies.FirstOrDefault(policy => policy.Info.Name == name);
        return create is not null ? create(parameters)
            : throw new InputException(
                $"there is no wear policy '{name}'; there are: {string.Join(", ", All.Select(policy => policy.Name))}");
    }

    /// <summary>A policy with its parameters as scenarios write it: "{ policy: due-time, q: 128, t: 64, atomic: true }".</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameters">Its parameters, such as "q=128 t=64 atomic".</param>
    public static string Written(string name, string parameters)
    {
        var words = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? name : $"{{ policy: {name}, {string.Join(", ", words.Select(Key))} }}";

        static string Key(string word) => word.Contains('=') ? word.Replace("=", ": ", StringComparison.Ordinal) : $"{word}: true";
    }

    private sealed class NoWear : WearPolicy
    {
        public const string PolicyName = "none";

        public NoWear(string parameters) => new WearParameters(PolicyName, parameters).End();

        public override string Name => PolicyName;
    }
}
