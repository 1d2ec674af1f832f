using Mbsa.Actors.Qos;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Cluster.Deciding;

/// <summary>
/// What is reserved on one host, by the arithmetic of its own admission (<see cref="Admission"/>), and how much of its NVM is taken. The VMs of one tenant count as
/// one that has the tenant's static floor. Not thread-safe.
/// </summary>
/// <param name="capacity">What the host has to share out.</param>
/// <param name="device">How its NVM device is laid out when it is empty.</param>
internal sealed class HostRoom(HostCapacity capacity, DeviceGeometry device)
{
    private readonly SortedDictionary<int, RoomClaim> _claims = [];
    private RoomNeed? _left;

    /// <summary>What is left of it. Below 0 where more was put on it than fits.</summary>
    public RoomNeed Left => _left ??= new RoomNeed(1, 1, 1, 1) - Sum([.. _claims.Values], withTenants: true);

    /// <summary>What is left for all tenants together, beside what is reserved for VMs without one.</summary>
    public RoomNeed LeftForTenants => new RoomNeed(1, 1, 1, 1) - Sum([.. _claims.Values], withTenants: false);

    /// <summary>VCPUs on it for each of its cores, with a VM.</summary>
    public double VcpusPerCoreWith(RoomClaim claim) => (Others(claim).Sum(other => other.Vm.Vcpus) + claim.Vm.Vcpus) / (double)capacity.Cores;

    /// <summary>What a VM would take of it alone.</summary>
    public RoomNeed NeedOf(RoomClaim claim) => Sum([claim], withTenants: true);

    /// <summary>What would be left with a VM on it.</summary>
    public RoomNeed LeftWith(RoomClaim claim) => claim.Tenant is null && !_claims.ContainsKey(claim.Vm.Vm)
        ? Left - NeedOf(claim)
        : new RoomNeed(1, 1, 1, 1) - Sum([.. Others(claim), claim], withTenants: true);

    /// <summary>Why it has no room for a VM, for people; null when it has.</summary>
    public string? WhyNot(RoomClaim claim)
    {
        List<RoomClaim> others = [.. Others(claim)];
        var takenBytes = others.Sum(other => other.NvmBytes);
        if (claim.NvmBytes > DataBytes - takenBytes)
        {
            return $"its child device takes {Mebibytes(claim.NvmBytes)} with its page table, and {Mebibytes(Math.Max(0, DataBytes - takenBytes))} of the NVM is free";
        }

        if (claim.NvmBytes > 0 && others.Count(other => other.NvmBytes > 0) >= device.NatEntries)
        {
            return $"all {device.NatEntries} entries of the NVM allocation table are taken";
        }

        if (claim.Tenant is not { } tenant)
        {
            return Admission.WhyNot(capacity, Reservations(others), claim.Vm);
        }

        var together = RoomClaim.Together([.. others.Where(other => other.Tenant == tenant), claim], capacity.Cores);
        return Admission.WhyNot(capacity, [], claim.Vm) // what it asks for itself
            ?? Admission.WhyNot(capacity, Reservations(others.Where(other => other.Tenant != tenant)), together)?.Replace("its reservation", "its tenant's static floor", StringComparison.Ordinal);
    }

    /// <summary>A VM takes room; what it had before it gives back. Whether there is room is for <see cref="WhyNot"/> to say, and for the host in the end.</summary>
    public void Put(RoomClaim claim)
    {
        _claims[claim.Vm.Vm] = claim;
        _left = null;
    }

    /// <summary>A VM gives back what it has, if anything.</summary>
    public void Take(int vm)
    {
        _claims.Remove(vm);
        _left = null;
    }

    /// <summary>What a VM has there; null for nothing.</summary>
    public RoomClaim? Find(int vm) => _claims.GetValueOrDefault(vm);

    private long DataBytes => device.DataBlocks * DeviceGeometry.BlockBytes;

    private IEnumerable<RoomClaim> Others(RoomClaim claim) => _claims.Values.Where(other => other.Vm.Vm != claim.Vm.Vm);

    private List<AdmittedTenant> Reservations(IEnumerable<RoomClaim> claims, bool withTenants = true) =>
    [
        .. claims.Where(claim => claim.Tenant is null).Select(claim => claim.Vm),
        .. claims.Where(claim => withTenants && claim.Tenant is not null).GroupBy(claim => claim.Tenant).Select(group => RoomClaim.Together([.. group], capacity.Cores)),
    ];

    private RoomNeed Sum(IReadOnlyList<RoomClaim> claims, bool withTenants)
    {
        double cores = 0, bus = 0, nvm = 0;
        foreach (var given in Reservations(claims, withTenants))
        {
            if (given.Qos.Reservation is { } floor)
            {
                cores += given.Use.WorstNeed(floor, Resource.Cores);
                bus += given.Use.WorstNeed(floor, Resource.Bus);
                nvm += given.Use.WorstNeed(floor, Resource.Nvm);
            }
        }

        return new RoomNeed(cores, bus, nvm, claims.Sum(claim => claim.NvmBytes) / (double)DataBytes);
    }

    private static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / (double)(1 << 20):0.##} MiB");
}
