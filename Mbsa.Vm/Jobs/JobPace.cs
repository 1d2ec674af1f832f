using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// The rates of a job as fio keeps them: each direction has an absolute schedule of its own, so one that fell behind catches up, and a
/// direction that is ahead of its schedule lets the other go first. One without a rate is never held back.
/// </summary>
internal struct JobPace
{
    private readonly DirectionRate _reads;
    private readonly DirectionRate _writes;
    private readonly bool _isMix;
    private double _readNs;
    private double _writeNs;

    /// <summary>The pace of a job whose schedules begin at a time, in nanoseconds of the scenario's clock.</summary>
    public JobPace(JobSpec spec, OperationSource source, long startNs)
    {
        _reads = new DirectionRate(spec, isWrite: false);
        _writes = new DirectionRate(spec, isWrite: true);
        _readNs = source.Reads ? startNs : double.PositiveInfinity;
        _writeNs = source.Writes ? startNs : double.PositiveInfinity;
        _isMix = source.Reads && source.Writes && HasRate;
    }

    /// <summary>Whether a job has a rate in any direction.</summary>
    public static bool IsOf(JobSpec spec) =>
        (spec.ReadRateBytesPerSecond ?? spec.WriteRateBytesPerSecond ?? spec.ReadRateIops ?? spec.WriteRateIops) is not null;

    /// <summary>Whether a direction has a rate.</summary>
    public readonly bool HasRate => _reads.IsLimit || _writes.IsLimit;

    /// <summary>When the next operation is due, of the direction that is due first.</summary>
    public readonly double NextNs => Math.Min(_readNs, _writeNs);

    /// <summary>Goes to a random place between two operations of each direction that has a rate and is in use.</summary>
    public void BeginSomewhere(JobRhythm rhythm)
    {
        _readNs += _reads.IsLimit && _readNs < double.PositiveInfinity ? rhythm.PlaceNs(_reads.SmallestNs) : 0;
        _writeNs += _writes.IsLimit && _writeNs < double.PositiveInfinity ? rhythm.PlaceNs(_writes.SmallestNs) : 0;
    }

    /// <summary>Begins no schedule before a time: there is nothing to catch up with.</summary>
    public void BeginAt(long startNs) => (_readNs, _writeNs) = (Math.Max(_readNs, startNs), Math.Max(_writeNs, startNs));

    /// <summary>Takes note of an operation.</summary>
    public void Count(bool isWrite, int lengthBytes)
    {
        if (isWrite)
        {
            _writeNs += _writes.NsOf(lengthBytes);
        }
        else
        {
            _readNs += _reads.NsOf(lengthBytes);
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

    /// <summary>
    /// The rate of reads or writes. As in fio, <c>rate_iops</c> of several sizes is one of bytes: so many of the smallest.
    /// </summary>
    private readonly struct DirectionRate
    {
        private readonly double _bytesPerSecond;
        private readonly double _nsPerOperation;
        private readonly int _minBytes;

        public DirectionRate(JobSpec spec, bool isWrite)
        {
            var bytes = (isWrite ? spec.WriteRateBytesPerSecond : spec.ReadRateBytesPerSecond) ?? double.PositiveInfinity;
            var operations = (isWrite ? spec.WriteRateIops : spec.ReadRateIops) ?? double.PositiveInfinity;
            _minBytes = spec.MinBlockBytes(isWrite);
            if (spec.BlockSizesOf(isWrite) is not null)
            {
                (bytes, operations) = (Math.Min(bytes, operations * _minBytes), double.PositiveInfinity);
            }

            (_bytesPerSecond, _nsPerOperation) = (bytes, 1e9 / operations);
        }

        public bool IsLimit => SmallestNs > 0;

        public double SmallestNs => NsOf(_minBytes);

        public double NsOf(int lengthBytes) => Math.Max(lengthBytes * 1e9 / _bytesPerSecond, _nsPerOperation);
    }
}
