using Mbsa.Nvm.Timing;
using Mbsa.Vm.Storage;

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

    /// <summary>Works out the four kinds of I/O of a job.</summary>
    /// <param name="costs">Core time on the job's path.</param>
    /// <param name="device">The NVM behind it.</param>
    /// <param name="busBytesPerSecond">What the machine's memory bus carries.</param>
    /// <param name="readBytes">Length of a read.</param>
    /// <param name="writeBytes">Length of a write.</param>
    /// <param name="protection">What the protection adds to the path's costs; null for nothing.</param>
    /// <param name="engineNs">What the job's engine adds to the software of an I/O, in nanoseconds.</param>
    public OperationTimes(
        PathCosts costs, DeviceProfile device, double busBytesPerSecond, int readBytes,
        int writeBytes, ProtectionTimes? protection = null, double engineNs = 0)
    {
        _busNsPerByte = 1e9 / busBytesPerSecond;
        for (var kind = 0; kind < 4; kind++)
        {
            var isWrite = (kind & 2) != 0;
            var isRandom = (kind & 1) != 0;
            var cost = isWrite ? costs.Write : costs.Read;
            var factor = isWrite ? device.WriteLatencyFactor : device.ReadLatencyFactor;
            var bytes = isWrite ? writeBytes : readBytes;
            var coreNs = cost.OperationNs + bytes * cost.NsPerByte * factor + (isRandom ? cost.RandomNs : 0)
                + (protection?.ExtraNs(isWrite, bytes) ?? 0) + engineNs;

            // Whatever a profile says, an I/O takes a nanosecond: free ones would never use up a quantum.
            _work[kind] = new WorkVector(Math.Max(1, coreNs), bytes, device.BusyNs(isWrite, bytes));
            _aloneNs[kind] = AloneNs(_work[kind]);
        }

        const int block = BlockStorage.BlockBytes;
        _relocation = Bytes(costs.Read, device, isWrite: false, block) + Bytes(costs.Write, device, isWrite: true, block);
        _record = Bytes(costs.Write, device, isWrite: true, WearWork.RecordBytes);
    }

    /// <summary>The four work vectors, by <see cref="KindOf"/>.</summary>
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

    /// <summary>Index of an I/O's kind: bit 0 random, bit 1 write.</summary>
    public static int KindOf(bool isWrite, bool isSequential) => (isWrite ? 2 : 0) | (isSequential ? 0 : 1);

    private static WorkVector Bytes(OperationCost cost, DeviceProfile device, bool isWrite, int bytes) => new(
        bytes * cost.NsPerByte * (isWrite ? device.WriteLatencyFactor : device.ReadLatencyFactor)
        + cost.RandomNs, bytes, device.BusyNs(isWrite, bytes));
}
