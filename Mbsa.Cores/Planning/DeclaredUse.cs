using System.Collections.Immutable;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Planning;

/// <summary>
/// What a VM's jobs are going to ask of the host, by nominal costs: what admission counts on before anything was measured.
/// </summary>
/// <param name="Kinds">Each kind of I/O that its jobs do, or a stretch of computing; at least one.</param>
/// <param name="Average">What its I/Os will be like on average if its jobs take turns.</param>
public sealed record DeclaredUse(ImmutableArray<OperationMix> Kinds, OperationMix Average)
{
    /// <summary>A VM that only computes.</summary>
    public static DeclaredUse Computing(int cores) => new([OperationMix.Computing(cores)], OperationMix.Computing(cores));

    /// <summary>
    /// The part of a resource that a promise can take at worst, whatever its jobs do at a time; 0 to 1 for a promise that can be kept.
    /// </summary>
    public double WorstNeed(Promise promise, Resource resource)
    {
        var worst = 0d;
        foreach (var kind in Kinds)
        {
            worst = Math.Max(worst, Need(kind, promise, resource));
        }

        return worst;
    }

    /// <summary>The VCPUs that a promise takes at worst: each can hold one core.</summary>
    public double WorstVcpus(Promise promise, int cores) => WorstNeed(promise, Resource.Cores) * cores;

    private static double Need(OperationMix kind, Promise promise, Resource resource) => promise.Unit switch
    {
        PromiseUnit.Share => promise.Value * kind.Relative(resource),
        PromiseUnit.OperationsPerSecond => promise.Value * kind.PerOperation[resource] / 1e9,
        _ => kind.DoesIo ? promise.Value / kind.BytesPerOperation * kind.PerOperation[resource] / 1e9 : 0,
    };
}
