using System.Collections.Immutable;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// What fio's report has of a job beyond its counts: latencies, how they spread, queue depths, samples of its rates, core time. It is kept
/// only in runs that are asked for that report. One thread writes, with plain stores, and nothing is allocated.
/// </summary>
/// <param name="samplePeriodNs">Time between two samples of the rates, in nanoseconds.</param>
public sealed class JobDetail(long samplePeriodNs)
{
    /// <summary>Classes of latencies: ten below 1 us, ten below 1 ms and twelve above.</summary>
    public const int LatencyClasses = 32;

    /// <summary>Classes of depths.</summary>
    public const int DepthClasses = 7;

    private readonly DirectionDetail _reads = new();
    private readonly DirectionDetail _writes = new();
    private readonly long[] _latencies = new long[LatencyClasses];
    private readonly long[] _depths = new long[DepthClasses];
    private readonly long[] _answers = new long[DepthClasses];
    private JobCounts _sampled;
    private long _sampledNs;
    private long _answeredNs;
    private int _together;
    private long _userNs;
    private long _systemNs;

    /// <summary>Counts I/Os that took equally long.</summary>
    /// <param name="isWrite">Their direction.</param>
    /// <param name="submittedNs">Of an asynchronous engine, how long until they were submitted; null of a synchronous one.</param>
    /// <param name="latencyNs">How long they took, from when they were asked for.</param>
    /// <param name="count">How many.</param>
    public void Record(bool isWrite, long? submittedNs, long latencyNs, long count) =>
        _latencies[LatencyClassOf((isWrite ? _writes : _reads).Add(submittedNs, latencyNs, count))] += count;

    /// <summary>An I/O was submitted, and this many are in flight with it.</summary>
    public void Submit(int inFlight) => _depths[Math.Min(DepthClasses - 1, int.Log2(Math.Max(1, inFlight)))]++;

    /// <summary>An I/O came back; those of one moment came back together.</summary>
    public void Answer(long nowNs)
    {
        if (nowNs != _answeredNs)
        {
            EndAnswer();
        }

        (_answeredNs, _together) = (nowNs, _together + 1);
    }

    /// <summary>Its VCPU held a core for it.</summary>
    /// <param name="heldNs">How long, in nanoseconds.</param>
    /// <param name="isSystem">Whether in the guest's kernel and below.</param>
    public void Hold(long heldNs, bool isSystem)
    {
        _userNs += isSystem ? 0 : heldNs;
        _systemNs += isSystem ? heldNs : 0;
    }

    /// <summary>Takes a sample of the rates if it is time for one.</summary>
    /// <param name="counts">The job's I/Os so far.</param>
    /// <param name="fromNs">When the job's I/Os began to count.</param>
    /// <param name="nowNs">Now.</param>
    public void Sample(in JobCounts counts, long fromNs, long nowNs)
    {
        var spentNs = nowNs - Math.Max(_sampledNs, fromNs);
        if (spentNs >= samplePeriodNs)
        {
            _reads.Sample(counts.Reads - _sampled.Reads, counts.ReadBytes - _sampled.ReadBytes, spentNs);
            _writes.Sample(counts.Writes - _sampled.Writes, counts.WriteBytes - _sampled.WriteBytes, spentNs);
            (_sampled, _sampledNs) = (counts, nowNs);
        }
    }

    /// <summary>The measured part begins: forgets all that was before.</summary>
    /// <param name="counts">The job's I/Os so far.</param>
    /// <param name="nowNs">Now.</param>
    public void Reset(in JobCounts counts, long nowNs)
    {
        _reads.Reset();
        _writes.Reset();
        Array.Clear(_latencies);
        Array.Clear(_depths);
        Array.Clear(_answers);
        (_sampled, _sampledNs, _together, _userNs, _systemNs) = (counts, nowNs, 0, 0, 0);
    }

    /// <summary>What was counted.</summary>
    public JobFacts Facts()
    {
        EndAnswer();
        return new JobFacts
        {
            Read = _reads.Facts(),
            Write = _writes.Facts(),
            Latencies = [.. _latencies],
            Depths = [.. _depths],
            Answers = [.. _answers],
            UserNs = _userNs,
            SystemNs = _systemNs,
        };
    }

    /// <summary>Writes it down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        _reads.SaveTo(to);
        _writes.SaveTo(to);
        foreach (var counts in (ReadOnlySpan<long[]>)[_latencies, _depths, _answers])
        {
            foreach (var count in counts)
            {
                to.Write(count);
            }
        }

        _sampled.SaveTo(to);
        to.Write(_sampledNs);
        to.Write(_answeredNs);
        to.Write(_together);
        to.Write(_userNs);
        to.Write(_systemNs);
    }

    /// <summary>Goes on from one that was written down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        _reads.RestoreFrom(from);
        _writes.RestoreFrom(from);
        foreach (var counts in (ReadOnlySpan<long[]>)[_latencies, _depths, _answers])
        {
            foreach (ref var count in counts.AsSpan())
            {
                count = from.ReadInt64();
            }
        }

        (_sampled, _sampledNs, _answeredNs) = (JobCounts.ReadFrom(from), from.ReadInt64(), from.ReadInt64());
        (_together, _userNs, _systemNs) = (from.ReadInt32(), from.ReadInt64(), from.ReadInt64());
    }

    private void EndAnswer()
    {
        if (_together > 0)
        {
            // 1 to 4, 5 to 8, 9 to 16 and so on; the first class is for none at all.
            var place = _together <= 4 ? 1 : int.Log2(_together - 1);
            _answers[Math.Min(DepthClasses - 1, place)]++;
            _together = 0;
        }
    }

    private static int LatencyClassOf(long ns) => ns switch
    {
        < 1_000 => ClassWithin(ns),
        < 1_000_000 => 10 + ClassWithin(ns / 1_000),
        < 1_000_000_000 => 20 + ClassWithin(ns / 1_000_000),
        < 2_000_000_000 => 30,
        _ => 31,
    };

    private static int ClassWithin(long value) => value switch
    {
        < 2 => 0,
        < 4 => 1,
        < 10 => 2,
        < 20 => 3,
        < 50 => 4,
        < 100 => 5,
        < 250 => 6,
        < 500 => 7,
        < 750 => 8,
        _ => 9,
    };
}

/// <summary>What fio's report has of a job beyond its counts.</summary>
public sealed record JobFacts
{
    /// <summary>Its reads.</summary>
    public DirectionFacts Read { get; init; } = new();

    /// <summary>Its writes.</summary>
    public DirectionFacts Write { get; init; } = new();

    /// <summary>Completion latencies by class, both directions: fio's <c>latency_ns</c>, <c>latency_us</c> and <c>latency_ms</c>.</summary>
    public ImmutableArray<long> Latencies { get; init; } = [.. new long[JobDetail.LatencyClasses]];

    /// <summary>I/Os by how many were in flight with them: 1, 2, 4 to 64. Empty classes where the path has no queue.</summary>
    public ImmutableArray<long> Depths { get; init; } = [.. new long[JobDetail.DepthClasses]];

    /// <summary>How many I/Os came back together: none, up to 4, 8 to 64, more. Empty classes where the path has no queue.</summary>
    public ImmutableArray<long> Answers { get; init; } = [.. new long[JobDetail.DepthClasses]];

    /// <summary>Core time its VCPU held for it outside of the guest's kernel, in nanoseconds.</summary>
    public long UserNs { get; init; }

    /// <summary>Core time its VCPU held for it in the guest's kernel and below, in nanoseconds.</summary>
    public long SystemNs { get; init; }

    /// <summary>Those of both.</summary>
    public static JobFacts operator +(JobFacts a, JobFacts b) => new()
    {
        Read = a.Read + b.Read,
        Write = a.Write + b.Write,
        Latencies = Sum(a.Latencies, b.Latencies),
        Depths = Sum(a.Depths, b.Depths),
        Answers = Sum(a.Answers, b.Answers),
        UserNs = a.UserNs + b.UserNs,
        SystemNs = a.SystemNs + b.SystemNs,
    };

    /// <summary>Those of both.</summary>
    public static JobFacts Add(JobFacts left, JobFacts right) => left + right;

    private static ImmutableArray<long> Sum(ImmutableArray<long> a, ImmutableArray<long> b) => [.. a.Zip(b, (x, y) => x + y)];
}
