using System.Collections.Immutable;
using Mbsa.Actors.Deciding;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Deciding;

/// <summary>
/// A <see cref="LeaseBook"/> and hosts that do as they are told, each with the book its own admission uses:
/// whatever the lease book says is admitted there, in its order, or the test fails. What VMs do and want is for the test to say.
/// </summary>
internal sealed class LeaseRig
{
    private readonly ScenarioSpec _scenario;
    private readonly VmBook[] _hosts;
    private readonly RunQueue _queue;
    private readonly Dictionary<(int Host, int Vm), VmCounts> _counts = [];

    public LeaseRig(ScenarioSpec scenario)
    {
        _scenario = scenario;
        Placement = new Placement(scenario);
        Leases = new LeaseBook(Placement);
        Contacts = [.. scenario.Cluster!.Hosts.Select(_ => HostContact.Heard)];
        HostOfVm = new int?[scenario.Vms.Length];
        Reserved = new double[scenario.Vms.Length];
        _queue = new RoundRobinPolicy().CreateQueue(Placement.Needs.Capacity(0), 25_000, ServiceOrder.Share);
        _hosts = [.. Contacts.Select((_, host) => new VmBook(Placement.Needs.Capacity(host)))];
    }

    public Placement Placement { get; }

    public LeaseBook Leases { get; }

    public HostContact[] Contacts { get; }

    public int?[] HostOfVm { get; }

    /// <summary>For each VM of a tenant what its host reserves for it.</summary>
    public double[] Reserved { get; }

    /// <summary>The leases that were given last, by host, of the first tenant.</summary>
    public ImmutableSortedDictionary<int, double> Given { get; private set; } = ImmutableSortedDictionary<int, double>.Empty;

    public long NowNs { get; private set; }

    /// <summary>A VM runs on a host from now on; it is admitted there when the next decision was carried out.</summary>
    public LeaseRig Start(int vm, int host)
    {
        Placement.Put(vm, host);
        HostOfVm[vm] = host;
        return this;
    }

    public LeaseRig Stop(int vm)
    {
        Leave(vm);
        HostOfVm[vm] = null;
        return this;
    }

    public void Migrate(int vm, int to)
    {
        Leave(vm);
        Start(vm, to);
    }

    public void Lose(int host)
    {
        Contacts[host] = HostContact.Gone;
        for (var vm = 0; vm < HostOfVm.Length; vm++)
        {
            if (HostOfVm[vm] == host)
            {
                Stop(vm);
            }
        }
    }

    /// <summary>
    /// An epoch passes in which each VM that runs does so many I/Os per second, and wants more of them all the time or not;
    /// then the decision.
    /// </summary>
    public LeaseDecision Epoch(Func<int, (double Rate, bool WantsMore)> does, long passedNs = DecidingLab.Epoch)
    {
        NowNs += passedNs;
        for (var vm = 0; vm < HostOfVm.Length; vm++)
        {
            if (HostOfVm[vm] is { } host)
            {
                var (before, (rate, wantsMore)) = (_counts.GetValueOrDefault((host, vm)), does(vm));
                var operations = before.Operations + (long)(rate * passedNs / 1e9);
                _counts[(host, vm)] = new VmCounts(operations, operations * 4096.0,
                    before.ReadyNs, before.BackloggedNs + (wantsMore ? passedNs : passedNs / 2));
            }
        }

        return Decide();
    }

    public LeaseDecision Decide()
    {
        var counts = _counts.Where(count => Contacts[count.Key.Host] != HostContact.Gone)
            .ToLookup(count => count.Key.Vm, count => (count.Key.Host, count.Value));
        var decision = Leases.Decide(NowNs, Contacts, HostOfVm, counts);
        Given = decision.Leases.Where(lease => lease.Tenant == 0).ToImmutableSortedDictionary(lease => lease.Host, lease => lease.Rate);
        foreach (var (host, vm, reservation) in decision.Reservations)
        {
            Admit(vm, host, Placement.QosOf(vm) with { Reservation = reservation });
            Reserved[vm] = reservation.Value;
        }

        for (var vm = 0; vm < HostOfVm.Length; vm++)
        {
            if (HostOfVm[vm] is { } host && !_hosts[host].Has(vm))
            {
                Admit(vm, host, Placement.QosOf(vm));
            }
        }

        return decision;
    }

    private void Leave(int vm)
    {
        if (HostOfVm[vm] is { } host)
        {
            Placement.Take(vm, host);
            _hosts[host].Remove(vm, _queue, NowNs);
            Reserved[vm] = 0;
        }
    }

    private void Admit(int vm, int host, QosSpec qos) =>
        Assert.Null(_hosts[host]
            .Admit(new AdmittedVm(vm, _scenario.Vms[vm].Vcpus, qos, Placement.Needs.Use(vm, host)!), _queue, NowNs));
}
