namespace Mbsa.Vm.Jobs;

/// <summary>
/// What one clone of a job did since its VM started, I/Os of its ramp time not counted. It belongs to the VM and outlives the workers
/// that write to it; only one does at a time, with plain stores.
/// </summary>
public sealed class JobRecord
{
    private const long Never = -1;
    private JobCounts _now;
    private JobCounts _before;
    private long _startNs = Never;
    private long _endNs = Never;

    /// <summary>When it began, on the scenario's clock; null before.</summary>
    public long? StartNs => _startNs == Never ? null : _startNs;

    /// <summary>When it came to its end, on the scenario's clock; null before.</summary>
    public long? EndNs => _endNs == Never ? null : _endNs;

    /// <summary>Its I/Os of the measured part.</summary>
    public JobCounts Measured => new(
        _now.Reads - _before.Reads, _now.Writes - _before.Writes, _now.ReadBytes - _before.ReadBytes, _now.WriteBytes - _before.WriteBytes);

    /// <summary>What happens from now on is measured.</summary>
    public void BeginMeasuring() => _before = _now;

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
        foreach (var counts in (ReadOnlySpan<JobCounts>)[_now, _before])
        {
            to.Write(counts.Reads);
            to.Write(counts.Writes);
            to.Write(counts.ReadBytes);
            to.Write(counts.WriteBytes);
        }

        to.Write(_startNs);
        to.Write(_endNs);
    }

    /// <summary>Goes on from one that was written down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        JobCounts Counts() => new(from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), from.ReadInt64());
        (_now, _before, _startNs, _endNs) = (Counts(), Counts(), from.ReadInt64(), from.ReadInt64());
    }
}

/// <summary>I/Os of a job.</summary>
/// <param name="Reads">Reads completed.</param>
/// <param name="Writes">Writes completed.</param>
/// <param name="ReadBytes">Bytes read.</param>
/// <param name="WriteBytes">Bytes written.</param>
public readonly record struct JobCounts(long Reads, long Writes, long ReadBytes, long WriteBytes);
