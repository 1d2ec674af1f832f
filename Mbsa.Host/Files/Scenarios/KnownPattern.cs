using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>A name, or with stars in it the names that match, in a scenario file.</summary>
internal static class KnownPattern
{
    private const int MaxListed = 10;

    /// <summary>Says that nothing has the name, if nothing has.</summary>
    /// <param name="line">Where it stands.</param>
    /// <param name="kind">What it should be of: VM, host.</param>
    /// <param name="pattern">The name.</param>
    /// <param name="known">Every name there is.</param>
    /// <param name="problems">Where errors go.</param>
    public static void Check(int line, string kind, string pattern, IReadOnlyDictionary<string, int> known, Problems problems)
    {
        if (!pattern.Contains('*') && !known.ContainsKey(pattern))
        {
            problems.Unknown(line, kind, pattern, [.. known.Keys]);
        }
        else if (pattern.Contains('*') && !known.Keys.Any(name => NamePattern.Matches(pattern, name)))
        {
            problems.Error(
                line,
                $"no {kind} matches '{Excerpt.Of(pattern)}'; {kind}s: "
                + $"{string.Join(", ", known.Keys.Take(MaxListed))}{(known.Count > MaxListed ? ", ..." : "")}");
        }
    }
}
