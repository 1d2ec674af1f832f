using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Deciding;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Runs;

/// <summary>The promises of tenants in a run: has them decided, and tells the hosts. Nothing where a scenario has no tenants.</summary>
internal sealed class Leases(Situation state)
{
    private readonly LeaseBook? _book = state.Cluster.Tenants.IsEmpty ? null : new LeaseBook(state.Placement);

    /// <summary>How each tenant's promise was kept.</summary>
    public ImmutableArray<TenantResult> Results => _book?.Results ?? [];

    /// <summary>The measured part begins.</summary>
    public void BeginMeasuring() => _book?.BeginMeasuring();

    /// <summary>
    /// An epoch is over, or who is where changes at this moment. Where a VM shall come, this goes first: what tenants had on lease of the
    /// room it is to have, they give back.
    /// </summary>
    public async Task DecideAsync()
    {
        if (_book is null)
        {
            return;
        }

        var decision = _book.Decide(
            state.Hosts.NowNs,
            [.. state.AllHosts.Select(ContactOf)],
            [.. state.Whereabouts.Hosts.Select((host, vm) => state.Runs(vm) ? host : null)],
            state.AllHosts
                .SelectMany(host => state.Hosts.StandingsOn(host).Select(vm => (vm.Vm, Host: host, vm.Here)))
                .ToLookup(counts => counts.Vm, counts => (counts.Host, counts.Here)));
        var byHost = decision.Reservations.ToLookup(reservation => reservation.Host);
        var answers = await state.Hosts.DoOnAllAsync(host =>
            [.. byHost[host].Select(told =>
                new HostCommand.SetQos(told.Vm, state.Placement.QosOf(told.Vm) with { Reservation = told.Reservation }))]);
        foreach (var host in state.AllHosts)
        {
            foreach (var (told, answer) in byHost[host].Zip(answers[host]))
            {
                if (answer is HostAnswer.Refused { Reason: var reason })
                {
                    state.AddProblem(
                        state.NameOf(told.Vm), $"{state.HostName(host)} could not keep its part of the tenant's promise: {reason}");
                }
            }
        }
    }

    /// <summary>A host that comes back still has the reservations it had when it was lost; meanwhile others got what they are of.</summary>
    /// <param name="host">The host, before it has power again.</param>
    /// <param name="vms">The VMs that come back with it.</param>
    public async Task TakeBackAsync(int host, IReadOnlyList<int> vms) => await state.Hosts.DoAllAsync(host,
        [.. state.Cluster.Tenants.SelectMany(tenant => tenant.Vms.Where(vms.Contains).Select(vm =>
            new HostCommand.SetQos(vm, state.Placement.QosOf(vm) with { Reservation = tenant.Reservation with { Value = 0 } })))]);

    private HostContact ContactOf(int host) =>
        !state.IsUp(host) ? HostContact.Gone : state.Network.IsUp(host) ? HostContact.Heard : HostContact.CutOff;
}
