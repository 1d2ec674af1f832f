using System.Collections.Immutable;
using Mbsa.Cores.Planning;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// Chooses hosts for VMs by what is reserved on each, and keeps account of it. Not thread-safe.
/// <list type="bullet">
/// <item>A VM with a reservation, or of a tenant, goes where it has room and, of the resource of which it takes most (cores, bus, NVM
/// throughput, NVM space), least is left afterwards: room stays in one piece for large VMs. With <see cref="PlacementRule.Spread"/>, where
/// most is left.</item>
/// <item>A VM without one takes no room that could be in one piece: it goes where there are fewest VCPUs for each core afterwards, then
/// where most NVM is free, whatever the rule. By best fit all such VMs would fight over one host while others stand idle.</item>
/// <item>A host that is alone is given every VM, in the order of the scenario, and admits or refuses it itself: nothing is kept account
/// of.</item>
/// <item>Of equals the host with fewest VCPUs for each core, then the first in the scenario.</item>
/// </list>
/// </summary>
internal sealed class Placement
{
    /// <summary>What differs by less is equal: sums of the same parts in another order.</summary>
    private const double Rounding = 1e-9;

    private readonly VmNeeds _needs;
    private readonly HostRoom[] _rooms;
    private readonly QosSpec[] _qos;
    private readonly int?[] _tenantOf;
    private readonly bool _isAlone;

    /// <summary>Every host of a scenario, with nothing on it.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="isAlone">There is one host, and there are no tenants whose leases go by the room on it.</param>
    /// <exception cref="Mbsa.Nvm.NvmException">An NVM device cannot have the size it is to have.</exception>
    public Placement(ScenarioSpec scenario, bool isAlone = false)
    {
        _needs = new VmNeeds(scenario);
        var cluster = _needs.Cluster;
        _isAlone = isAlone;
        _rooms = _isAlone ? [] :
        [
            .. cluster.Hosts.Select((host, i) => new HostRoom(_needs.Capacity(i), DeviceGeometry.Plan(host.Host.NvmSizeBytes, null))),
        ];
        _qos = [.. scenario.Vms.Select(vm => vm.Qos)];
        _tenantOf = new int?[scenario.Vms.Length];
        for (var tenant = 0; tenant < cluster.Tenants.Length; tenant++)
        {
            foreach (var vm in cluster.Tenants[tenant].Vms)
            {
                _tenantOf[vm] = tenant;
            }
        }
    }

    /// <summary>What VMs ask of hosts.</summary>
    public VmNeeds Needs => _needs;

    /// <summary>What a VM asks for now, whether it got it or runs as best effort.</summary>
    public QosSpec QosOf(int vm) => _qos[vm];

    /// <summary>What is reserved on a host.</summary>
    public HostRoom RoomOf(int host) => _rooms[host];

    /// <summary>The host for a VM, by the scenario's rule and where the VM is pinned; or why there is none. Changes nothing.</summary>
    /// <param name="vm">Index of the VM. What it holds anywhere already does not stand in its way there.</param>
    /// <param name="mayTake">Whether a host may be given a VM at all: it is there, it is heard of, it is not being drained.</param>
    public PlacementChoice Choose(int vm, Func<int, bool> mayTake)
    {
        if (_isAlone)
        {
            return mayTake(0) ? new PlacementChoice(0, null) : new PlacementChoice(null, "no host takes a VM now");
        }

        var choice = ChooseAs(vm, _qos[vm], mayTake);
        return choice.Host is null
            && _qos[vm] is { OrBestEffort: true, Reservation: not null }
            && ChooseAs(vm, _qos[vm].WithoutReservation(), mayTake).Host is { } host
            ? new PlacementChoice(host, choice.WhyNot)
            : choice;
    }

    /// <summary>Why a host has no room for a VM; null when it has, were it as best effort.</summary>
    public string? WhyNot(int vm, int host) => _isAlone ? null :
        WhyNot(vm, host, _qos[vm]) is not { } why || (_qos[vm].OrBestEffort && WhyNot(vm, host, _qos[vm].WithoutReservation()) is null)
            ? null
            : why;

    /// <summary>
    /// A VM takes room on a host; one that migrates holds room on both. Where it may run as best effort and its reservation does not fit it
    /// reserves nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">The host's machine does not have the VM's path.</exception>
    public void Put(int vm, int host)
    {
        if (_isAlone)
        {
            return;
        }

        var claim = Claim(vm, host, _qos[vm]) ?? throw new InvalidOperationException($"VM {vm} cannot run on host {host}");
        _rooms[host].Put(_qos[vm].OrBestEffort && _rooms[host].WhyNot(claim) is not null ? claim.AsBestEffort() : claim);
    }

    /// <summary>A VM gives its room on a host back.</summary>
    public void Take(int vm, int host)
    {
        if (!_isAlone)
        {
            _rooms[host].Take(vm);
        }
    }

    /// <summary>A VM has other promises, wherever it is: its host has admitted them, or it runs as best effort.</summary>
    public void Change(int vm, QosSpec qos)
    {
        _qos[vm] = qos;
        for (var host = 0; host < _rooms.Length; host++)
        {
            if (_rooms[host].Find(vm) is not null)
            {
                Put(vm, host);
            }
        }
    }

    /// <summary>
    /// The order in which VMs that start at one moment are placed: those that are pinned, then the largest first, by the largest part of a
    /// host that each takes where it takes least.
    /// </summary>
    public ImmutableArray<int> Order(IEnumerable<int> vms) => _isAlone ? [.. vms] :
        [.. vms.OrderBy(vm => _needs.PinnedTo(vm) is null).ThenByDescending(MinDominantNeed).ThenBy(vm => vm)];

    /// <summary>
    /// Where the VMs of a host go that is drained, in the order in which they are placed. Each that finds a host is put there too, as one
    /// that migrates.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">Those that run on it.</param>
    /// <param name="mayTake">Whether another host may be given a VM.</param>
    public ImmutableArray<(int Vm, PlacementChoice Choice)> Drain(int host, IEnumerable<int> vms, Func<int, bool> mayTake)
    {
        var choices = ImmutableArray.CreateBuilder<(int, PlacementChoice)>();
        foreach (var vm in Order(vms))
        {
            var choice = Choose(vm, other => other != host && mayTake(other));
            if (choice.Host is { } target)
            {
                Put(vm, target);
            }

            choices.Add((vm, choice));
        }

        return choices.ToImmutable();
    }

    private PlacementChoice ChooseAs(int vm, QosSpec qos, Func<int, bool> mayTake)
    {
        var pinnedTo = _needs.PinnedTo(vm);
        List<int> candidates = [.. Enumerable.Range(0, _rooms.Length).Where(host => mayTake(host) && host == (pinnedTo ?? host))];
        Candidate? best = null;
        foreach (var host in candidates)
        {
            if (Claim(vm, host, qos) is { } claim && _rooms[host].WhyNot(claim) is null)
            {
                var candidate = Weigh(claim, host);
                best = best is null || candidate.IsBetterThan(best) ? candidate : best;
            }
        }

        return best is not null ? new PlacementChoice(best.Host, null) : new PlacementChoice(null, WhyNone(vm, qos, candidates));
    }

    private Candidate Weigh(RoomClaim claim, int host)
    {
        var room = _rooms[host];
        var (need, left) = (room.NeedOf(claim), room.LeftWith(claim));
        var crowd = room.VcpusPerCoreWith(claim);
        return !need.IsReserved ? new Candidate(host, crowd, 1 - left.Space)
            : _needs.Cluster.Placement == PlacementRule.Spread ? new Candidate(host, -need.OfDominant(left), crowd)
            : new Candidate(host, need.OfDominant(left), crowd);
    }

    private string WhyNone(int vm, QosSpec qos, List<int> candidates)
    {
        var hosts = _needs.Cluster.Hosts;
        if (candidates.Count == 0)
        {
            return _needs.PinnedTo(vm) is { } pin ? $"it is pinned to {hosts[pin].Name}, which takes no VM now" : "no host takes a VM now";
        }

        if (_needs.PinnedTo(vm) is { } only)
        {
            return $"it is pinned to {hosts[only].Name}, and {WhyNot(vm, only, qos)}";
        }

        var nearest = candidates.MinBy(host => Claim(vm, host, qos) is { } claim
            ? Math.Max(0, _rooms[host].NeedOf(claim).Lack(_rooms[host].Left))
            : double.PositiveInfinity);
        return candidates.Count == 1
            ? $"only {hosts[nearest].Name} takes a VM now, and {WhyNot(vm, nearest, qos)}"
            : $"no host has room for it; on {hosts[nearest].Name}, which comes nearest, {WhyNot(vm, nearest, qos)}";
    }

    private string? WhyNot(int vm, int host, QosSpec qos) => Claim(vm, host, qos) is { } claim
        ? _rooms[host].WhyNot(claim)
        : $"its machine '{_needs.Cluster.Hosts[host].Host.Machine.Name}' does not have the VM's path";

    private RoomClaim? Claim(int vm, int host, QosSpec qos)
    {
        if (_needs.Use(vm, host) is not { } use)
        {
            return null;
        }

        var claim = new RoomClaim(new AdmittedVm(vm, _needs.Scenario.Vms[vm].Vcpus, qos, use), _needs.NvmBytes(vm));
        return _tenantOf[vm] is { } tenant ? claim with { Tenant = tenant, Floor = _needs.Floor(tenant) } : claim;
    }

    private double MinDominantNeed(int vm)
    {
        var min = double.PositiveInfinity;
        for (var host = 0; host < _rooms.Length; host++)
        {
            min = Claim(vm, host, _qos[vm]) is { } claim ? Math.Min(min, _rooms[host].NeedOf(claim).Dominant) : min;
        }

        return min;
    }

    /// <summary>
    /// A host with room for a VM, and how well it suits: less is better, first by one figure, then by the other, then the host that comes
    /// first.
    /// </summary>
    private sealed record Candidate(int Host, double First, double Second)
    {
        public bool IsBetterThan(Candidate other) =>
            First < other.First - Rounding || (First <= other.First + Rounding && Second < other.Second - Rounding);
    }
}

/// <summary>Where a VM goes.</summary>
/// <param name="Host">Index of the host; null for none.</param>
/// <param name="WhyNot">
/// Why there is none; with a host, why the VM runs there as best effort, its reservation fitting nowhere; else null.
/// </param>
internal sealed record PlacementChoice(int? Host, string? WhyNot);
