namespace Mbsa.Vm.Jobs;

/// <summary>
/// What one clone of a job did since its VM started, I/Os of its ramp time not counted. It belongs to the VM and outlives the workers
/// that write to it; only one does at a time, with plain stores.
/// </summary>
/// <param name="detail">What is counted of it beyond that; null where nobody asked.</param>
public sealed class JobRecord(JobDetail? detail = null)
{
    private const long Never = -1;
    private JobCounts _now;
    private JobCounts _before;
    private long _startNs = Never;
    private long _endNs = Never;

    /// <summary>What is counted of it beyond its I/Os; null where nobody asked.</summary>
    public JobDetail? Detail => detail;

    /// <summary>When it began, on the scenario's clock; null before.</summary>
    public long? StartNs => _startNs == Never ? null : _startNs;

    /// <summary>When it came to its end, on the scenario's clock; null before.</summary>
    public long? EndNs => _endNs == Never ? null : _endNs;

    /// <summary>Its I/Os of the measured part.</summary>
    public JobCounts Measured => new(
        _now.Reads - _before.Reads, _now.Writes - _before.Writes, _now.ReadBytes - _before.ReadBytes, _now.WriteBytes - _before.WriteBytes);

    /// <summary>What happens from now on is measured.</summary>
    public void BeginMeasuring(long nowNs)
    {
        _before = _now;
        detail?.Reset(_now, nowNs);
    }

    /// <summary>Samples its rates if somebody asked and it is time.</summary>
    /// <param name="fromNs">When its I/Os began to count.</param>
    /// <param name="nowNs">Now.</param>
    public void Sample(long fromNs, long nowNs) => detail?.Sample(_now, fromNs, nowNs);

    /// <summary>Counts I/Os of one direction that are complete.</summary>
    public void Count(bool isWrite, long operations, long bytes) => _now = isWrite
        ? _now with { Writes = _now.Writes + operations, WriteBytes = _now.WriteBytes + bytes }
        : _now with { Reads = _now.Reads + operations, ReadBytes = _now.ReadBytes + bytes };

    /// <summary>Takes note of its start; a later one, after a failure, changes nothing.</summary>
    internal void Start(long nowNs) => _startNs = _startNs == Never ? nowNs : _startNs;

    /// <summary>Takes note of its end; a later one, after a failure, changes nothing.</summary>
    internal void End(long nowNs) => _endNs = _endNs == Never ? nowNs : _endNs;

    /// <summary>Writes it down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        _now.SaveTo(to);
        _before.SaveTo(to);
        to.Write(_startNs);
        to.Write(_endNs);
        detail?.SaveTo(to);
    }

    /// <summary>Goes on from one that was written down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        (_now, _before) = (JobCounts.ReadFrom(from), JobCounts.ReadFrom(from));
        (_startNs, _endNs) = (from.ReadInt64(), from.ReadInt64());
        detail?.RestoreFrom(from);
    }
}

/// <summary>I/Os of a job.</summary>
/// <param name="Reads">Reads completed.</param>
/// <param name="Writes">Writes completed.</param>
/// <param name="ReadBytes">Bytes read.</param>
/// <param name="WriteBytes">Bytes written.</param>
public readonly record struct JobCounts(long Reads, long Writes, long ReadBytes, long WriteBytes)
{
    /// <summary>Writes them down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(Reads);
        to.Write(Writes);
        to.Write(ReadBytes);
        to.Write(WriteBytes);
    }

    /// <summary>What was written down.</summary>
    internal static JobCounts ReadFrom(BinaryReader from) => new(from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), from.ReadInt64());
}
