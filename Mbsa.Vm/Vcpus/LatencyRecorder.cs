using HdrHistogram;
using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Latencies of one VCPU, reads and writes apart, within 1 % of their value from 1 ns to more than any run lasts; their sums and extremes
/// are exact, and so are means. Recording allocates nothing.
/// </summary>
public sealed class LatencyRecorder
{
    // 104 days: an I/O may begin in a warm-up of 30 days and end in a measured part of 30 days.
    private const long HighestNs = 1L << 53;
    private const int SignificantDigits = 2;
    private JobDetail? _detail;

    /// <summary>Latencies of reads, in nanoseconds.</summary>
    public LongHistogram Reads { get; } = Empty();

    /// <summary>Latencies of writes, in nanoseconds.</summary>
    public LongHistogram Writes { get; } = Empty();

    /// <summary>
    /// How long batches took that a job does between two think times (fio's <c>thinktime_blocks</c>), in nanoseconds:
    /// from when it wanted to begin until the last I/O was done.
    /// </summary>
    public LongHistogram Batches { get; } = Empty();

    /// <summary>Sum and extremes of the latencies in <see cref="Reads"/>.</summary>
    public LatencyTotals ReadTotals { get; } = new();

    /// <summary>Sum and extremes of the latencies in <see cref="Writes"/>.</summary>
    public LatencyTotals WriteTotals { get; } = new();

    /// <summary>Sum and extremes of the times in <see cref="Batches"/>.</summary>
    public LatencyTotals BatchTotals { get; } = new();

    /// <summary>Latencies of reads since the VCPU started, to be read while it runs; <see cref="Reset"/> leaves them.</summary>
    public LatencyCounts LiveReads { get; } = new();

    /// <summary>The same of writes.</summary>
    public LatencyCounts LiveWrites { get; } = new();

    /// <summary>A histogram to add others to.</summary>
    public static LongHistogram Empty() => new(1, HighestNs, SignificantDigits);

    /// <summary>Whether nothing is recorded, in the ramp time of a job.</summary>
    internal bool IsMuted { get; private set; }

    /// <summary>Records I/Os of this job from now on, its own report included if somebody asked for it.</summary>
    /// <param name="job">The job; null for none.</param>
    /// <param name="counts">Whether its I/Os count.</param>
    internal void Follow(JobRecord? job, bool counts) => (_detail, IsMuted) = (job?.Detail, !counts);

    /// <summary>Records that I/Os took this long.</summary>
    /// <param name="isWrite">Their direction.</param>
    /// <param name="latencyNs">How long, in nanoseconds.</param>
    /// <param name="count">How many.</param>
    /// <param name="submittedNs">Of an asynchronous engine, how much of it was before they were submitted; else null.</param>
    public void Record(bool isWrite, long latencyNs, long count = 1, long? submittedNs = null)
    {
        if (IsMuted)
        {
            return;
        }

        latencyNs = Math.Clamp(latencyNs, 1, HighestNs);
        (isWrite ? WriteTotals : ReadTotals).Add(latencyNs, count);
        (isWrite ? Writes : Reads).RecordValueWithCount(latencyNs, count);
        (isWrite ? LiveWrites : LiveReads).Add(latencyNs, count);
        _detail?.Record(isWrite, submittedNs, latencyNs, count);
    }

    /// <summary>Records that a batch took this long.</summary>
    public void RecordBatch(long batchNs)
    {
        if (IsMuted)
        {
            return;
        }

        batchNs = Math.Clamp(batchNs, 1, HighestNs);
        BatchTotals.Add(batchNs);
        Batches.RecordValue(batchNs);
    }

    /// <summary>Begins the measured part: forgets all but what is for those who watch.</summary>
    public void Reset()
    {
        Reads.Reset();
        Writes.Reset();
        Batches.Reset();
        ReadTotals.Reset();
        WriteTotals.Reset();
        BatchTotals.Reset();
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

        ReadTotals.SaveTo(to);
        WriteTotals.SaveTo(to);
        BatchTotals.SaveTo(to);
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

        ReadTotals.RestoreFrom(from);
        WriteTotals.RestoreFrom(from);
        BatchTotals.RestoreFrom(from);
        LiveReads.RestoreFrom(from);
        LiveWrites.RestoreFrom(from);
    }
}
