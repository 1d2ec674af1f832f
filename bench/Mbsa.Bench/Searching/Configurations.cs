using Mbsa.Cores.Timing;

namespace Mbsa.Bench.Searching;

/// <summary>
/// Who may be on the cores of a host at one moment, and how fast all of them run then. A scheduler chooses who runs;
/// bus and NVM divide themselves among those who do. So what any scheduler can reach is a mixture in time of these.
/// </summary>
internal static class Configurations
{
    /// <summary>Lists them: of each kind, how many cores' worth of it is done while the configuration lasts.</summary>
    /// <param name="kinds">The kinds.</param>
    /// <param name="cores">Cores of the host.</param>
    /// <param name="most">The most that are listed.</param>
    /// <returns>Null when there are more.</returns>
    public static IReadOnlyList<double[]>? Of(IReadOnlyList<Kind> kinds, int cores, int most)
    {
        var found = new List<double[]>();
        return Extend(new int[kinds.Count], 0, cores) ? found : null;

        bool Extend(int[] counts, int next, int left)
        {
            if (next == kinds.Count)
            {
                found.Add(Done(kinds, counts));
                return found.Count <= most;
            }

            for (var count = 0; count <= Math.Min(left, kinds[next].Vcpus); count++)
            {
                counts[next] = count;
                if (!Extend(counts, next + 1, left - count))
                {
                    return false;
                }
            }

            counts[next] = 0;
            return true;
        }
    }

    private static double[] Done(IReadOnlyList<Kind> kinds, int[] counts)
    {
        // All of one kind run equally fast.
        int[] running = [.. Enumerable.Range(0, kinds.Count).SelectMany(kind => Enumerable.Repeat(kind, counts[kind]))];
        var speeds = new double[running.Length];
        MaxMinShare.Divide([.. running.Select(kind => kinds[kind].Bus)], [.. running.Select(kind => kinds[kind].Nvm)], speeds);
        var done = new double[kinds.Count];
        for (var i = 0; i < running.Length; i++)
        {
            done[running[i]] += speeds[i];
        }

        return done;
    }
}
