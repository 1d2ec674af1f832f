namespace Mbsa.Nvm.PowerFailure;

/// <summary>
/// Chooses what of the pending words persisted. Few states are enumerated: every combination of words, else every combination of cache
/// lines. Many are sampled: nothing, everything, each line alone lost, each alone persisted, then lines at random of which some are torn.
/// </summary>
public static class CrashStates
{
    private const int LineBytes = 64;

    /// <summary>States to try.</summary>
    /// <param name="pending">The words that may or may not have persisted.</param>
    /// <param name="max">How many states at most; at least 2.</param>
    /// <param name="random">For the sampled ones.</param>
    /// <returns>For each state the index of each word's value. The array is the same each time.</returns>
    public static IEnumerable<int[]> Of(IReadOnlyList<PendingWord> pending, int max, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 2);
        var lines = LinesOf(pending);
        var byWord = pending.Select((_, word) => new[] { word }).ToArray();
        return Product(pending, byWord, max) <= max ? Every(pending, byWord)
            : Product(pending, lines, max) <= max ? Every(pending, lines)
            : Some(pending, lines, max, random);
    }

    /// <summary>Whether <see cref="Of"/> would leave out no combination of cache lines.</summary>
    public static bool IsExhaustive(IReadOnlyList<PendingWord> pending, int max) => Product(pending, LinesOf(pending), max) <= max;

    private static int[][] LinesOf(IReadOnlyList<PendingWord> pending) =>
        [.. Enumerable.Range(0, pending.Count).GroupBy(word => pending[word].OffsetBytes / LineBytes).Select(line => line.ToArray())];

    private static int VersionsOf(IReadOnlyList<PendingWord> pending, int[] unit) => unit.Max(word => pending[word].Values.Count);

    private static long Product(IReadOnlyList<PendingWord> pending, int[][] units, int max)
    {
        var product = 1L;
        for (var i = 0; i < units.Length && product <= max; i++)
        {
            product *= VersionsOf(pending, units[i]);
        }

        return product;
    }

    private static IEnumerable<int[]> Every(IReadOnlyList<PendingWord> pending, int[][] units)
    {
        var choice = new int[pending.Count];
        var version = new int[units.Length];
        while (true)
        {
            yield return choice;
            var unit = 0;
            while (unit < units.Length && version[unit] == VersionsOf(pending, units[unit]) - 1)
            {
                Set(pending, choice, units[unit], version[unit] = 0);
                unit++;
            }

            if (unit == units.Length)
            {
                yield break;
            }

            Set(pending, choice, units[unit], ++version[unit]);
        }
    }

    private static IEnumerable<int[]> Some(IReadOnlyList<PendingWord> pending, int[][] lines, int count, Random random)
    {
        var choice = new int[pending.Count];
        for (var state = 0; state < count; state++)
        {
            var (all, but) = (state % 2, (state / 2) - 1);
            if (but < Math.Min(lines.Length, count / 4))
            {
                SetAll(all);
                if (but >= 0)
                {
                    // With more lines than turns, which ones have theirs is drawn.
                    var line = lines.Length <= count / 4 ? but : random.Next(lines.Length);
                    Set(pending, choice, lines[line], all == 1 ? 0 : int.MaxValue);
                }
            }
            else
            {
                Draw();
            }

            yield return choice;
        }

        void SetAll(int persisted)
        {
            foreach (var line in lines)
            {
                Set(pending, choice, line, persisted == 1 ? int.MaxValue : 0);
            }
        }

        void Draw()
        {
            var likely = random.NextDouble();
            foreach (var line in lines)
            {
                if (random.Next(8) == 0)
                {
                    foreach (var word in line)
                    {
                        choice[word] = random.Next(pending[word].Values.Count);
                    }
                }
                else
                {
                    Set(pending, choice, line, random.NextDouble() < likely ? int.MaxValue : random.Next(VersionsOf(pending, line)));
                }
            }
        }
    }

    private static void Set(IReadOnlyList<PendingWord> pending, int[] choice, int[] unit, int version)
    {
        foreach (var word in unit)
        {
            choice[word] = Math.Min(version, pending[word].Values.Count - 1);
        }
    }
}
