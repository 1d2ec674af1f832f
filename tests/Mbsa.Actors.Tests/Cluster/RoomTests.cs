using Mbsa.Actors.Tests.Qos;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>
/// What the coordinator believes to be taken is what is taken: of VMs that are given up, hosts that are drained, and VMs that grew.
/// </summary>
[Collection("cluster")]
public sealed class RoomTests
{
    /// <summary>So slow that what a VM has written in 10 ms takes some milliseconds.</summary>
    private static readonly NetworkSpec _slow = new(2e7, 20_000);

    [Fact]
    public async Task A_vm_that_was_given_up_leaves_its_room_to_others()
    {
        var scenario = Lasting(ClusterLab.Scenario(hosts: 1, vms: 2), 60);
        scenario = scenario with
        {
            Vms = [scenario.Vms[0].Reserved(PromiseUnit.Share, 0.6), scenario.Vms[1].Reserved(PromiseUnit.Share, 0.6).Late()],
            Events = [.. Enumerable.Range(1, 4)
                .Select(time => new ScenarioEvent(time * Lab.Millisecond, "vm-0", new VmChange.FailVcpu(0)))],
        };

        var result = await scenario.At(30 * Lab.Millisecond, "vm-1", new VmChange.Start()).RunOnAsync(1);

        Assert.Equal([VmState.Failed, VmState.Running], result.Vms.Select(vm => vm.State));
        Assert.Equal(1, result.Cluster!.Hosts[0].VmsAtEnd);
        Assert.All(result.Problems, problem => Assert.StartsWith("vm-0", problem));
    }

    [Fact]
    public async Task A_drained_host_does_not_get_a_vm_that_was_on_its_way_or_waited()
    {
        var scenario = Slow(vms: 6);
        scenario = scenario with { Vms = [.. scenario.Vms.Select(vm => vm with { PinnedTo = "h-0" })] };
        for (var vm = 0; vm < 3; vm++)
        {
            scenario = scenario.At(10 * Lab.Millisecond, $"vm-{vm}", new VmChange.Migrate("h-1"));
        }

        var result = await scenario.Happening(new HostEvent(15 * Lab.Millisecond, 1, HostChange.Drain)).RunOnAsync(1);

        Assert.Empty(result.Problems);
        Assert.Equal([6, 0], result.Cluster!.Hosts.Select(host => host.VmsAtEnd));
        Assert.Equal(["vm-0", "vm-1", "vm-2"], result.Cluster.Migrations.Select(migration => $"vm-{migration.Vm}"));
        Assert.All(result.Cluster.Migrations, migration => Assert.Equal("h-1 is drained", migration.WhyCancelled));
    }

    [Fact]
    public async Task A_host_that_was_lost_while_it_was_drained_is_empty_some_time_after_it_came_back()
    {
        var result = await Slow(vms: 4).Happening(
            new HostEvent(10 * Lab.Millisecond, 0, HostChange.Drain),
            new HostEvent(12 * Lab.Millisecond, 0, HostChange.Lose),
            new HostEvent(30 * Lab.Millisecond, 0, HostChange.Return)).RunOnAsync(1);

        Assert.Empty(result.Problems);
        Assert.Equal(2, result.Cluster!.Losses[0].VmsBack);
        Assert.Equal([0, 4], result.Cluster.Hosts.Select(host => host.VmsAtEnd));
        Assert.All(result.Vms, vm => Assert.Equal(VmState.Running, vm.State));
    }

    [Fact]
    public async Task A_vm_that_grew_and_finds_no_room_is_not_stopped_for_it_and_the_reason_is_said()
    {
        var scenario = Lasting(ClusterLab.Scenario(hosts: 2, vms: 1), 200);
        var small = scenario.Cluster!.Hosts[1] with { Host = scenario.Cluster.Hosts[1].Host with { NvmSizeBytes = 16 << 20 } };
        scenario = scenario with
        {
            Vms = [scenario.Vms[0] with { PinnedTo = "h-0" }],
            Cluster = scenario.Cluster with { Hosts = scenario.Cluster.Hosts.SetItem(1, small) },
        };

        var result = await scenario
            .At(10 * Lab.Millisecond, "vm-0", new VmChange.Resize(64 << 20))
            .At(20 * Lab.Millisecond, "vm-0", new VmChange.Migrate("h-1")).RunOnAsync(1);

        var migration = Assert.Single(result.Cluster!.Migrations);
        Assert.Contains("child device 'vm-0': it cannot have", migration.WhyCancelled);
        Assert.Equal(0, migration.DowntimeNs);
        Assert.Equal(VmState.Running, result.Vms[0].State);
    }

    /// <summary>Two hosts and VMs that write little, for 300 ms.</summary>
    private static ScenarioSpec Slow(int vms)
    {
        var scenario = Lasting(ClusterLab.Scenario(hosts: 2, vms), 300);
        return scenario with
        {
            Vms = [.. scenario.Vms.Select(vm =>
                vm with { Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with { ReadRateIops = 1000, WriteRateIops = 1000 }] })],
            Cluster = scenario.Cluster! with { Network = _slow },
        };
    }

    private static ScenarioSpec Lasting(ScenarioSpec scenario, long milliseconds) =>
        scenario with { DurationNs = milliseconds * Lab.Millisecond };
}
