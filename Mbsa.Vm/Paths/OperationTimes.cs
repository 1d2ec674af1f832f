using Mbsa.Nvm.Timing;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Paths;

/// <summary>
/// What one I/O asks of the host, per direction and adjacency, worked out once per job: the timing half of an I/O, apart from its bytes.
/// </summary>
public sealed class OperationTimes
{
    private readonly WorkVector[] _work = new WorkVector[4];
    private readonly double[] _aloneNs = new double[4];
    private readonly double _busNsPerByte;
    private readonly WorkVector _relocation, _record;
    private readonly PathCosts _costs;
    private readonly DeviceProfile _device;
    private readonly ProtectionTimes? _protection;
    private readonly double _engineNs;
    private readonly int _readBytes, _writeBytes;

    /// <summary>Works out the four kinds of I/O of a job.</summary>
    /// <param name="costs">Core time on the job's path.</param>
    /// <param name="device">The NVM behind it.</param>
    /// <param name="busBytesPerSecond">What the machine's memory bus carries.</param>
    /// <param name="readBytes">Length of a read, of several the longest.</param>
    /// <param name="writeBytes">Length of a write, of several the longest.</param>
    /// <param name="protection">What the protection adds to the path's costs; null for nothing.</param>
    /// <param name="engineNs">What the job's engine adds to the software of an I/O, in nanoseconds.</param>
    /// <param name="hasSeveralLengths">Whether reads, or writes, are not all as long as one another.</param>
    public OperationTimes(
        PathCosts costs, DeviceProfile device, double busBytesPerSecond, int readBytes,
        int writeBytes, ProtectionTimes? protection = null, double engineNs = 0, bool hasSeveralLengths = false)
    {
        (_costs, _device, _protection, _engineNs) = (costs, device, protection, engineNs);
        (_readBytes, _writeBytes, HasSeveralLengths) = (readBytes, writeBytes, hasSeveralLengths);
        _busNsPerByte = 1e9 / busBytesPerSecond;
        for (var kind = 0; kind < 4; kind++)
        {
            _work[kind] = WorkOf(kind, (kind & 2) != 0 ? writeBytes : readBytes);
            _aloneNs[kind] = AloneNs(_work[kind]);
        }

        const int block = BlockStorage.BlockBytes;
        _relocation = Bytes(costs.Read, device, isWrite: false, block) + Bytes(costs.Write, device, isWrite: true, block);
        _record = Bytes(costs.Write, device, isWrite: true, WearWork.RecordBytes);
    }

    /// <summary>Whether reads, or writes, are not all as long as one another.</summary>
    public bool HasSeveralLengths { get; }

    /// <summary>What an I/O of the job asks of the host.</summary>
    public WorkVector Work(in IoOperation operation)
    {
        var kind = KindOf(operation.IsWrite, operation.IsSequential);
        return operation.LengthBytes == (operation.IsWrite ? _writeBytes : _readBytes) ? _work[kind]
            : WorkOf(kind, operation.LengthBytes);
    }

    /// <summary>How long an I/O of the job takes alone on the host, in nanoseconds.</summary>
    public double AloneNs(in IoOperation operation) => AloneNs(Work(operation));

    /// <summary>What an I/O of a kind asks of the host on the average, of a length that need not be one of an I/O.</summary>
    public WorkVector WorkOf(int kind, double meanBytes) => _work[kind] is var whole && meanBytes == whole.BusBytes ? whole
        : WorkOf(kind, (int)(meanBytes + 0.5));

    /// <summary>The four work vectors, by <see cref="KindOf"/>, of the longest I/Os.</summary>
    public ReadOnlySpan<WorkVector> ByKind => _work;

    /// <summary>How long an I/O of each kind takes alone on the host, in nanoseconds, by <see cref="KindOf"/>.</summary>
    public ReadOnlySpan<double> AloneNsByKind => _aloneNs;

    /// <summary>
    /// How long work takes alone on the host, in nanoseconds: as long as the slowest of core, bus and NVM, as on a timeline.
    /// </summary>
    public double AloneNs(in WorkVector work) => Math.Max(Math.Max(work.CoreNs, work.BusBytes * _busNsPerByte), work.NvmNs);

    /// <summary>How long the longest I/O of the directions in use takes alone on the host, in nanoseconds.</summary>
    public double LongestNs(bool reads, bool writes)
    {
        var longestNs = 0d;
        for (var kind = 0; kind < _aloneNs.Length; kind++)
        {
            longestNs = ((kind & 2) != 0 ? writes : reads) ? Math.Max(longestNs, _aloneNs[kind]) : longestNs;
        }

        return longestNs;
    }

    /// <summary>
    /// What wear levelling asks of the host beside the I/Os: a block moved is read and written somewhere else,
    /// a record is a line written somewhere else. It happens inside an I/O, so the software in front of one is not paid again.
    /// </summary>
    public WorkVector Of(WearWork wear) => new(
        wear.Relocations * _relocation.CoreNs + wear.Records * _record.CoreNs,
        wear.Relocations * _relocation.BusBytes + wear.Records * _record.BusBytes,
        wear.Relocations * _relocation.NvmNs + wear.Records * _record.NvmNs);

    private WorkVector WorkOf(int kind, int bytes)
    {
        var isWrite = (kind & 2) != 0;
        var isRandom = (kind & 1) != 0;
        var cost = isWrite ? _costs.Write : _costs.Read;
        var factor = isWrite ? _device.WriteLatencyFactor : _device.ReadLatencyFactor;
        var coreNs = cost.OperationNs + bytes * cost.NsPerByte * factor + (isRandom ? cost.RandomNs : 0)
            + (_protection?.ExtraNs(isWrite, bytes) ?? 0) + _engineNs;

        // Whatever a profile says, an I/O takes a nanosecond: free ones would never use up a quantum.
        return new WorkVector(Math.Max(1, coreNs), bytes, _device.BusyNs(isWrite, bytes));
    }

    /// <summary>Index of an I/O's kind: bit 0 random, bit 1 write.</summary>
    public static int KindOf(bool isWrite, bool isSequential) => (isWrite ? 2 : 0) | (isSequential ? 0 : 1);

    private static WorkVector Bytes(OperationCost cost, DeviceProfile device, bool isWrite, int bytes) => new(
        bytes * cost.NsPerByte * (isWrite ? device.WriteLatencyFactor : device.ReadLatencyFactor)
        + cost.RandomNs, bytes, device.BusyNs(isWrite, bytes));
}
