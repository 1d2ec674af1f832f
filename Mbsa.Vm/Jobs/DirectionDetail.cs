using System.Collections.Immutable;

namespace Mbsa.Vm.Jobs;

/// <summary>What fio reports of one direction of a job's I/O beyond its counts, while it is being counted. One thread writes.</summary>
internal sealed class DirectionDetail
{
    private readonly long[] _buckets = new long[FioBuckets.Count];
    private Moments _submission;
    private Moments _completion;
    private Moments _total;
    private Moments _bandwidth;
    private Moments _rate;

    /// <summary>Counts I/Os that took equally long.</summary>
    /// <param name="submittedNs">Of an asynchronous engine, how long until they were submitted; null of a synchronous one.</param>
    /// <param name="latencyNs">How long they took, from when they were asked for.</param>
    /// <param name="count">How many.</param>
    /// <returns>How long they took from when they were submitted: fio's completion latency.</returns>
    public long Add(long? submittedNs, long latencyNs, long count)
    {
        var completionNs = latencyNs - (submittedNs ?? 0);
        _submission = submittedNs is { } ns ? _submission.With(ns, count) : _submission;
        _completion = _completion.With(completionNs, count);
        _total = _total.With(latencyNs, count);
        _buckets[FioBuckets.IndexOf(completionNs)] += count;
        return completionNs;
    }

    /// <summary>Takes a sample of its rates; none of a stretch without I/O, as in fio.</summary>
    public void Sample(long operations, long bytes, long spentNs)
    {
        if (operations > 0)
        {
            _bandwidth = _bandwidth.With((long)((Int128)bytes * 1_000_000_000 / spentNs / 1024), 1);
            _rate = _rate.With((long)((Int128)operations * 1_000_000_000 / spentNs), 1);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Reset()
    {
        Array.Clear(_buckets);
        _submission = _completion = _total = _bandwidth = _rate = default;
    }

    /// <summary>What was counted.</summary>
    public DirectionFacts Facts() => new()
    {
        Submission = _submission,
        Completion = _completion,
        Total = _total,
        Bandwidth = RateSamples.Of(_bandwidth),
        Rate = RateSamples.Of(_rate),
        Bins = [.. _buckets.Index().Where(each => each.Item > 0).Select(each => new LatencyBin(each.Index, each.Item))],
    };

    /// <summary>Writes it down.</summary>
    public void SaveTo(BinaryWriter to)
    {
        foreach (var moments in (ReadOnlySpan<Moments>)[_submission, _completion, _total, _bandwidth, _rate])
        {
            moments.SaveTo(to);
        }

        foreach (var count in _buckets)
        {
            to.Write7BitEncodedInt64(count);
        }
    }

    /// <summary>Goes on from one that was written down.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        Moments Next() => Moments.ReadFrom(from);
        (_submission, _completion, _total, _bandwidth, _rate) = (Next(), Next(), Next(), Next(), Next());
        foreach (ref var count in _buckets.AsSpan())
        {
            count = from.Read7BitEncodedInt64();
        }
    }
}

/// <summary>What fio reports of one direction of a job's I/O beyond its counts.</summary>
public sealed record DirectionFacts
{
    /// <summary>fio's slat, in nanoseconds: from when an I/O was asked for until it was submitted; none of a synchronous engine.</summary>
    public Moments Submission { get; init; }

    /// <summary>fio's clat, in nanoseconds: from there until it was done.</summary>
    public Moments Completion { get; init; }

    /// <summary>fio's lat, in nanoseconds: both together.</summary>
    public Moments Total { get; init; }

    /// <summary>Samples of the bandwidth, in KiB per second.</summary>
    public RateSamples Bandwidth { get; init; }

    /// <summary>Samples of the rate, in I/Os per second.</summary>
    public RateSamples Rate { get; init; }

    /// <summary>The completion latencies by <see cref="FioBuckets"/>, in their order, without empty ones.</summary>
    public ImmutableArray<LatencyBin> Bins { get; init; } = [];

    /// <summary>Those of both.</summary>
    public static DirectionFacts operator +(DirectionFacts a, DirectionFacts b) => new()
    {
        Submission = a.Submission + b.Submission,
        Completion = a.Completion + b.Completion,
        Total = a.Total + b.Total,
        Bandwidth = a.Bandwidth + b.Bandwidth,
        Rate = a.Rate + b.Rate,
        Bins =
        [
            .. a.Bins.Concat(b.Bins).GroupBy(bin => bin.Bucket).OrderBy(bins => bins.Key)
                .Select(bins => new LatencyBin(bins.Key, bins.Sum(bin => bin.Count))),
        ],
    };

    /// <summary>Those of both.</summary>
    public static DirectionFacts Add(DirectionFacts left, DirectionFacts right) => left + right;
}

/// <summary>A bucket of <see cref="FioBuckets"/> and how many I/Os are in it.</summary>
public readonly record struct LatencyBin(int Bucket, long Count);

/// <summary>
/// Samples of a rate. Those of several clones are added up as fio does: what they come to together, not what one of them has.
/// </summary>
/// <param name="Count">How many.</param>
/// <param name="Min">The smallest; 0 when there are none.</param>
/// <param name="Max">The largest; 0 when there are none.</param>
/// <param name="Mean">Their mean; 0 when there are none.</param>
/// <param name="SquaredDeviations">Sum of the squares of what they differ from it.</param>
public readonly record struct RateSamples(long Count, long Min, long Max, double Mean, double SquaredDeviations)
{
    /// <summary>Their standard deviation, of a sample; 0 of fewer than two.</summary>
    public double Deviation => Count < 2 ? 0 : Math.Sqrt(SquaredDeviations / (Count - 1));

    /// <summary>Those of one clone.</summary>
    public static RateSamples Of(Moments samples) => new(samples.Count, samples.Min, samples.Max, samples.Mean,
        samples.Count < 2 ? 0 : samples.Deviation * samples.Deviation * (samples.Count - 1));

    /// <summary>Those of both.</summary>
    public static RateSamples operator +(RateSamples a, RateSamples b) =>
        new(a.Count + b.Count, a.Min + b.Min, a.Max + b.Max, a.Mean + b.Mean, a.SquaredDeviations + b.SquaredDeviations);

    /// <summary>Those of both.</summary>
    public static RateSamples Add(RateSamples left, RateSamples right) => left + right;
}
