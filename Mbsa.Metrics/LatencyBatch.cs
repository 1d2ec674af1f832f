using System.Collections.Immutable;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Metrics;

/// <summary>All latencies of one VM in one direction so far, in the buckets of <see cref="LatencyBuckets"/>.</summary>
public sealed record LatencyBatch
{
    /// <summary>Takes counts that are cumulative already.</summary>
    /// <param name="cumulativeCounts">For each bucket how many latencies were at or below its bound; the last is their number.</param>
    /// <param name="sumNs">Their sum, in nanoseconds.</param>
    /// <exception cref="ArgumentException">There are not as many counts as buckets, or they fall.</exception>
    public LatencyBatch(ImmutableArray<long> cumulativeCounts, long sumNs)
    {
        if (cumulativeCounts.Length != LatencyBuckets.Count)
        {
            throw new ArgumentException(
                $"There are {cumulativeCounts.Length} counts for {LatencyBuckets.Count} buckets.", nameof(cumulativeCounts));
        }
        long before = 0;
        foreach (long count in cumulativeCounts)
        {
            if (count < before)
            {
                throw new ArgumentException($"Cumulative counts never fall: {count} follows {before}.", nameof(cumulativeCounts));
            }
            before = count;
        }
        CumulativeCounts = cumulativeCounts;
        SumNs = sumNs;
    }

    /// <summary>For each bucket how many latencies were at or below its bound; the last is their number.</summary>
    public ImmutableArray<long> CumulativeCounts { get; }

    /// <summary>Sum of the latencies, in nanoseconds.</summary>
    public long SumNs { get; }

    /// <summary>Adds counts per bucket up.</summary>
    /// <param name="countsPerBucket">How many latencies fell into each bucket, as <see cref="LatencyBuckets.IndexOf"/> numbers them.</param>
    /// <param name="sumNs">Their sum, in nanoseconds.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="ArgumentException">There are not as many counts as buckets, or one is negative.</exception>
    public static LatencyBatch FromCounts(ReadOnlySpan<long> countsPerBucket, long sumNs)
    {
        var cumulative = ImmutableArray.CreateBuilder<long>(countsPerBucket.Length);
        long total = 0;
        foreach (long count in countsPerBucket)
        {
            total += count;
            cumulative.Add(total);
        }
        return new LatencyBatch(cumulative.MoveToImmutable(), sumNs);
    }
}
