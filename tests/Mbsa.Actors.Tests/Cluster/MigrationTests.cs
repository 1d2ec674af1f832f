using Mbsa.Actors.Nodes;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>
/// VMs that migrate while they run: nothing of their disks is lost, each runs in one place, and it is the same on any number of nodes.
/// </summary>
[Collection("cluster")]
public sealed class MigrationTests
{
    [Fact]
    public async Task Every_vm_moves_once_and_no_block_is_lost()
    {
        var scenario = Storm(hosts: 3, vms: 9);
        var first = await scenario.RunOnAsync(1);
        Assert.Empty(first.Problems);
        Assert.Equal(9, first.Cluster!.Migrations.Length);
        Assert.All(first.Cluster.Migrations, migration =>
        {
            Assert.True(migration.IsDone, migration.WhyCancelled);
            Assert.True(migration.Rounds >= 2);
            Assert.InRange(migration.DowntimeNs, scenario.Cluster!.Network.LatencyNs, scenario.Cluster.Migration.DowntimeNs * 2);
            Assert.True(migration.Bytes > 100 * 4096);
            Assert.Equal(first.Cluster.HostOfVm[migration.Vm], migration.To);
        });
        Assert.All(first.Vms, vm =>
        {
            Assert.Equal((VmState.Running, first.MeasuredNs), (vm.State, vm.ActiveNs));
            Assert.Equal(0, vm.BlocksWrong);
            Assert.True(vm.BlocksVerified > 0);
        });
        ClusterLab.AssertSame(first, await scenario.RunOnAsync(3));
    }

    [Fact]
    public async Task The_time_in_which_a_vm_was_active_goes_with_it()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 2) with
        {
            WarmupNs = 10 * Lab.Millisecond,
            DurationNs = 40 * Lab.Millisecond,
            WindowNs = 15 * Lab.Millisecond,
        };
        scenario = scenario with { Vms = [scenario.Vms[0], scenario.Vms[1] with { StartsAtOnce = false }] };
        var run = await scenario.At(5 * Lab.Millisecond, "vm-0", new VmChange.Migrate(null))
            .At(6 * Lab.Millisecond, "vm-1", new VmChange.Start())
            .At(36 * Lab.Millisecond, "vm-0", new VmChange.Stop()).RunOnAsync(1);
        Assert.True(run.Cluster!.Migrations.Single().IsDone);
        Assert.Equal([36 * Lab.Millisecond, 34 * Lab.Millisecond], run.Vms.Select(vm => vm.ActiveNs));
        Assert.Equal([(0L, 15L), (15, 30), (30, 40)],
            run.Windows.Select(window => (window.StartNs / Lab.Millisecond, window.EndNs / Lab.Millisecond)));
        Assert.All(run.Windows.SelectMany(window => window.Shares), share => Assert.InRange(share, 0, 1 + 1e-9));
    }

    [Fact]
    public async Task A_node_lost_in_the_middle_of_a_storm_changes_nothing()
    {
        var scenario = Storm(hosts: 3, vms: 9) with { DurationNs = 2000 * Lab.Millisecond };
        scenario = scenario with { Cluster = scenario.Cluster! with { EpochNs = Lab.Millisecond } };
        scenario = scenario with { Events = [.. scenario.Events.Select((e, i) => e with { AtNs = (10 + 200 * i) * Lab.Millisecond })] };
        var nodes = await ClusterLab.StartNodesAsync(3);
        try
        {
            var undisturbed = await scenario.RunOnAsync(nodes[0]);
            Assert.Empty(undisturbed.Problems);
            Assert.Equal(9, undisturbed.Cluster!.Migrations.Count(migration => migration.IsDone));
            var run = await ClusterRun.SubmitAsync(scenario, nodes[0].Address, ClusterLab.Options());
            await ClusterLab.UntilAsync(() => run.Snapshot().ClockNs >= scenario.DurationNs / 2);
            Assert.False(run.Completion.IsCompleted);
            await nodes[1].CrashAsync();
            var disturbed = await run.Completion.WaitAsync(TimeSpan.FromSeconds(120));
            Assert.True(disturbed.Cluster!.Rebuilt > 0);
            ClusterLab.AssertSame(undisturbed, disturbed);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.CrashAsync()));
        }
    }

    [Fact]
    public async Task Job_that_has_so_much_to_do_does_exactly_that_wherever_it_moves()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 2);
        scenario = scenario with
        {
            Vms = [.. scenario.Vms.Select(vm =>
                vm with { Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with { TimeBased = false, IoSizeBytes = 32 << 20 }] })],
            DurationNs = 200 * Lab.Millisecond,
            Events = [new ScenarioEvent(4 * Lab.Millisecond, "vm-0", new VmChange.Migrate(null)),
                new ScenarioEvent(15 * Lab.Millisecond, "vm-0", new VmChange.Migrate("h-0"))],
        };
        var run = await scenario.RunOnAsync(1);
        Assert.Empty(run.Problems);
        Assert.All(run.Cluster!.Migrations, migration => Assert.True(migration.IsDone));
        Assert.Equal(2, run.Cluster.Migrations.Length);
        Assert.All(run.Totals(), operations => Assert.Equal(2 * (32 << 20) / 4096, operations));
    }

    /// <summary>Every VM leaves its host, one after the other.</summary>
    private static ScenarioSpec Storm(int hosts, int vms)
    {
        var scenario = ClusterLab.Scenario(hosts, vms, host => host with { Payload = PayloadKind.Stamp });
        return scenario with
        {
            DurationNs = 150 * Lab.Millisecond,
            Vms = [.. scenario.Vms.Select(vm => vm with { Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with
                { Verify = VerifyMethod.Meta, ReadRateIops = 20_000, WriteRateIops = 20_000 }] })],
            Events = [.. Enumerable.Range(0, vms)
                .Select(vm => new ScenarioEvent((5 + vm) * Lab.Millisecond, $"vm-{vm}", new VmChange.Migrate(null)))],
        };
    }
}
