using Mbsa.Host.Scenarios.Yaml;

namespace Mbsa.Host.Scenarios;

/// <summary>Guesses what somebody meant who wrote a name that does not exist.</summary>
public static class NearestName
{
    /// <summary>With more names than this the guess would cost more than it helps: ten thousand VMs are not read one by one.</summary>
    private const int MostCandidates = 1000;

    private const int LongestName = 64;

    /// <summary>A message for a name that does not exist: "unknown key 'vcpu'; did you mean 'vcpus'?", or a list when nothing is near.</summary>
    /// <param name="kind">What the name is of: key, policy, VM.</param>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been written.</param>
    public static string Unknown(string kind, string name, IReadOnlyCollection<string> known)
    {
        var shown = ScalarNode.Shorten(name);
        if (Find(name, known) is { } nearest)
            return $"unknown {kind} '{shown}'; did you mean '{nearest}'?";
        if (known.Count == 0)
            return $"unknown {kind} '{shown}'; there is none";
        var some = string.Join(", ", known.Take(20));
        return $"unknown {kind} '{shown}'; available: {some}{(known.Count > 20 ? ", ..." : "")}";
    }

    /// <summary>The nearest of the names, or null when none is near: at most a third of the letters differ, or one begins with the other.</summary>
    public static string? Find(string name, IReadOnlyCollection<string> known)
    {
        if (name.Length is 0 or > LongestName)
            return null;
        string? best = null;
        var bestDistance = Math.Max(1, name.Length / 3) + 1;
        foreach (var candidate in known.Take(MostCandidates))
        {
            var distance = candidate.Length > LongestName ? int.MaxValue : Distance(name, candidate);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }

        return best ?? known.Take(MostCandidates).FirstOrDefault(c => name.Length >= 3 && c.StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Edit distance without regard to case, two swapped neighbours counting as one edit.</summary>
    private static int Distance(string a, string b)
    {
        Span<int> beforeLast = stackalloc int[b.Length + 1];
        Span<int> last = stackalloc int[b.Length + 1];
        Span<int> current = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }

            last.CopyTo(beforeLast);
            current.CopyTo(last);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
