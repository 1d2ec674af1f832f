namespace Mbsa.Vm.Workload;

/// <summary>What somebody probably meant by a name that does not exist.</summary>
public static class NearestName
{
    private const int LongestName = 64;

    /// <summary>
    /// The name with the least edit distance (insertions, deletions, substitutions, two neighbours exchanged), capitals or not;
    /// null when even that is more than a third of the typed name's length and more than 1.
    /// </summary>
    public static string? Of(string typed, IEnumerable<string> names) => Near(typed, names).FirstOrDefault();

    /// <summary>All names as near as that, the nearest first.</summary>
    public static IEnumerable<string> Near(string typed, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(typed);
        ArgumentNullException.ThrowIfNull(names);
        if (typed.Length > LongestName)
        {
            return [];
        }

        return [.. names.Select(name => (Name: name, Distance: Distance(typed, name)))
            .Where(found => found.Distance <= Math.Max(1, typed.Length / 3))
            .OrderBy(found => found.Distance).ThenBy(found => found.Name, StringComparer.Ordinal).Select(found => found.Name)];
    }

    /// <summary>Optimal string alignment: Levenshtein's distance, in which neighbours that change places count as one edit.</summary>
    private static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            (before, last, row) = (last, row, before);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(last[j - 1] + (IsSame(i, j) ? 0 : 1), Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && IsSame(i, j - 1) && IsSame(i - 1, j))
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
        }

        return row[b.Length];

        bool IsSame(int i, int j) => char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
    }
}
