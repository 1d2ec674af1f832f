using Mbsa.Cores.Planning;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>What a VM asks of a host it is on, or is to go to.</summary>
/// <param name="Vm">The VM, what it is promised and what it declares there.</param>
/// <param name="NvmBytes">Bytes of the NVM device behind it; 0 without storage.</param>
internal sealed record RoomClaim(AdmittedTenant Vm, long NvmBytes)
{
    /// <summary>Index of the tenant it belongs to; null for none.</summary>
    public int? Tenant { get; init; }

    /// <summary>The static floor of that tenant on this host.</summary>
    public Promise Floor { get; init; }

    /// <summary>The same without a reservation.</summary>
    public RoomClaim AsBestEffort() => this with { Vm = Vm with { Qos = Vm.Qos.WithoutReservation() } };

    /// <summary>
    /// The VMs of one tenant on a host as admission sees them: one that has the floor, does any kind of I/O that one of them does, and has
    /// the VCPUs of all. Of the floor counts what these VCPUs can use at worst.
    /// </summary>
    /// <param name="claims">VMs of one tenant; at least one.</param>
    /// <param name="cores">Cores of the host.</param>
    public static AdmittedTenant Together(IReadOnlyList<RoomClaim> claims, int cores)
    {
        var first = claims[0];
        var use = new DeclaredUse([.. claims.SelectMany(claim => claim.Vm.Use.Kinds)], first.Vm.Use.Average);
        var (vcpus, floor) = (claims.Sum(claim => claim.Vm.Vcpus), first.Floor);
        var usable = Math.Min(1, vcpus / Math.Max(use.WorstVcpus(floor, cores), double.Epsilon));
        var reserved = floor with { Value = floor.Value * usable };
        return new AdmittedTenant(first.Vm.Vm, vcpus, QosSpec.BestEffort with { Reservation = reserved }, use);
    }
}
