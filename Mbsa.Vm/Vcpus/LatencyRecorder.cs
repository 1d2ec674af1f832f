using HdrHistogram;

namespace Mbsa.Vm.Vcpus;

/// <summary>Latencies of one VCPU, reads and writes apart, within 1 % of their value from 1 ns to 1 minute. Recording allocates nothing.</summary>
public sealed class LatencyRecorder
{
    private const long HighestNs = 60_000_000_000;
    private const int SignificantDigits = 2;

    /// <summary>Latencies of reads, in nanoseconds.</summary>
    public LongHistogram Reads { get; } = Empty();

    /// <summary>Latencies of writes, in nanoseconds.</summary>
    public LongHistogram Writes { get; } = Empty();

    /// <summary>Latencies of reads since the VCPU started, to be read while it runs; <see cref="Reset"/> leaves them.</summary>
    public LatencyCounts LiveReads { get; } = new();

    /// <summary>The same of writes.</summary>
    public LatencyCounts LiveWrites { get; } = new();

    /// <summary>A histogram to add others to.</summary>
    public static LongHistogram Empty() => new(1, HighestNs, SignificantDigits);

    /// <summary>Records that <paramref name="count"/> I/Os took this long; longer than a minute counts as a minute.</summary>
    public void Record(bool isWrite, long latencyNs, long count = 1)
    {
        latencyNs = Math.Clamp(latencyNs, 1, HighestNs);
        (isWrite ? Writes : Reads).RecordValueWithCount(latencyNs, count);
        (isWrite ? LiveWrites : LiveReads).Add(latencyNs, count);
    }

    /// <summary>Begins the measured part: forgets what <see cref="Reads"/> and <see cref="Writes"/> hold.</summary>
    public void Reset()
    {
        Reads.Reset();
        Writes.Reset();
    }
}
