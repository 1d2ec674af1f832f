using HdrHistogram;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Latencies of one VCPU, reads and writes apart, within 1 % of their value from 1 ns to 1 minute; their sums are exact, so that means are.
/// Recording allocates nothing.
/// </summary>
public sealed class LatencyRecorder
{
    private const long HighestNs = 60_000_000_000;
    private const int SignificantDigits = 2;

    /// <summary>Latencies of reads, in nanoseconds.</summary>
    public LongHistogram Reads { get; } = Empty();

    /// <summary>Latencies of writes, in nanoseconds.</summary>
    public LongHistogram Writes { get; } = Empty();

    /// <summary>
    /// How long batches took that a job does between two think times (fio's <c>thinktime_blocks</c>), in nanoseconds:
    /// from when it wanted to begin until the last I/O was done.
    /// </summary>
    public LongHistogram Batches { get; } = Empty();

    /// <summary>Sum of the latencies in <see cref="Reads"/>, in nanoseconds.</summary>
    public long ReadsSumNs { get; private set; }

    /// <summary>Sum of the latencies in <see cref="Writes"/>, in nanoseconds.</summary>
    public long WritesSumNs { get; private set; }

    /// <summary>Sum of the times in <see cref="Batches"/>, in nanoseconds.</summary>
    public long BatchesSumNs { get; private set; }

    /// <summary>Latencies of reads since the VCPU started, to be read while it runs; <see cref="Reset"/> leaves them.</summary>
    public LatencyCounts LiveReads { get; } = new();

    /// <summary>The same of writes.</summary>
    public LatencyCounts LiveWrites { get; } = new();

    /// <summary>A histogram to add others to.</summary>
    public static LongHistogram Empty() => new(1, HighestNs, SignificantDigits);

    /// <summary>Whether nothing is recorded, in the ramp time of a job.</summary>
    internal bool IsMuted { get; set; }

    /// <summary>Records that <paramref name="count"/> I/Os took this long; longer than a minute counts as a minute.</summary>
    public void Record(bool isWrite, long latencyNs, long count = 1)
    {
        if (IsMuted)
        {
            return;
        }

        latencyNs = Math.Clamp(latencyNs, 1, HighestNs);
        if (isWrite)
        {
            WritesSumNs += latencyNs * count;
        }
        else
        {
            ReadsSumNs += latencyNs * count;
        }

        (isWrite ? Writes : Reads).RecordValueWithCount(latencyNs, count);
        (isWrite ? LiveWrites : LiveReads).Add(latencyNs, count);
    }

    /// <summary>Records that a batch took this long.</summary>
    public void RecordBatch(long batchNs)
    {
        if (IsMuted)
        {
            return;
        }

        batchNs = Math.Clamp(batchNs, 1, HighestNs);
        BatchesSumNs += batchNs;
        Batches.RecordValue(batchNs);
    }

    /// <summary>Begins the measured part: forgets all but what is for those who watch.</summary>
    public void Reset()
    {
        Reads.Reset();
        Writes.Reset();
        Batches.Reset();
        (ReadsSumNs, WritesSumNs, BatchesSumNs) = (0, 0, 0);
    }

    /// <summary>Writes it down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        foreach (var histogram in new[] { Reads, Writes, Batches })
        {
            foreach (var value in histogram.RecordedValues())
            {
                to.Write7BitEncodedInt64(value.CountAddedInThisIterationStep);
                to.Write7BitEncodedInt64(value.ValueIteratedTo);
            }

            to.Write7BitEncodedInt64(0);
        }

        to.Write(ReadsSumNs);
        to.Write(WritesSumNs);
        to.Write(BatchesSumNs);
        LiveReads.SaveTo(to);
        LiveWrites.SaveTo(to);
    }

    /// <summary>Goes on from one that was written down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        foreach (var histogram in new[] { Reads, Writes, Batches })
        {
            histogram.Reset();
            while (from.Read7BitEncodedInt64() is > 0 and var count)
            {
                histogram.RecordValueWithCount(from.Read7BitEncodedInt64(), count);
            }
        }

        (ReadsSumNs, WritesSumNs, BatchesSumNs) = (from.ReadInt64(), from.ReadInt64(), from.ReadInt64());
        LiveReads.RestoreFrom(from);
        LiveWrites.RestoreFrom(from);
    }
}
