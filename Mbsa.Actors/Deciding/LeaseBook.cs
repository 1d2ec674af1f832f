using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// Leases the promises of tenants to hosts, in proportion to what their VMs want there. A lease lasts two epochs and is given anew each
/// epoch to every host that is heard of; one that is cut off keeps it to its end and has the tenant's static floor then
/// (<see cref="VmNeeds.Floor"/>). What a host that is cut off may still give, lease or floor, is set aside before anything is leased to
/// others, so what is in force never is more than the promise:
/// <list type="bullet">
/// <item>leases given at one moment and what was set aside then fit together, and expire at the same moment or later than any given
/// before;</item>
/// <item>a host is on its floor only after its lease expired, and then every lease in force was given when it was known to be cut off, with
/// its floor set aside.</item>
/// </list>
/// What a host has no room for, beside what is reserved for VMs without a tenant, goes to others (<see cref="LeaseSplit"/>). Not
/// thread-safe.
/// </summary>
internal sealed class LeaseBook
{
    /// <summary>Epochs that a lease lasts.</summary>
    public const int LeaseEpochs = 2;

    private readonly Placement _placement;
    private readonly ClusterSpec _cluster;
    private readonly ImmutableArray<TenantAccount> _tenants;
    private readonly Dictionary<(int Host, int Vm), (double Rate, QosSpec Qos)> _told = [];
    private long _observedNs;

    /// <summary>Nothing is leased.</summary>
    /// <param name="placement">What is reserved where.</param>
    public LeaseBook(Placement placement)
    {
        (_placement, _cluster) = (placement, placement.Needs.Cluster);
        _tenants = [.. Enumerable.Range(0, _cluster.Tenants.Length).Select(tenant => new TenantAccount(tenant, placement))];
    }

    /// <summary>How each tenant's promise was kept.</summary>
    public ImmutableArray<TenantResult> Results => [.. _tenants.Select(tenant => tenant.Result)];

    /// <summary>What a host may give of a tenant's promise at a moment, if nothing is decided before.</summary>
    public double InForce(int tenant, int host, long nowNs) => _tenants[tenant].HeldBy(host).InForce(nowNs);

    /// <summary>The measured part begins: what was missed before does not count.</summary>
    public void BeginMeasuring()
    {
        foreach (var tenant in _tenants)
        {
            tenant.BeginMeasuring();
        }
    }

    /// <summary>
    /// An epoch is over, or something changed. To be called after <see cref="Placement"/> knows of VMs that are to start, and what comes of
    /// it to be told before they do: where a VM is given what tenants had on lease, these give it back first.
    /// </summary>
    /// <param name="nowNs">The moment, on the scenario's clock.</param>
    /// <param name="contacts">For each host whether the coordinator hears of it.</param>
    /// <param name="hostOfVm">For each VM the host it runs on; null where it does not run (<see cref="Whereabouts.Hosts"/>).</param>
    /// <param name="counts">
    /// By VM what it did until now on every host that runs, those that are cut off among them; VMs without a tenant may be there.
    /// </param>
    public LeaseDecision Decide(
        long nowNs,
        IReadOnlyList<HostContact> contacts,
        IReadOnlyList<int?> hostOfVm,
        ILookup<int, (int Host, VmCounts Counts)> counts)
    {
        Observe(nowNs, hostOfVm, counts);
        var split = new LeaseSplit(_placement);
        foreach (var tenant in _tenants)
        {
            tenant.SetAside(nowNs, contacts, hostOfVm);
            split.Add(tenant.Claims(contacts, hostOfVm), tenant.Available(nowNs, contacts));
        }

        var leases = split.Divide().Select(lease => lease with { ExpiresNs = nowNs + LeaseEpochs * _cluster.EpochNs }).ToImmutableArray();
        foreach (var lease in leases)
        {
            _tenants[lease.Tenant].Give(lease);
        }

        foreach (var tenant in _tenants)
        {
            tenant.NoteLeased(nowNs);
        }

        return new LeaseDecision(leases, Reservations(nowNs, contacts, hostOfVm));
    }

    /// <summary>Takes note of what was done and wanted. Less than half an epoch says nothing of a rate; it counts with the next.</summary>
    private void Observe(long nowNs, IReadOnlyList<int?> hostOfVm, ILookup<int, (int Host, VmCounts Counts)> counts)
    {
        var passedNs = nowNs - _observedNs;
        if (passedNs >= _cluster.EpochNs / 2)
        {
            _observedNs = nowNs;
            foreach (var tenant in _tenants)
            {
                tenant.Observe(counts, hostOfVm, passedNs);
            }
        }

        foreach (var tenant in _tenants)
        {
            tenant.Settle(hostOfVm, isEpochStart: nowNs == _observedNs);
        }
    }

    /// <summary>
    /// What hosts have to be told: promises that changed, and those of VMs that were promised something else meanwhile, since that took the
    /// place of the reservation.
    /// </summary>
    private ImmutableArray<VmReservation> Reservations(long nowNs, IReadOnlyList<HostContact> contacts, IReadOnlyList<int?> hostOfVm)
    {
        List<(VmReservation Vm, double Change)> changes = [];
        var told = _told.ToDictionary();
        _told.Clear();
        foreach (var tenant in _tenants)
        {
            for (var host = 0; host < contacts.Count; host++)
            {
                foreach (var (vm, rate) in contacts[host] == HostContact.Gone ? [] : tenant.Divide(host, nowNs, hostOfVm))
                {
                    var (now, before) = ((rate, _placement.QosOf(vm)), told.GetValueOrDefault((host, vm), (0, _placement.QosOf(vm))));
                    _told[(host, vm)] = now;
                    if (now != before)
                    {
                        changes.Add((new VmReservation(host, vm, tenant.Spec.Reservation with { Value = rate }), rate - before.Item1));
                    }
                }
            }
        }

        return [.. changes.OrderBy(c => c.Vm.Host).ThenBy(c => c.Change > 0).ThenBy(c => c.Vm.Vm).Select(c => c.Vm)];
    }
}
