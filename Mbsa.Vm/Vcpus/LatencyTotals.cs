namespace Mbsa.Vm.Vcpus;

/// <summary>
/// What is exact of many latencies beside the buckets of a histogram: their sum, the shortest and the longest. One thread writes.
/// </summary>
public sealed class LatencyTotals
{
    /// <summary>Sum of them, in nanoseconds.</summary>
    public long SumNs { get; private set; }

    /// <summary>The shortest, in nanoseconds; <see cref="long.MaxValue"/> when there are none.</summary>
    public long MinNs { get; private set; } = long.MaxValue;

    /// <summary>The longest, in nanoseconds; 0 when there are none.</summary>
    public long MaxNs { get; private set; }

    /// <summary>Takes in <paramref name="count"/> I/Os that took this long.</summary>
    public void Add(long latencyNs, long count = 1)
    {
        SumNs += latencyNs * count;
        MinNs = Math.Min(MinNs, latencyNs);
        MaxNs = Math.Max(MaxNs, latencyNs);
    }

    /// <summary>Takes in those of others.</summary>
    public void Add(LatencyTotals others) =>
        (SumNs, MinNs, MaxNs) = (SumNs + others.SumNs, Math.Min(MinNs, others.MinNs), Math.Max(MaxNs, others.MaxNs));

    /// <summary>Forgets all.</summary>
    internal void Reset() => (SumNs, MinNs, MaxNs) = (0, long.MaxValue, 0);

    /// <summary>Writes them down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(SumNs);
        to.Write(MinNs);
        to.Write(MaxNs);
    }

    /// <summary>Goes on from what was written down.</summary>
    internal void RestoreFrom(BinaryReader from) => (SumNs, MinNs, MaxNs) = (from.ReadInt64(), from.ReadInt64(), from.ReadInt64());
}
