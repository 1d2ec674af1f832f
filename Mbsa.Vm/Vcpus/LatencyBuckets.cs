using System.Collections.Immutable;

namespace Mbsa.Vm.Vcpus;

/// <summary>The buckets in which I/O latencies leave the program, the same for every VM so that they can be added up.</summary>
public static class LatencyBuckets
{
    /// <summary>
    /// Upper bounds in nanoseconds, each inclusive, rising: steps of 1-2-5 from 1 us to 10 s, finer up to 50 us, where memory-bus and
    /// conventional storage lie, and coarser up to 12 hours. What is above the last falls into one more bucket without a bound.
    /// </summary>
    public static ImmutableArray<long> BoundariesNs { get; } =
    [
        1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 8_000,
        10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000,
        100_000, 200_000, 500_000,
        1_000_000, 2_000_000, 5_000_000,
        10_000_000, 20_000_000, 50_000_000,
        100_000_000, 200_000_000, 500_000_000,
        1_000_000_000, 2_000_000_000, 5_000_000_000,
        10_000_000_000, 30_000_000_000, 60_000_000_000,
        300_000_000_000, 1_800_000_000_000, 7_200_000_000_000, 43_200_000_000_000,
    ];

    /// <summary>Number of buckets, the one without a bound included.</summary>
    public static int Count => BoundariesNs.Length + 1;

    /// <summary>The bucket a latency falls into.</summary>
    /// <param name="latencyNs">Latency in nanoseconds.</param>
    /// <returns>Index of the first bound that is not below it; <c>Count - 1</c> when all are.</returns>
    public static int IndexOf(long latencyNs)
    {
        int index = BoundariesNs.AsSpan().BinarySearch(latencyNs);
        return index >= 0 ? index : ~index;
    }
}
