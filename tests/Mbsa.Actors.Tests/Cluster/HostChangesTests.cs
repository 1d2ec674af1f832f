using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Mbsa.Actors.Cluster;
using Mbsa.Actors.Cluster.Hosting;
using Mbsa.Actors.Cluster.Runs;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Scenarios;
using Mbsa.Metrics;

namespace Mbsa.Actors.Tests.Cluster;

public sealed class HostChangesTests : TestKit
{
    [Fact]
    public async Task What_a_tenant_had_on_a_host_that_was_lost_is_taken_back_before_it_has_power_again()
    {
        var scenario = ClusterLab.Scenario(hosts: 1, vms: 1);
        scenario = scenario with { Cluster = scenario.Cluster! with { Tenants = [new TenantSpec("tenant", [0], new Promise(PromiseUnit.Share, 0.8))] } };
        List<HostCommand> done = [];
        var state = new ClusterState(scenario, new HostCluster(scenario, [Sys.ActorOf(Props.Create(() => new Host(done)))], CancellationToken.None));
        var leases = new Leases(state);
        var changes = new HostChanges(state, new Moves(state, leases), leases);
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
    private sealed class Host : ReceiveActor
    {
        public Host(List<HostCommand> done) => Receive<HostLink.DoStep>(step =>
        {
            done.AddRange(step.Commands);
            ImmutableArray<HostAnswer> answers = [.. step.Commands.Select(_ => new HostAnswer.Done())];
            Sender.Tell(new HostReport(1, step.UntilNs, default, null, answers, [new VmStanding(0, VmState.Running, 0, new TenantUse())]));
        });
    }
}
