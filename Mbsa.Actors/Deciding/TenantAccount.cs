using System.Collections.Immutable;
using Mbsa.Cores.Planning;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// One tenant in the <see cref="LeaseBook"/>: what its VMs want, what each host has of its promise, how it was kept. Not thread-safe.
/// </summary>
internal sealed class TenantAccount
{
    private const double Kept = 0.99;

    /// <summary>So little of a promise is never leased that sums of leases do not exceed it by a rounding error.</summary>
    private const double Rounding = 1e-12;

    private readonly int _index;
    private readonly Placement _placement;
    private readonly VmDemand[] _demands;
    private readonly HeldLease[] _held;
    private readonly double _floor;
    private double _maxLeased;
    private int _misses, _epochs;

    /// <summary>A tenant of whose promise nothing is leased.</summary>
    public TenantAccount(int tenant, Placement placement)
    {
        (_index, _placement) = (tenant, placement);
        Spec = placement.Needs.Cluster.Tenants[tenant];
        _demands = [.. Spec.Vms.Select(_ => new VmDemand(Spec.Reservation.Unit))];
        _held = new HeldLease[placement.Needs.Cluster.Hosts.Length];
        _floor = placement.Needs.Floor(tenant).Value;
    }

    /// <summary>The tenant.</summary>
    public TenantSpec Spec { get; }

    /// <summary>How its promise was kept.</summary>
    public TenantResult Result => new(Spec.Name, _maxLeased, Spec.Reservation.Value) { Misses = _misses, Epochs = _epochs };

    /// <summary>What a host has of its promise.</summary>
    public HeldLease HeldBy(int host) => _held[host];

    /// <summary>What was missed until now does not count.</summary>
    public void BeginMeasuring() => (_misses, _epochs) = (0, 0);

    /// <summary>An epoch is over.</summary>
    public void Observe(ILookup<int, (int Host, VmCounts Counts)> counts, IReadOnlyList<int?> hostOfVm, long passedNs)
    {
        double used = 0, wanted = 0;
        for (var i = 0; i < _demands.Length; i++)
        {
            var vm = Spec.Vms[i];
            _demands[i].Observe(counts[vm], hostOfVm[vm], passedNs, hostOfVm[vm] is { } host ? RatesOf(vm, host).Alone : 0);
            used += _demands[i].UsedRate;
            wanted += _demands[i].WantedRate;
        }

        if (wanted >= Spec.Reservation.Value)
        {
            _epochs++;
            _misses += used < Kept * Spec.Reservation.Value ? 1 : 0;
        }
    }

    /// <summary>Takes note of where its VMs are.</summary>
    public void Settle(IReadOnlyList<int?> hostOfVm, bool isEpochStart)
    {
        for (var i = 0; i < _demands.Length; i++)
        {
            _demands[i].Settle(hostOfVm[Spec.Vms[i]], isEpochStart);
        }
    }

    /// <summary>
    /// Sees to what hosts have that cannot be given another lease now: a host that is cut off has a floor if it has VMs, one that is gone
    /// has none.
    /// </summary>
    public void SetAside(long nowNs, IReadOnlyList<HostContact> contacts, IReadOnlyList<int?> hostOfVm)
    {
        for (var host = 0; host < _held.Length; host++)
        {
            var hasVms = Spec.Vms.Any(vm => hostOfVm[vm] == host);
            _held[host] = contacts[host] switch
            {
                HostContact.Heard => new HeldLease(0, nowNs, hasVms ? _floor : 0),
                HostContact.CutOff when hasVms => _held[host],
                _ => _held[host] with { Floor = 0 },
            };
        }
    }

    /// <summary>What can be leased to the hosts that are heard of.</summary>
    public double Available(long nowNs, IReadOnlyList<HostContact> contacts)
    {
        var available = Spec.Reservation.Value * (1 - Rounding);
        for (var host = 0; host < _held.Length; host++)
        {
            available -= contacts[host] == HostContact.Heard ? 0 : _held[host].Max(nowNs);
        }

        return Math.Max(0, available);
    }

    /// <summary>What it wants of the hosts that are heard of and have VMs of it.</summary>
    public TenantClaims Claims(IReadOnlyList<HostContact> contacts, IReadOnlyList<int?> hostOfVm)
    {
        var there = Spec.Vms.Select(vm => hostOfVm[vm]).OfType<int>();
        ImmutableArray<int> hosts = [.. there.Where(host => contacts[host] == HostContact.Heard).Distinct().Order()];
        var wants = hosts.Select(host => Wants(host, hostOfVm)).ToList();
        var nobodyWants = wants.All(of => of.All(want => want.Demand == 0));
        return new TenantClaims(
            _index,
            hosts,
            [.. wants.Select(of => of.Sum(want => nobodyWants ? want.Rates.Max : want.Demand))],
            [.. wants.Select(of => of.Sum(want => want.Rates.Max))],
            [.. hosts.Select((host, k) => PerUnit(host, wants[k]))]);
    }

    /// <summary>A host has a lease.</summary>
    public void Give(HostLease lease) => _held[lease.Host] = _held[lease.Host] with { Rate = lease.Rate, ExpiresNs = lease.ExpiresNs };

    /// <summary>Takes note of what hosts may give now.</summary>
    public void NoteLeased(long nowNs) => _maxLeased = Math.Max(_maxLeased, _held.Sum(held => held.InForce(nowNs)));

    /// <summary>Divides what a host may give now among the VMs there, in proportion to what they want.</summary>
    public IEnumerable<(int Vm, double Rate)> Divide(int host, long nowNs, IReadOnlyList<int?> hostOfVm)
    {
        var wants = Wants(host, hostOfVm);
        var nobodyWants = wants.All(want => want.Demand == 0);
        var rates = ProportionalShare.Divide(
            _held[host].InForce(nowNs),
            [.. wants.Select(want => nobodyWants ? want.Rates.Max : want.Demand)],
            [.. wants.Select(want => want.Rates.Max)]);
        return wants.Select((want, i) => (want.Vm, rates[i]));
    }

    private List<(int Vm, double Demand, VmRates Rates)> Wants(int host, IReadOnlyList<int?> hostOfVm)
    {
        List<(int, double, VmRates)> wants = [];
        for (var i = 0; i < _demands.Length; i++)
        {
            if (hostOfVm[Spec.Vms[i]] == host)
            {
                var rates = RatesOf(Spec.Vms[i], host);
                wants.Add((Spec.Vms[i], _demands[i].Rate(rates.Alone), rates));
            }
        }

        return wants;
    }

    private RoomNeed PerUnit(int host, List<(int Vm, double Demand, VmRates Rates)> wants)
    {
        var (unit, worst) = (Spec.Reservation with { Value = 1 }, default(RoomNeed));
        foreach (var (vm, _, _) in wants)
        {
            var use = _placement.Needs.Use(vm, host)!;
            worst = new RoomNeed(
                Math.Max(worst.Cores, use.WorstNeed(unit, Resource.Cores)),
                Math.Max(worst.Bus, use.WorstNeed(unit, Resource.Bus)),
                Math.Max(worst.Nvm, use.WorstNeed(unit, Resource.Nvm)),
                0);
        }

        return worst;
    }

    private VmRates RatesOf(int vm, int host)
    {
        var needs = _placement.Needs;
        var admitted = new AdmittedVm(vm, needs.Scenario.Vms[vm].Vcpus, _placement.QosOf(vm), needs.Use(vm, host)!);
        return VmRates.Of(admitted, Spec.Reservation.Unit, needs.Capacity(host).Cores);
    }
}
