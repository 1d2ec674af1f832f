using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>
/// Emulated hosts that are lost and come back, are drained or cut off: every acknowledged write is there, every VM in one place or none.
/// </summary>
[Collection("cluster")]
public sealed class HostLossTests
{
    [Fact]
    public async Task Each_host_is_lost_in_turn_and_every_acknowledged_write_is_there()
    {
        var scenario = Verified(hosts: 3, vms: 6);
        scenario = scenario.Happening([.. Enumerable.Range(0, 3).SelectMany(host => new HostEvent[]
        {
            new((10 + 30 * host) * Lab.Millisecond, host, HostChange.Lose),
            new((20 + 30 * host) * Lab.Millisecond, host, HostChange.Return),
        })]);
        var result = await scenario.RunOnAsync(2);
        Assert.Empty(result.Problems);
        AssertAllWell(result);
        Assert.Equal(3, result.Cluster!.Losses.Length);
        Assert.All(result.Cluster.Losses, loss =>
        {
            Assert.Equal(2, loss.VmsStopped);
            Assert.Equal(2, loss.VmsBack);
            Assert.Equal(2, loss.DisksRecovered);
            Assert.Equal(10 * Lab.Millisecond, loss.BackAtNs - loss.AtNs);
        });
        ClusterLab.AssertSame(result, await scenario.RunOnAsync(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Migration_whose_host_is_lost_is_cancelled_and_the_vm_lives_in_one_place(int lost)
    {
        var moveNs = 10 * Lab.Millisecond;
        var migrating = Verified(hosts: 2, vms: 2).At(moveNs, "vm-0", new VmChange.Migrate("h-1"));
        migrating = migrating with { Cluster = migrating.Cluster! with { Network = new NetworkSpec(2e8, 20_000) } };
        var undisturbed = (await migrating.RunOnAsync(1)).Cluster!.Migrations.Single();
        Assert.True(undisturbed.IsDone, undisturbed.WhyCancelled);
        for (var part = 1; part <= 4; part++)
        {
            // In a round, and in the stop: the last part of the way lies within the downtime.
            var atNs = moveNs + (part < 4 ? undisturbed.TotalNs * part / 4 : undisturbed.TotalNs - undisturbed.DowntimeNs / 2);
            var result = await migrating
                .Happening([new(atNs, lost, HostChange.Lose), new(atNs + 20 * Lab.Millisecond, lost, HostChange.Return)]).RunOnAsync(1);
            Assert.Empty(result.Problems);
            AssertAllWell(result);
            var migration = Assert.Single(result.Cluster!.Migrations);
            Assert.False(migration.IsDone);
            Assert.Contains("was lost", migration.WhyCancelled);
            Assert.Equal(0, result.Cluster.HostOfVm[0]);
            Assert.True(result.Totals()[0] > result.Totals()[1] / 2, "it stood still to the end");
        }
    }

    [Fact]
    public async Task Drained_host_ends_empty_gets_no_vm_any_more_and_an_added_one_takes_them()
    {
        var scenario = Verified(hosts: 3, vms: 4).At(60 * Lab.Millisecond, "vm-1", new VmChange.Migrate(null))
            .Happening([new(5 * Lab.Millisecond, 2, HostChange.Add), new(10 * Lab.Millisecond, 0, HostChange.Drain)]);
        scenario = scenario with
        {
            Cluster = scenario.Cluster! with
            { Hosts = scenario.Cluster.Hosts.SetItem(2, scenario.Cluster.Hosts[2] with { IsThereAtOnce = false }) }
        };
        var result = await scenario.RunOnAsync(1);
        Assert.Empty(result.Problems);
        AssertAllWell(result);
        Assert.Equal(0, result.Cluster!.Hosts[0].VmsAtEnd);
        Assert.Equal(4, result.Cluster.Hosts.Sum(host => host.VmsAtEnd));
        Assert.True(result.Cluster.Hosts[2].VmsAtEnd > 0);
    }

    [Fact]
    public async Task Link_that_goes_down_cancels_what_moves_over_it_and_nothing_else()
    {
        var scenario = Verified(hosts: 2, vms: 2).At(10 * Lab.Millisecond, "vm-0", new VmChange.Migrate(null))
            .At(60 * Lab.Millisecond, "vm-0", new VmChange.Migrate(null))
            .Happening([new(11 * Lab.Millisecond, 1, HostChange.LinkDown), new(50 * Lab.Millisecond, 1, HostChange.LinkUp)]);
        scenario = scenario with { Cluster = scenario.Cluster! with { Network = new NetworkSpec(2e8, 20_000) } };
        var result = await scenario.RunOnAsync(1);
        AssertAllWell(result);
        Assert.Collection(result.Cluster!.Migrations, cut => Assert.Contains("link of h-1 went down", cut.WhyCancelled),
            done => Assert.True(done.IsDone, done.WhyCancelled));
        Assert.Equal(1, result.Cluster.HostOfVm[0]);
    }

    private static ScenarioSpec Verified(int hosts, int vms)
    {
        var scenario = ClusterLab.Scenario(hosts, vms, host => host with { Payload = PayloadKind.Stamp });
        return scenario with
        {
            DurationNs = 120 * Lab.Millisecond,
            Vms = [.. scenario.Vms.Select(vm => vm with { Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with
                { Verify = VerifyMethod.Meta, ReadRateIops = 20_000, WriteRateIops = 20_000 }] })],
        };
    }

    private static void AssertAllWell(RunResult result) => Assert.All(result.Vms, vm =>
    {
        Assert.Equal(VmState.Running, vm.State);
        Assert.Equal(0, vm.BlocksWrong);
        Assert.True(vm.BlocksVerified > 0);
    });
}
