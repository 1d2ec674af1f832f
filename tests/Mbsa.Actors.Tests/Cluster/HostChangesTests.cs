using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Tests.Cluster;

public sealed class HostChangesTests
{
    [Fact]
    public async Task What_a_tenant_had_on_a_host_that_was_lost_is_taken_back_before_it_has_power_again()
    {
        var scenario = ClusterLab.Scenario(hosts: 1, vms: 1);
        scenario = scenario with
        {
            Cluster = scenario.Cluster! with
            { Tenants = [new TenantSpec("tenant", [0], new Promise(PromiseUnit.Share, 0.8))] }
        };
        List<HostCommand> done = [];
        var state = new Situation(scenario, new HostCluster(scenario, [new Host(done)], CancellationToken.None));
        var leases = new Leases(state);
        var changes = new HostChanges(state, new Migrations(state, leases), leases);
        state.Placement.Put(0, 0);
        state.Whereabouts.Start(0, 0);
        await state.Hosts.DoAsync(0, new HostCommand.Start(0));
        await leases.DecideAsync();
        await changes.HappenAsync(new HostEvent(0, 0, HostChange.Lose));
        await changes.HappenAsync(new HostEvent(0, 0, HostChange.Return));

        // What it was leased, taken back while it is dark; then it has power, and what it is leased now.
        var reservations = done.Select(command => command switch
        {
            HostCommand.SetQos { Qos.Reservation.Value: var value } => value > 0 ? "leased" : "nothing",
            HostCommand.RestorePower => "power",
            _ => null,
        }).OfType<string>();
        Assert.Equal(["leased", "nothing", "power", "leased"], reservations);
    }

    /// <summary>Does everything, and says that its VM runs.</summary>
    private sealed class Host(List<HostCommand> done) : IHostLink
    {
        public Task<HostReport> StepAsync(HostStep step, CancellationToken ended)
        {
            done.AddRange(step.Commands);
            ImmutableArray<HostAnswer> answers = [.. step.Commands.Select(_ => new HostAnswer.Done())];
            return Task.FromResult(new HostReport(step.Number, step.UntilNs, default, null,
                answers, [new VmStanding(0, VmState.Running, 0, new VmUse(), default)]));
        }
    }
}
