using Mbsa.Vm.Workload;

namespace Mbsa.Host.Wording;

/// <summary>What to tell somebody who wrote a name that does not exist.</summary>
public static class UnknownName
{
    /// <summary>With more names than this the guess would cost more than it helps: ten thousand VMs are not compared one by one.</summary>
    private const int MaxCandidates = 1000;

    private const int MaxListed = 20;
    private const int MaxNear = 5;
    private const int LongestName = 64;

    /// <summary>"unknown key 'vcpu'; did you mean 'vcpus'?", or a list of what there is when nothing is near.</summary>
    /// <param name="kind">What the name is of: key, policy, VM.</param>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been written.</param>
    public static string Message(string kind, string name, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var shown = Excerpt.Of(name);
        if (Near(name, known).FirstOrDefault() is { } nearest)
        {
            return $"unknown {kind} '{shown}'; did you mean '{nearest}'?";
        }

        if (known.Count == 0)
        {
            return $"unknown {kind} '{shown}'; there is none";
        }

        var some = string.Join(", ", known.Take(MaxListed));
        return $"unknown {kind} '{shown}'; available: {some}{(known.Count > MaxListed ? ", ..." : "")}";
    }

    /// <summary>"; also near: wear.cv, wear.mean": others than the nearest that may have been meant; nothing when there are none.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been written.</param>
    public static string AlsoNear(string name, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var others = string.Join(", ", Near(name, known).Skip(1).Take(MaxNear));
        return others.Length == 0 ? "" : $" Also near: {others}";
    }

    /// <summary>Those near in spelling, the nearest first, then those that begin with what was written.</summary>
    private static IEnumerable<string> Near(string name, IReadOnlyCollection<string> known)
    {
        var candidates = known.Where(k => k.Length <= LongestName).Take(MaxCandidates).ToArray();
        return NearestName.Near(name, candidates)
            .Concat(candidates.Where(c => name.Length >= 3 && c.StartsWith(name, StringComparison.OrdinalIgnoreCase))).Distinct();
    }
}
