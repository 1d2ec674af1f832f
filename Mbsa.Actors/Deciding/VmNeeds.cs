using Mbsa.Actors.Vms;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// What each VM of a cluster would ask of each host, by what its jobs declare: the same figures as on a single host (<see cref="JobUse"/>).
/// Hosts of one kind are worked out once.
/// </summary>
internal sealed class VmNeeds
{
    private readonly ScenarioSpec[] _hosts;
    private readonly int[] _kinds;
    private readonly HostCapacity[] _capacities;
    private readonly long?[] _nvmBytes;
    private readonly int?[] _pinnedTo;
    private readonly Dictionary<(int Vm, int Kind), DeclaredUse?> _uses = [];

    /// <summary>Looks at a scenario.</summary>
    public VmNeeds(ScenarioSpec scenario)
    {
        (Scenario, Cluster) = (scenario, scenario.AllHosts);
        _hosts = [.. Cluster.Hosts.Select(host => (scenario with { Host = host.Host }).OnRealCores())];
        _capacities = [.. _hosts.Select(host => HostCapacity.Of(host.Host, scenario.Clock))];
        _kinds = [.. _hosts.Select(host => Array.FindIndex(_hosts, other => IsOfOneKind(other, host)))];
        _pinnedTo = [.. scenario.Vms.Select(vm => vm.PinnedTo is { } name
            ? Enumerable.Range(0, _hosts.Length).First(host => Cluster.Hosts[host].Name == name)
            : (int?)null)];
        _nvmBytes = new long?[scenario.Vms.Length];
    }

    /// <summary>
    /// What a host has of a tenant's promise when it was cut off and its lease has come to its end: the promise over twice the hosts that
    /// may carry the tenant's VMs, were they added only later. So all floors together are half of it, and it is the same throughout a run.
    /// </summary>
    public Promise Floor(int tenant)
    {
        var spec = Cluster.Tenants[tenant];
        var mayGo = Scenario.Events
            .Where(e => spec.Vms.Any(vm => Scenario.Vms[vm].Name == e.Vm))
            .Select(e => (e.Change as VmChange.Migrate)?.To)
            .OfType<string>();
        var hosts = spec.Vms.Any(vm => PinnedTo(vm) is null)
            ? Cluster.Hosts.Length
            : spec.Vms.Select(vm => Scenario.Vms[vm].PinnedTo).Union(mayGo).Count();
        return spec.Reservation with { Value = spec.Reservation.Value / (2 * hosts) };
    }

    /// <summary>Index of the host that a VM is pinned to; null where any will do.</summary>
    public int? PinnedTo(int vm) => _pinnedTo[vm];

    /// <summary>The scenario.</summary>
    public ScenarioSpec Scenario { get; }

    /// <summary>Its hosts.</summary>
    public ClusterSpec Cluster { get; }

    /// <summary>What a host has to share out.</summary>
    public HostCapacity Capacity(int host) => _capacities[host];

    /// <summary>
    /// Bytes of an NVM device that a VM takes: its child device and, at worst, the page table of it, in which nothing is a large page.
    /// </summary>
    public long NvmBytes(int vm) => _nvmBytes[vm] ??= Scenario.Vms[vm].Storage is { } storage ? DeviceBytes(storage.ChildBytes) : 0;

    /// <summary>What a VM's jobs declare on a host; null where the host's machine does not have the VM's path.</summary>
    public DeclaredUse? Use(int vm, int host)
    {
        var key = (vm, _kinds[host]);
        if (!_uses.TryGetValue(key, out var use))
        {
            var spec = Scenario.Vms[vm];
            var canRun = spec.Storage is not { } storage || _hosts[host].Host.Machine.Paths.ContainsKey(storage.Path);
            _uses[key] = use = canRun ? JobUse.Of(_hosts[host], _capacities[host], spec) : null;
        }

        return use;
    }

    private static long DeviceBytes(long childBytes)
    {
        var blocks = DeviceGeometry.BlocksOf(childBytes);
        var unaligned = new BlockExtent(1, blocks);
        return (blocks + PageTable.CountPages([unaligned])) * DeviceGeometry.BlockBytes;
    }

    private static bool IsOfOneKind(ScenarioSpec one, ScenarioSpec other) =>
        ReferenceEquals(one.Host.Machine, other.Host.Machine) && ReferenceEquals(one.Host.Device, other.Host.Device);
}
