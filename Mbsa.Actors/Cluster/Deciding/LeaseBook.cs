using System.Collections.Immutable;
using Mbsa.Actors.Scenarios;

namespace Mbsa.Actors.Cluster.Deciding;

/// <summary>Leases the promises of tenants to hosts.</summary>
internal sealed class LeaseBook
{
    public LeaseBook(ScenarioSpec scenario, Placement placement) => throw new NotImplementedException();

    /// <summary>An epoch is over, or something changed: what was counted, who is where, which hosts are heard of; and the leases from now on.</summary>
    /// <param name="nowNs">The moment, on the scenario's clock.</param>
    /// <param name="links">For each host whether the coordinator hears of it.</param>
    /// <param name="hostOfVm">For each VM the host it runs on; null where it does not run.</param>
    /// <param name="counts">What VMs of tenants did until now, of every host that runs, those that are cut off among them.</param>
    public LeaseDecision Decide(long nowNs, IReadOnlyList<HostContact> links, IReadOnlyList<int?> hostOfVm, IEnumerable<VmCounts> counts) => throw new NotImplementedException();

    /// <summary>The measured part begins: what was missed before does not count.</summary>
    public void BeginMeasuring() => throw new NotImplementedException();

    public ImmutableArray<TenantResult> Results => throw new NotImplementedException();
}

/// <summary>Whether the coordinator hears of a host.</summary>
internal enum HostContact
{
    /// <summary>It does.</summary>
    Heard,

    /// <summary>Its link is down: it runs on with what it has.</summary>
    CutOff,

    /// <summary>It is lost, or not there yet: nothing runs on it.</summary>
    Gone,
}

/// <summary>What a VM did on a host; everything only grows. The counts of <c>TenantCounts</c> (Qos/TenantMeter) as they travel.</summary>
/// <param name="Host">Index of the host.</param>
/// <param name="Vm">Index of the VM.</param>
/// <param name="Operations">I/Os completed.</param>
/// <param name="Bytes">Bytes they moved, by nominal work.</param>
/// <param name="ReadyNs">Time its VCPUs were ready and did not run, summed over VCPUs, in nanoseconds.</param>
/// <param name="BackloggedNs">Time all its VCPUs ran or wanted to, in nanoseconds.</param>
internal readonly record struct VmCounts(int Host, int Vm, long Operations, double Bytes, double ReadyNs, long BackloggedNs);

/// <summary>What the coordinator decided for an epoch.</summary>
/// <param name="Leases">Every lease that was given now, by host and tenant.</param>
/// <param name="Reservations">Promises of VMs that change, host by host, those that shrink first: a host never has to admit more than it has room for.</param>
internal sealed record LeaseDecision(ImmutableArray<HostLease> Leases, ImmutableArray<VmReservation> Reservations);

/// <summary>A part of a tenant's promise that a host may give for a while.</summary>
/// <param name="Host">Index of the host.</param>
/// <param name="Tenant">Index of the tenant.</param>
/// <param name="Rate">How much, in the unit of the promise.</param>
/// <param name="ExpiresNs">Until when, on the scenario's clock; then it has the static floor, unless it heard of a new lease.</param>
internal sealed record HostLease(int Host, int Tenant, double Rate, long ExpiresNs);

/// <summary>What a VM of a tenant is promised on its host from now on.</summary>
/// <param name="Host">Index of the host.</param>
/// <param name="Vm">Index of the VM.</param>
/// <param name="Reservation">The promise; the rest of its <see cref="QosSpec"/> stays as it is (<see cref="Placement.QosOf"/>).</param>
internal sealed record VmReservation(int Host, int Vm, Promise Reservation);
