using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>Weighted core time per VM, as a kernel's scheduler would divide it: blind to the bus and to slower writes.</summary>
public sealed class FairPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "fair";

    /// <inheritdoc/>
    public string Description => "Weighted core time per VM, as a kernel's scheduler would: blind to the bus and to slower writes.";

    /// <inheritdoc/>
    public Promises Keeps => Promises.Weights;

    /// <inheritdoc/>
    public Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims)
    {
        var shares = Divide(host.Cores, claims);
        return Plan.Of(claims, t => new PlannedVm(t, t.Qos.Weight, shares.TryGetValue(t.Vm, out var share) ? share : null));
    }

    /// <inheritdoc/>
    public RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order) => new FairQueue(host, quantumNs);

    /// <summary>
    /// Water-filling: shares in proportion to weights, but nobody more than its VCPUs can use; what is left over goes to the others in
    /// proportion again.
    /// </summary>
    private static Dictionary<int, double> Divide(int cores, IReadOnlyList<VmClaim> claims)
    {
        var shares = new Dictionary<int, double>();
        var open = claims.Where(t => t.Vcpus > 0).ToList();
        var left = 1d;
        while (open.Count > 0)
        {
            var perWeight = left / open.Sum(t => t.Qos.Weight);
            var full = open.Where(t => t.Vcpus / (double)cores <= perWeight * t.Qos.Weight).ToList();
            if (full.Count == 0)
            {
                open.ForEach(t => shares[t.Vm] = perWeight * t.Qos.Weight);
                break;
            }

            foreach (var claim in full)
            {
                shares[claim.Vm] = claim.Vcpus / (double)cores;
                left = Math.Max(0, left - shares[claim.Vm]);
                open.Remove(claim);
            }
        }

        return shares;
    }
}
