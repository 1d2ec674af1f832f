using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// mClock (Gulati, Merchant, Varman, OSDI 2010): reservation, limit and weight tags per VM, in I/Os per second. Every I/O counts the
/// same, whatever it costs, as there; a share of the host is turned into I/Os at the VM's own mix.
/// </summary>
public sealed class MClockPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "mclock";

    /// <inheritdoc/>
    public string Description => "mClock: reservation, limit and weight tags per VM (OSDI 2010), in I/Os: a write counts as a read does.";

    /// <inheritdoc/>
    public Promises Keeps => Promises.Weights | Promises.Limits | Promises.Reservations;

    /// <inheritdoc/>
    public Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims) =>
        Plan.Of(claims, t => new PlannedVm(t, t.Qos.Weight, null));

    /// <inheritdoc/>
    public RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order) => new MClockQueue(host, quantumNs);
}
