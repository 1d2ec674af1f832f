using System.Collections.Immutable;

namespace Mbsa.Actors.Qos;

/// <summary>Weighted core time per VM, as a kernel's scheduler would divide it: blind to the bus and to slower writes.</summary>
public sealed class FairPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "fair";

    /// <inheritdoc/>
    public string Description => "Weighted core time per VM, as a kernel's scheduler would: blind to the bus and to slower writes.";

    /// <inheritdoc/>
    public Plan MakePlan(int cores, IReadOnlyList<Tenant> tenants) =>
        new(tenants.ToImmutableDictionary(t => t.Vm, t => t.Weight), Divide(cores, tenants));

    /// <inheritdoc/>
    public RunQueue CreateQueue(long quantumNs) => new FairQueue(quantumNs);

    /// <summary>
    /// Water-filling: shares in proportion to weights, but nobody more than its VCPUs can use; what is left over goes to the others in
    /// proportion again.
    /// </summary>
    private static ImmutableDictionary<int, double> Divide(int cores, IReadOnlyList<Tenant> tenants)
    {
        var shares = ImmutableDictionary.CreateBuilder<int, double>();
        var open = tenants.Where(t => t.Vcpus > 0).ToList();
        var left = 1d;
        while (open.Count > 0)
        {
            var perWeight = left / open.Sum(t => t.Weight);
            var full = open.Where(t => t.Vcpus / (double)cores <= perWeight * t.Weight).ToList();
            if (full.Count == 0)
            {
                open.ForEach(t => shares[t.Vm] = perWeight * t.Weight);
                break;
            }

            foreach (var tenant in full)
            {
                shares[tenant.Vm] = tenant.Vcpus / (double)cores;
                left = Math.Max(0, left - shares[tenant.Vm]);
                open.Remove(tenant);
            }
        }

        return shares.ToImmutable();
    }
}
