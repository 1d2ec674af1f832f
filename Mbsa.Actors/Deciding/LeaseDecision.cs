using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>What tenants have of hosts from now on.</summary>
/// <param name="Leases">Every lease that was given now, by tenant and host.</param>
/// <param name="Reservations">
/// The promises of VMs that change, by host; on a host those that shrink first, so that it never has to admit more than fits. Those on a
/// host that is cut off are what the host makes of its last lease, or of its static floor, by itself.
/// </param>
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
/// <param name="Reservation">The promise, 0 for none; the rest of its promises stays as it is (<see cref="Placement.QosOf"/>).</param>
internal sealed record VmReservation(int Host, int Vm, Promise Reservation);
