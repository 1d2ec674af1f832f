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
        List<AdmittedVm> reserved =
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
    private sealed record Tally(List<AdmittedVm> Reserved, RoomNeed Used, long NvmBytes, int ChildDevices, int Vcpus);
}

/// <summary>What a VM asks of a host it is on, or is to go to.</summary>
/// <param name="Vm">The VM, what it is promised and what it declares there.</param>
/// <param name="NvmBytes">Bytes of the NVM device behind it; 0 without storage.</param>
internal sealed record RoomClaim(AdmittedVm Vm, long NvmBytes)
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
    public static AdmittedVm Together(IReadOnlyList<RoomClaim> claims, int cores)
    {
        var first = claims[0];
        var use = new DeclaredUse([.. claims.SelectMany(claim => claim.Vm.Use.Kinds)], first.Vm.Use.Average);
        var (vcpus, floor) = (claims.Sum(claim => claim.Vm.Vcpus), first.Floor);
        var usable = Math.Min(1, vcpus / Math.Max(use.WorstVcpus(floor, cores), double.Epsilon));
        var reserved = floor with { Value = floor.Value * usable };
        return new AdmittedVm(first.Vm.Vm, vcpus, QosSpec.BestEffort with { Reservation = reserved }, use);
    }
}

/// <summary>Parts of a host, each of the whole: 0.4 is 40 % of it.</summary>
/// <param name="Cores">Of its core time.</param>
/// <param name="Bus">Of its memory bus.</param>
/// <param name="Nvm">Of its NVM's throughput.</param>
/// <param name="Space">Of its NVM's data area.</param>
internal readonly record struct RoomNeed(double Cores, double Bus, double Nvm, double Space)
{
    /// <summary>The largest of them.</summary>
    public double Dominant => Math.Max(Math.Max(Cores, Bus), Math.Max(Nvm, Space));

    /// <summary>Whether something other than space is reserved.</summary>
    public bool IsReserved => Cores > 0 || Bus > 0 || Nvm > 0;

    /// <summary>
    /// The part of <paramref name="left"/> that is of the resource of which this takes most; cores before bus before NVM before space.
    /// </summary>
    public double OfDominant(in RoomNeed left) =>
        Cores >= Dominant ? left.Cores : Bus >= Dominant ? left.Bus : Nvm >= Dominant ? left.Nvm : left.Space;

    /// <summary>The most by which this is more than what is left; 0 or below where it fits.</summary>
    public double Lack(in RoomNeed left) =>
        Math.Max(Math.Max(Cores - left.Cores, Bus - left.Bus), Math.Max(Nvm - left.Nvm, Space - left.Space));

    /// <summary>Where this is what is left: how many times something fits into it; infinity for something that takes nothing.</summary>
    public double Fits(in RoomNeed need) =>
        Math.Min(Math.Min(Times(Cores, need.Cores), Times(Bus, need.Bus)), Math.Min(Times(Nvm, need.Nvm), Times(Space, need.Space)));

    /// <summary>The sum.</summary>
    public static RoomNeed operator +(RoomNeed a, RoomNeed b) => new(a.Cores + b.Cores, a.Bus + b.Bus, a.Nvm + b.Nvm, a.Space + b.Space);

    /// <summary>A multiple.</summary>
    public static RoomNeed operator *(RoomNeed need, double factor) =>
        new(need.Cores * factor, need.Bus * factor, need.Nvm * factor, need.Space * factor);

    /// <summary>The difference.</summary>
    public static RoomNeed operator -(RoomNeed a, RoomNeed b) => new(a.Cores - b.Cores, a.Bus - b.Bus, a.Nvm - b.Nvm, a.Space - b.Space);

    private static double Times(double left, double need) => need > 0 ? left / need : double.PositiveInfinity;
}
