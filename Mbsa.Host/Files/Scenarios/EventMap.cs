using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>
/// One entry of <c>events</c>: keys, a time and whom it happens to. Where a pattern names several, it happens to each in turn.
/// </summary>
/// <param name="Map">Its keys.</param>
/// <param name="AtNs">When, in nanoseconds after the measured part began; for the first of several.</param>
/// <param name="Problems">Where errors go.</param>
internal sealed record EventMap(MappingReader Map, long AtNs, Problems Problems)
{
    /// <summary>The latest time something can happen.</summary>
    public const long LatestNs = 30L * 24 * 3600 * 1_000_000_000;

    /// <summary>Says that something comes too late to happen.</summary>
    public static void WarnOfLate(MappingReader map, long durationNs, Problems problems) => problems.Warning(
        map.LineOf("at"),
        $"this event is after the end of the run, at {QuantityText.Format(durationNs, Dimension.Time)}, and will not happen");

    /// <summary>Which of these changes the entry has, if it has one and no more.</summary>
    public string? Change(IReadOnlyList<string> changes)
    {
        var given = changes.Where(c => Map.Find(c) is not null).ToArray();
        if (given is [var change])
        {
            return change;
        }

        Problems.Error(Map.Line, $"an event changes one thing, not {given.Length}; write one of {string.Join(", ", changes)}");
        return null;
    }

    /// <summary>Says so of a key that means nothing here.</summary>
    public void Refuse(string key, string why)
    {
        if (Map.Find(key) is not null)
        {
            Problems.Error(Map.LineOf(key), why);
        }
    }

    /// <summary>Whether a key is <c>true</c>; nothing else means something.</summary>
    public bool IsTrue(string key)
    {
        if (Map.Flag(key) is false)
        {
            Problems.Error(Map.LineOf(key), $"'{key}: true' is the only value that means something in an event");
        }

        return Map.Flag(key) is true;
    }

    /// <summary>How long something is away, in nanoseconds; null when the entry does not say.</summary>
    public long? ForNs => Map.Whole("for", Dimension.Time, 0, LatestNs);

    /// <summary>Those it happens to, and when to each.</summary>
    /// <param name="key">The key that names them.</param>
    /// <param name="kind">What it names, for messages: VM, host.</param>
    /// <param name="known">Every name, in the order of the file.</param>
    /// <param name="isComplete">A name that is not known does not exist.</param>
    public IEnumerable<(string Name, long AtNs)> Targets(string key, string kind, IReadOnlyDictionary<string, int> known, bool isComplete)
    {
        if (Map.Text(key) is not { } pattern)
        {
            return [];
        }

        if (isComplete)
        {
            KnownPattern.Check(Map.LineOf(key), kind, pattern, known, Problems);
        }

        if (!pattern.Contains('*'))
        {
            Refuse("every", $"'every' is the time from one {kind} to the next; "
                + $"'{Excerpt.Of(pattern)}' is only one, so leave it out or write a pattern such as '*'");
            return [(pattern, AtNs)];
        }

        var everyNs = Map.Whole("every", Dimension.Time, 0, LatestNs) ?? 0;
        return known.Keys.Where(name => NamePattern.Matches(pattern, name))
            .Select((name, i) => (name, (long)Int128.Min(AtNs + ((Int128)everyNs * i), LatestNs)));
    }
}
