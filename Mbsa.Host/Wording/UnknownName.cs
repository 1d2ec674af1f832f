using Mbsa.Vm.Workload;

namespace Mbsa.Host.Wording;

/// <summary>What to tell somebody who wrote a name that does not exist.</summary>
public static class UnknownName
{
    /// <summary>With more names than this the guess would cost more than it helps: ten thousand VMs are not compared one by one.</summary>
    private const int MostCandidates = 1000;

    private const int MostListed = 20;
    private const int LongestName = 64;

    /// <summary>"unknown key 'vcpu'; did you mean 'vcpus'?", or a list of what there is when nothing is near.</summary>
    /// <param name="kind">What the name is of: key, policy, VM.</param>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been written.</param>
    public static string Message(string kind, string name, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var shown = Excerpt.Of(name);
        if (Nearest(name, known) is { } nearest)
        {
            return $"unknown {kind} '{shown}'; did you mean '{nearest}'?";
        }

        if (known.Count == 0)
        {
            return $"unknown {kind} '{shown}'; there is none";
        }

        var some = string.Join(", ", known.Take(MostListed));
        return $"unknown {kind} '{shown}'; available: {some}{(known.Count > MostListed ? ", ..." : "")}";
    }

    /// <summary>The nearest in spelling, or else one that begins with what was written.</summary>
    private static string? Nearest(string name, IReadOnlyCollection<string> known)
    {
        var candidates = known.Where(k => k.Length <= LongestName).Take(MostCandidates).ToArray();
        return NearestName.Of(name, candidates)
            ?? Array.Find(candidates, c => name.Length >= 3 && c.StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }
}
