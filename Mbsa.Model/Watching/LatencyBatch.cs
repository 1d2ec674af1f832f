using System.Collections.Immutable;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Model.Watching;

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
    /// <param name="countsPerBucket">
    /// How many latencies fell into each bucket, as <see cref="LatencyBuckets.IndexOf"/> numbers them.
    /// </param>
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

    /// <summary>The latencies between two moments.</summary>
    /// <param name="later">All until the later moment; null when there were none.</param>
    /// <param name="earlier">All until the earlier one; null when there were none.</param>
    /// <returns>Null when there were none between.</returns>
    public static LatencyBatch? Since(LatencyBatch? later, LatencyBatch? earlier)
    {
        if (later is null || earlier is null)
        {
            return later;
        }

        // The counts of a worker that goes on counting are read one after the other: a bucket below can be behind one above.
        var counts = new long[LatencyBuckets.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = Math.Max(0, later.InBucket(i) - earlier.InBucket(i));
        }
        return later.Count > earlier.Count ? FromCounts(counts, later.SumNs - earlier.SumNs) : null;
    }

    /// <summary>The latencies of two batches together.</summary>
    /// <returns>Null when both are.</returns>
    public static LatencyBatch? Sum(LatencyBatch? first, LatencyBatch? second) => (first, second) switch
    {
        (null, _) => second,
        (_, null) => first,
        _ => new LatencyBatch([.. first.CumulativeCounts.Zip(second.CumulativeCounts, (a, b) => a + b)], first.SumNs + second.SumNs),
    };

    /// <summary>Number of latencies.</summary>
    public long Count => CumulativeCounts[^1];

    /// <summary>
    /// A quantile, as Prometheus works it out: within its bucket latencies are taken to be spread evenly; above the last bound it is
    /// that bound.
    /// </summary>
    /// <param name="quantile">Which, 0 to 1: 0.99 is the latency that 99 of 100 do not exceed.</param>
    /// <returns>In nanoseconds; not a number when there are no latencies.</returns>
    public double Quantile(double quantile)
    {
        if (Count == 0)
        {
            return double.NaN;
        }

        double rank = quantile * Count;
        int bucket = 0;
        while (bucket < LatencyBuckets.Count - 1 && CumulativeCounts[bucket] < rank)
        {
            bucket++;
        }
        if (bucket == LatencyBuckets.Count - 1)
        {
            return LatencyBuckets.BoundariesNs[^1];
        }
        double low = bucket == 0 ? 0 : LatencyBuckets.BoundariesNs[bucket - 1];
        double below = bucket == 0 ? 0 : CumulativeCounts[bucket - 1];
        return InBucket(bucket) == 0 ? low : low + (LatencyBuckets.BoundariesNs[bucket] - low) * (rank - below) / InBucket(bucket);
    }

    private long InBucket(int bucket) => CumulativeCounts[bucket] - (bucket == 0 ? 0 : CumulativeCounts[bucket - 1]);
}
