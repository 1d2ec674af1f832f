using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// The rates of a job as fio keeps them: each direction has an absolute schedule of its own, so one that fell behind catches up, and a
/// direction that is ahead of its schedule lets the other go first. One without a rate is never held back.
/// </summary>
internal struct JobPace
{
    private readonly double _readNsPerOperation;
    private readonly double _writeNsPerOperation;
    private readonly bool _isMix;
    private double _readNs;
    private double _writeNs;

    /// <summary>The pace of a job whose schedules begin at a time, in nanoseconds of the scenario's clock.</summary>
    public JobPace(JobSpec spec, OperationSource source, long startNs)
    {
        _readNsPerOperation = NsPerOperation(spec.ReadRateBytesPerSecond, spec.ReadRateIops, spec.ReadBlockBytes);
        _writeNsPerOperation = NsPerOperation(spec.WriteRateBytesPerSecond, spec.WriteRateIops, spec.WriteBlockBytes);
        _readNs = source.Reads ? startNs : double.PositiveInfinity;
        _writeNs = source.Writes ? startNs : double.PositiveInfinity;
        _isMix = source.Reads && source.Writes && HasRate;
    }

    /// <summary>Whether a job has a rate in any direction.</summary>
    public static bool IsOf(JobSpec spec) =>
        (spec.ReadRateBytesPerSecond ?? spec.WriteRateBytesPerSecond ?? spec.ReadRateIops ?? spec.WriteRateIops) is not null;

    /// <summary>Whether a direction has a rate.</summary>
    public readonly bool HasRate => _readNsPerOperation > 0 || _writeNsPerOperation > 0;

    /// <summary>When the next operation is due, of the direction that is due first.</summary>
    public readonly double NextNs => Math.Min(_readNs, _writeNs);

    /// <summary>Goes to a random place between two operations of each direction that has a rate and is in use.</summary>
    public void BeginSomewhere(JobRhythm rhythm)
    {
        _readNs += _readNsPerOperation > 0 && _readNs < double.PositiveInfinity ? rhythm.PlaceNs(_readNsPerOperation) : 0;
        _writeNs += _writeNsPerOperation > 0 && _writeNs < double.PositiveInfinity ? rhythm.PlaceNs(_writeNsPerOperation) : 0;
    }

    /// <summary>Begins no schedule before a time: there is nothing to catch up with.</summary>
    public void BeginAt(long startNs) => (_readNs, _writeNs) = (Math.Max(_readNs, startNs), Math.Max(_writeNs, startNs));

    /// <summary>Takes note of an operation.</summary>
    public void Count(bool isWrite)
    {
        if (isWrite)
        {
            _writeNs += _writeNsPerOperation;
        }
        else
        {
            _readNs += _readNsPerOperation;
        }
    }

    /// <summary>
    /// Which direction has to let the other go first at a time. Never both: of two that are ahead, the one that is due later.
    /// </summary>
    public readonly Holding HeldAt(long nowNs)
    {
        if (!_isMix)
        {
            return default;
        }

        var (reads, writes) = (_readNs > nowNs, _writeNs > nowNs);
        return reads && writes ? new Holding(_readNs > _writeNs, _readNs <= _writeNs) : new Holding(reads, writes);
    }

    /// <summary>Writes down where it stands.</summary>
    public readonly void SaveTo(BinaryWriter to)
    {
        to.Write(_readNs);
        to.Write(_writeNs);
    }

    /// <summary>Goes on where one like it stood.</summary>
    public void RestoreFrom(BinaryReader from) => (_readNs, _writeNs) = (from.ReadDouble(), from.ReadDouble());

    private static double NsPerOperation(double? bytesPerSecond, double? operationsPerSecond, int blockBytes) => Math.Max(
        bytesPerSecond is { } bytes ? blockBytes * 1e9 / bytes : 0,
        operationsPerSecond is { } operations ? 1e9 / operations : 0);
}
