namespace Mbsa.Vm.Workload;

/// <summary>What somebody probably meant by a name that does not exist.</summary>
public static class NearestName
{
    private const int LongestName = 64;

    /// <summary>
    /// The name with the least edit distance (insertions, deletions, substitutions), capitals or not; null when even that is more than a third of
    /// the typed name's length and more than 1.
    /// </summary>
    public static string? Of(string typed, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(typed);
        ArgumentNullException.ThrowIfNull(names);
        if (typed.Length > LongestName)
        {
            return null;
        }

        var best = names.Select(name => (Name: name, Distance: Distance(typed, name)))
            .OrderBy(found => found.Distance).ThenBy(found => found.Name, StringComparer.Ordinal).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, typed.Length / 3) ? best.Name : null;
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
