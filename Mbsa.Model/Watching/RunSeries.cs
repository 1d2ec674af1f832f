using System.Collections.Immutable;

namespace Mbsa.Model.Watching;

/// <summary>
/// A run as a time series, warm-up included: a point for every stretch of the scenario's clock. Whoever lets time pass says so; a point
/// is taken from the counters when its time has come, without stopping anybody. Any thread may read.
/// </summary>
/// <param name="periodNs">Length of a point, in nanoseconds; it ends at the first moment after that.</param>
/// <param name="snapshot">Every VM as it stands.</param>
public sealed class RunSeries(long periodNs, Func<ImmutableArray<VmSample>> snapshot)
{
    private readonly Lock _lock = new();
    private readonly long _periodNs = periodNs;
    private readonly Func<ImmutableArray<VmSample>> _snapshot = snapshot;
    private ImmutableArray<VmSample> _earlier = snapshot();
    private ImmutableArray<VmSample> _beforeLast;
    private ImmutableList<SeriesPoint> _points = [];
    private long _nextNs = periodNs;
    private long _startNs;

    /// <summary>The points so far.</summary>
    public ImmutableList<SeriesPoint> Points => Volatile.Read(ref _points);

    /// <summary>Time has passed.</summary>
    /// <param name="nowNs">The scenario's clock.</param>
    public void Advance(long nowNs)
    {
        if (nowNs < Volatile.Read(ref _nextNs))
        {
            return;
        }

        lock (_lock)
        {
            if (nowNs >= _nextNs)
            {
                var now = _snapshot();
                Volatile.Write(ref _points, _points.Add(Between(_startNs, nowNs, _earlier, now)));
                (_beforeLast, _earlier, _startNs) = (_earlier, now, nowNs);
                Volatile.Write(ref _nextNs, EndOfPointAfter(nowNs, _periodNs));
            }
        }
    }

    /// <summary>
    /// The run is over: what is left is the last point, or part of the one before when it is less than half a point, of which a few
    /// quanta more or less would make a peak or a drop.
    /// </summary>
    /// <param name="nowNs">The scenario's clock.</param>
    public void End(long nowNs)
    {
        lock (_lock)
        {
            if (nowNs <= _startNs)
            {
                return;
            }

            var now = _snapshot();
            Volatile.Write(ref _points, _points.Count > 0 && nowNs - _startNs < _periodNs / 2
                ? _points.SetItem(_points.Count - 1, Between(_points[^1].StartNs, nowNs, _beforeLast, now))
                : _points.Add(Between(_startNs, nowNs, _earlier, now)));
            (_earlier, _startNs) = (now, nowNs);
            Volatile.Write(ref _nextNs, long.MaxValue);
        }
    }

    private static SeriesPoint Between(long startNs, long endNs, ImmutableArray<VmSample> earlier, ImmutableArray<VmSample> later) =>
        new(startNs, endNs, [.. later.Zip(earlier, VmPoint.Between)]);

    /// <summary>When the point that begins at a time is due, in nanoseconds of the same clock.</summary>
    public static long EndOfPointAfter(long startNs, long periodNs) => (startNs / periodNs + 1) * periodNs;
}

/// <summary>A stretch of the scenario's clock.</summary>
/// <param name="StartNs">Its start, in nanoseconds since the VMs started.</param>
/// <param name="EndNs">Its end.</param>
/// <param name="Vms">What each VM did in it, in the scenario's order.</param>
public sealed record SeriesPoint(long StartNs, long EndNs, ImmutableArray<VmPoint> Vms);

/// <summary>What a VM did in a stretch of time.</summary>
/// <param name="Operations">I/Os completed.</param>
/// <param name="ReadBytes">Bytes read.</param>
/// <param name="WriteBytes">Bytes written.</param>
/// <param name="CpuNs">Core time used, in nanoseconds.</param>
/// <param name="WaitingNs">Time its VCPUs were ready to run and did not, in nanoseconds, summed over VCPUs.</param>
/// <param name="Share">The part of the host that it got, as a share of the resource it used most.</param>
/// <param name="PlannedShare">The part that was planned for it at the end; not a number where none was.</param>
/// <param name="P50Ns">Median of its latencies, from buckets; not a number without I/O.</param>
/// <param name="P99Ns">99th percentile of its latencies; not a number without I/O.</param>
public readonly record struct VmPoint(
    long Operations, long ReadBytes, long WriteBytes, long CpuNs, long WaitingNs, float Share, float PlannedShare, float P50Ns, float P99Ns)
{
    /// <summary>What happened between two samples of one VM.</summary>
    internal static VmPoint Between(VmSample later, VmSample earlier)
    {
        var latencies = LatencyBatch.Sum(
            LatencyBatch.Since(later.ReadLatency, earlier.ReadLatency), LatencyBatch.Since(later.WriteLatency, earlier.WriteLatency));
        return new VmPoint(
            later.Operations - earlier.Operations,
            later.ReadBytes - earlier.ReadBytes,
            later.WriteBytes - earlier.WriteBytes,
            later.CpuNs - earlier.CpuNs,
            later.WaitingNs - earlier.WaitingNs,
            (float)(later.ShareSince(earlier) ?? 0),
            (float)(later.PlannedShare ?? double.NaN),
            (float)(latencies?.Quantile(0.5) ?? double.NaN),
            (float)(latencies?.Quantile(0.99) ?? double.NaN));
    }
}
