using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// What is reserved on one host, by the arithmetic of its own admission (<see cref="Admission"/>), and how much of its NVM is taken. The
/// VMs of one tenant count as one that has the tenant's static floor. Not thread-safe.
/// </summary>
/// <param name="capacity">What the host has to share out.</param>
/// <param name="device">How its NVM device is laid out when it is empty.</param>
internal sealed class HostRoom(HostCapacity capacity, DeviceGeometry device)
{
    private static readonly RoomNeed _whole = new(1, 1, 1, 1);

    private readonly SortedDictionary<int, RoomClaim> _claims = [];
    private Tally? _all;

    /// <summary>What is left of it. Below 0 where more was put on it than fits.</summary>
    public RoomNeed Left => _whole - All.Used;

    /// <summary>What is left for all tenants together, beside what is reserved for VMs without one.</summary>
    public RoomNeed LeftForTenants => _whole - Count(_claims.Values.Where(claim => claim.Tenant is null)).Used;

    private long DataBytes => device.DataBlocks * DeviceGeometry.BlockBytes;

    private Tally All => _all ??= Count(_claims.Values);

    /// <summary>What a VM has there; null for nothing.</summary>
    public RoomClaim? Find(int vm) => _claims.GetValueOrDefault(vm);

    /// <summary>VCPUs on it for each of its cores, with a VM.</summary>
    public double VcpusPerCoreWith(RoomClaim claim) => (Without(claim).Vcpus + claim.Vm.Vcpus) / (double)capacity.Cores;

    /// <summary>What a VM would take of it alone.</summary>
    public RoomNeed NeedOf(RoomClaim claim) => Count([claim]).Used;

    /// <summary>What would be left with a VM on it.</summary>
    public RoomNeed LeftWith(RoomClaim claim) => claim.Tenant is null
        ? _whole - Without(claim).Used - NeedOf(claim)
        : _whole - Count([.. Others(claim), claim]).Used;

    /// <summary>Why it has no room for a VM, for people; null when it has.</summary>
    public string? WhyNot(RoomClaim claim)
    {
        var others = Without(claim);
        if (claim.NvmBytes > DataBytes - others.NvmBytes)
        {
            var freeBytes = Math.Max(0, DataBytes - others.NvmBytes);
            return $"its child device takes {Mebibytes(claim.NvmBytes)} with its page table, and {Mebibytes(freeBytes)} of the NVM is free";
        }

        if (claim.NvmBytes > 0 && others.ChildDevices >= device.NatEntries)
        {
            return $"all {device.NatEntries} entries of the NVM allocation table are taken";
        }

        return claim.Tenant is null ? Admission.WhyNot(capacity, others.Reserved, claim.Vm) : WhyNotTenant(claim);
    }

    /// <summary>
    /// A VM takes room; what it had before it gives back. Whether there is room is for <see cref="WhyNot"/> to say, and for the host in the
    /// end.
    /// </summary>
    public void Put(RoomClaim claim)
    {
        _claims[claim.Vm.Vm] = claim;
        _all = null;
    }

    /// <summary>A VM gives back what it has, if anything.</summary>
    public void Take(int vm)
    {
        _claims.Remove(vm);
        _all = null;
    }

    private string? WhyNotTenant(RoomClaim claim)
    {
        var others = Others(claim).ToLookup(other => other.Tenant == claim.Tenant);
        var together = RoomClaim.Together([.. others[true], claim], capacity.Cores);
        return Admission.WhyNot(capacity, [], claim.Vm) // its own limit and weight
            ?? Admission.WhyNot(capacity, Count(others[false]).Reserved, together)
                ?.Replace("its reservation", "its tenant's static floor", StringComparison.Ordinal);
    }

    private IEnumerable<RoomClaim> Others(RoomClaim claim) => _claims.Values.Where(other => other.Vm.Vm != claim.Vm.Vm);

    private Tally Without(RoomClaim claim) => _claims.ContainsKey(claim.Vm.Vm) ? Count(Others(claim)) : All;

    private Tally Count(IEnumerable<RoomClaim> claims)
    {
        List<RoomClaim> all = [.. claims];
        List<AdmittedTenant> reserved =
        [
            .. all.Where(claim => claim.Tenant is null && claim.Vm.Qos.Reservation is not null).Select(claim => claim.Vm),
            .. all.Where(claim => claim.Tenant is not null)
                .GroupBy(claim => claim.Tenant)
                .Select(group => RoomClaim.Together([.. group], capacity.Cores)),
        ];
        double cores = 0, bus = 0, nvm = 0;
        foreach (var vm in reserved)
        {
            var floor = vm.Qos.Reservation!.Value;
            cores += vm.Use.WorstNeed(floor, Resource.Cores);
            bus += vm.Use.WorstNeed(floor, Resource.Bus);
            nvm += vm.Use.WorstNeed(floor, Resource.Nvm);
        }

        var bytes = all.Sum(claim => claim.NvmBytes);
        var need = new RoomNeed(cores, bus, nvm, bytes / (double)DataBytes);
        return new Tally(reserved, need, bytes, all.Count(claim => claim.NvmBytes > 0), all.Sum(claim => claim.Vm.Vcpus));
    }

    private static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / (double)(1 << 20):0.##} MiB");

    /// <summary>What several VMs take of a host.</summary>
    /// <param name="Reserved">Those with a reservation, as admission sees them.</param>
    /// <param name="Used">The parts of the host that are taken.</param>
    /// <param name="NvmBytes">Bytes of the NVM that are taken.</param>
    /// <param name="ChildDevices">Entries of the NAT that are taken.</param>
    /// <param name="Vcpus">VCPUs of all.</param>
    private sealed record Tally(List<AdmittedTenant> Reserved, RoomNeed Used, long NvmBytes, int ChildDevices, int Vcpus);
}
