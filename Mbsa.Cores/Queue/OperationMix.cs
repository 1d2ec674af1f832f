using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>What a VM's I/Os are like on average: the cost vector of one, by nominal costs.</summary>
/// <param name="PerOperation">Use of the host by one I/O. Of a VM that only computes: by a stretch of computing.</param>
/// <param name="BytesPerOperation">Bytes of one I/O; 0 of a VM that only computes.</param>
public readonly record struct OperationMix(ResourceUse PerOperation, double BytesPerOperation)
{
    /// <summary>Dominant use of one I/O, in nanoseconds of the host: the k of docs/QOS.md.</summary>
    public double DominantNs => PerOperation.DominantNs;

    /// <summary>Whether there are I/Os in it.</summary>
    public bool DoesIo => BytesPerOperation > 0;

    /// <summary>A stretch of computing, of a microsecond on one core.</summary>
    public static OperationMix Computing(int cores) => new(new ResourceUse(1000.0 / cores, 0, 0), 0);

    /// <summary>Use of a resource while the dominant one is used for one unit, 0 to 1.</summary>
    public double Relative(Resource resource) => DominantNs > 0 ? PerOperation[resource] / DominantNs : 0;

    /// <summary>The largest dominant share that so many VCPUs can use: each holds one core at most.</summary>
    public double ShareOfVcpus(int vcpus, int cores) =>
        PerOperation.CoresNs > 0 ? vcpus / (double)cores * (DominantNs / PerOperation.CoresNs) : double.PositiveInfinity;
}
