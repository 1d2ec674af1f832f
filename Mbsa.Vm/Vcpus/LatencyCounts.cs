namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Latencies of one VCPU in one direction since it started, counted in the buckets of <see cref="LatencyBuckets"/>.
/// Only its worker writes, with plain stores; anybody may read at any time and sees values that were true a moment ago. They only grow.
/// </summary>
public sealed class LatencyCounts
{
    private readonly long[] _counts = new long[LatencyBuckets.Count];
    private long _sumNs;

    /// <summary>Counts that <paramref name="count"/> I/Os took this long.</summary>
    public void Add(long latencyNs, long count)
    {
        _counts[LatencyBuckets.IndexOf(latencyNs)] += count;
        _sumNs += latencyNs * count;
    }

    /// <summary>Writes them down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(_sumNs);
        foreach (var count in _counts)
        {
            to.Write7BitEncodedInt64(count);
        }
    }

    /// <summary>Goes on from counts that were written down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        _sumNs = from.ReadInt64();
        foreach (ref var count in _counts.AsSpan())
        {
            count = from.Read7BitEncodedInt64();
        }
    }

    /// <summary>Adds these counts to others.</summary>
    /// <param name="counts">One for each bucket.</param>
    /// <returns>Sum of the latencies, in nanoseconds; ahead of or behind the counts by a record while the worker writes.</returns>
    /// <exception cref="ArgumentException">There are not as many counts as buckets.</exception>
    public long AddTo(Span<long> counts)
    {
        if (counts.Length != _counts.Length)
        {
            throw new ArgumentException($"There are {counts.Length} counts for {_counts.Length} buckets.", nameof(counts));
        }

        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            counts[bucket] += _counts[bucket];
        }

        return _sumNs;
    }
}
