using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>A VM as the planner sees it.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Vcpus">Its VCPUs that have not come to their end: it cannot use more cores than that.</param>
/// <param name="Qos">What it was promised.</param>
/// <param name="Mix">What its I/Os are like.</param>
public sealed record VmClaim(int Vm, int Vcpus, QosSpec Qos, OperationMix Mix)
{
    /// <summary>The dominant share it would use if it got all it wants, at least 0; infinity for as much as it can get.</summary>
    public double DemandShare { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// What it used of the host lately, in whatever measure; nothing when that is not known, and then it is as its I/Os are.
    /// </summary>
    public ResourceUse Lately { get; init; }

    /// <summary>Its use of a resource while it uses the dominant one for one unit, 0 to 1.</summary>
    public double Relative(Resource resource) => Lately.DominantNs > 0 ? Lately[resource] / Lately.DominantNs : Mix.Relative(resource);

    /// <summary>The largest dominant share that its VCPUs can use: each holds one core at most.</summary>
    public double Reach(int cores) =>
        Relative(Resource.Cores) is > 0 and var relative ? Vcpus / (double)cores / relative : double.PositiveInfinity;

    /// <summary>Its floor as a share of the host's dominant resource; 0 without one.</summary>
    public double ReservedShare => Qos.Reservation is { } floor ? ShareOf(floor) : 0;

    /// <summary>Its ceiling in the same unit; infinity without one.</summary>
    public double LimitShare => Qos.Limit is { } ceiling ? ShareOf(ceiling) : double.PositiveInfinity;

    /// <summary>A promise as a share of the host's dominant resource, at the VM's mix of I/Os.</summary>
    public double ShareOf(Promise promise) => promise.Unit switch
    {
        PromiseUnit.Share => promise.Value,
        PromiseUnit.OperationsPerSecond => promise.Value * Mix.DominantNs / 1e9,
        _ => Mix.DoesIo ? promise.Value / Mix.BytesPerOperation * Mix.DominantNs / 1e9 : 0,
    };

    /// <summary>A promise as I/Os per second, at the VM's mix of I/Os.</summary>
    public double OperationsPerSecondOf(Promise promise) => promise.Unit switch
    {
        PromiseUnit.Share => promise.Value * 1e9 / Mix.DominantNs,
        PromiseUnit.OperationsPerSecond => promise.Value,
        _ => Mix.DoesIo ? promise.Value / Mix.BytesPerOperation : 0,
    };
}
