using Mbsa.Nvm.Timing;

namespace Mbsa.Vm.Paths;

/// <summary>What one I/O asks of the host, per direction and adjacency, worked out once per job: the timing half of an I/O, apart from its bytes.</summary>
public sealed class OperationTimes
{
    private readonly WorkVector[] _work = new WorkVector[4];

    /// <summary>Works out the four kinds of I/O of a job.</summary>
    /// <param name="costs">Core time on the job's path.</param>
    /// <param name="device">The NVM behind it.</param>
    /// <param name="readBytes">Length of a read.</param>
    /// <param name="writeBytes">Length of a write.</param>
    /// <param name="protection">What the protection adds to the path's costs; null for nothing.</param>
    public OperationTimes(PathCosts costs, DeviceProfile device, int readBytes, int writeBytes, ProtectionTimes? protection = null)
    {
        for (var kind = 0; kind < 4; kind++)
        {
            var isWrite = (kind & 2) != 0;
            var isRandom = (kind & 1) != 0;
            var cost = isWrite ? costs.Write : costs.Read;
            var factor = isWrite ? device.WriteLatencyFactor : device.ReadLatencyFactor;
            var bytes = isWrite ? writeBytes : readBytes;
            var coreNs = cost.OperationNs + bytes * cost.NsPerByte * factor + (isRandom ? cost.RandomNs : 0)
                + (protection?.ExtraNs(isWrite, bytes) ?? 0);

            // Whatever a profile says, an I/O takes a nanosecond: free ones would never use up a quantum.
            _work[kind] = new WorkVector(Math.Max(1, coreNs), bytes, device.BusyNs(isWrite, bytes));
        }
    }

    /// <summary>The four work vectors, by <see cref="KindOf"/>.</summary>
    public ReadOnlySpan<WorkVector> ByKind => _work;

    /// <summary>Index of an I/O's kind: bit 0 random, bit 1 write.</summary>
    public static int KindOf(bool isWrite, bool isSequential) => (isWrite ? 2 : 0) | (isSequential ? 0 : 1);
}
