using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// Mbsa's own: weighted max-min fair shares of whatever a VM uses most, with floors and ceilings (<see cref="WaterFill"/>), carried out by
/// <see cref="PlanQueue"/>. Described in docs/QOS.md.
/// </summary>
public sealed class PlanPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "plan";

    /// <inheritdoc/>
    public string Description =>
        "Weighted shares of what each VM uses most (cores, bus or NVM), with reservations, limits and a latency class.";

    /// <inheritdoc/>
    public Promises Keeps => Promises.Weights | Promises.Limits | Promises.Reservations | Promises.Latency;

    /// <inheritdoc/>
    public bool FollowsDemand => true;

    /// <inheritdoc/>
    public bool HasOrder => true;

    /// <inheritdoc/>
    public Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims)
    {
        var fill = WaterFill.Divide(host, claims);
        var planned = claims.Select((t, i) => new PlannedVm(t, fill.Rates[i], t.Vcpus > 0 ? fill.Shares[i] : null));
        return new Plan([.. planned]) { Use = fill.Use };
    }

    /// <inheritdoc/>
    public RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order) => new PlanQueue(host, quantumNs, order);
}
