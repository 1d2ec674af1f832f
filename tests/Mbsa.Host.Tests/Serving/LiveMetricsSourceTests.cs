using Mbsa.Host.Figures;
using Mbsa.Host.Serving;
using Mbsa.Host.Tests.Watching;
using Mbsa.Host.Watching;
using Mbsa.Metrics;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Tests.Serving;

public sealed class LiveMetricsSourceTests
{
    [Fact]
    public void Use_is_that_since_the_sample_before_and_stays_when_the_clock_stands()
    {
        var scenario = Sample.Scenario();
        var now = Sample.Snapshot(scenario, 0);
        var source = Source(() => now);
        Assert.Equal(0, Host(source).CpuUtilisation);

        now = Sample.Snapshot(scenario, 100);
        var busy = Host(source);
        var after = Host(source);
        now = now with { ClockNs = 2 * now.ClockNs };
        var idle = Host(source);

        Assert.Equal(0.5, busy.CpuUtilisation);
        Assert.Equal(1, busy.BusUtilisation);
        Assert.Equal(busy.CpuUtilisation, after.CpuUtilisation);
        Assert.Equal(0, idle.CpuUtilisation);
        Assert.Equal(0, idle.NvmUtilisation);
        Assert.Equal(0.1, busy.ClockSeconds);
        Assert.Equal(2, busy.Present.Count());
    }

    [Fact]
    public void Counters_are_those_of_the_snapshot_and_shares_of_the_host()
    {
        var scenario = Sample.Scenario();

        var writer = Host(Source(() => Sample.Snapshot(scenario, 100))).Vms[1];

        Assert.Equal(("writer", VmState.Running, 200_000L, 10_000L),
            (writer.Name, writer.State, writer.ReadOperations, writer.WriteOperations));
        Assert.Equal(100_000_000, writer.StorageCpuNs);
        Assert.Equal(25_000_000, writer.WaitingNs);
        Assert.Equal(0.25, writer.AchievedShare);
    }

    [Fact]
    public void A_single_host_is_a_list_of_one_and_used_as_all_together()
    {
        var scenario = Sample.Scenario();
        var now = Sample.Snapshot(scenario, 100);
        now = now with { Vms = [.. now.Vms.Select(vm => vm with { ReadBytes = vm.ReadBytes / 100, WriteBytes = vm.WriteBytes / 100 })] };

        var all = HostUse.Between(scenario, null, now);
        var one = Assert.Single(HostUse.OfEach(scenario, null, now));

        Assert.InRange(all.Nvm, 0.0001, 0.99);
        Assert.Equal(all.Cpu, one.Cpu, 9);
        Assert.Equal(all.Bus, one.Bus, 9);
        Assert.Equal(all.Nvm, one.Nvm, 9);
    }

    [Fact]
    public void Before_anything_ran_all_are_treated_alike()
    {
        var scenario = Sample.Scenario();
        var source = Source(() =>
            new LiveSnapshot(0, 1, false, [.. scenario.Vms.Select(vm => new VmSample { Name = vm.Name, State = VmState.Running })]));

        var sample = Host(source);

        Assert.Equal(1, sample.JainIndex);
        Assert.Equal(0, sample.Vms[0].AchievedShare);
    }

    [Fact]
    public void Achieved_shares_are_those_since_the_sample_before()
    {
        var scenario = Sample.Scenario();
        var now = Sample.Snapshot(scenario, 100);
        var source = Source(() => now);
        source.Sample();

        now = Sample.Snapshot(scenario, 200);
        now = now with { Vms = now.Vms.SetItem(1, now.Vms[1] with { CoresUsedNs = 75_000_000 }) };

        Assert.Equal([0.25, 0.5], Host(source).Vms.Select(vm => vm.AchievedShare));
    }

    [Fact]
    public void Of_several_hosts_each_has_its_own_use_and_the_vms_that_are_on_it()
    {
        var now = Sample.ClusterSnapshot(100);
        var source = Source(() => now, Sample.ClusterScenario());

        var first = source.Sample();
        var again = source.Sample();

        Assert.Equal(["h-1", "h-2"], first.Hosts.Select(host => host.Host));
        Assert.Equal([true, false], first.Hosts.Select(host => host.IsUp));
        Assert.Equal([0.5, 0.25], first.Hosts.Select(host => host.CpuUtilisation));
        Assert.Equal([0.2, 0.1], first.Hosts.Select(host => host.BusUtilisation));
        Assert.Equal([0.125, 0.5], first.Hosts.Select(host => host.NvmUtilisation));
        Assert.Equal([1L << 20, 3L << 20], first.Hosts.Select(host => host.NvmAllocatedBytes));
        Assert.Equal([1L << 30, 1L << 30], first.Hosts.Select(host => host.NvmSizeBytes));
        Assert.Equal([(5L, 1L, 0.002), (7L, 0L, 0.0)],
            first.Hosts.Select(host => (host.Plans, host.AdmissionRefusals, host.SchedulerOverheadSeconds)));
        Assert.Equal(["oltp"], first.Hosts[0].Vms.Select(vm => vm.Name));
        Assert.Equal(["writer"], first.Hosts[1].Vms.Select(vm => vm.Name));
        Assert.Equal(first.Hosts.Select(host => host.CpuUtilisation), again.Hosts.Select(host => host.CpuUtilisation));
        Assert.Equal(new ClusterSample
        {
            MigrationsDone = 2,
            MigrationsCancelled =
            1,
            MigrationsUnderWay = 1,
            MigratedBytes = 400 << 20,
            DowntimeSeconds = 0.005,
            HostLosses = 1
        }, first.Cluster);
    }

    [Fact]
    public void A_vm_that_moved_goes_with_its_counters_and_what_it_got_is_what_it_got_on_the_new_host()
    {
        var now = Sample.ClusterSnapshot(100);
        var source = Source(() => now, Sample.ClusterScenario());
        source.Sample();

        now = Sample.ClusterSnapshot(200);
        now = now with
        {
            Vms = now.Vms.SetItem(1, now.Vms[1] with { CoresUsedNs = 10_000_000 }), // the new host began to count at 0
            Cluster = now.Cluster! with { HostOfVm = [0, 0] },
        };
        var after = source.Sample();

        Assert.Equal(["oltp", "writer"], after.Hosts[0].Vms.Select(vm => vm.Name));
        Assert.Empty(after.Hosts[1].Vms);
        Assert.Equal(400_000, after.Hosts[0].Vms[1].ReadOperations);
        Assert.Equal([0.25, 0.1], after.Hosts[0].Vms.Select(vm => vm.AchievedShare));
        Assert.Equal(0.5, after.Hosts[0].CpuUtilisation);
    }

    [Fact]
    public void A_vm_that_was_not_placed_is_with_no_host_and_before_anything_is_known_of_hosts_there_are_none()
    {
        var (scenario, now) = (Sample.ClusterScenario(), Sample.ClusterSnapshot(100));

        var unplaced = Source(() => now with { Cluster = now.Cluster! with { HostOfVm = [null, 1] } }, scenario).Sample();
        var unknown = Source(() => now with { Cluster = null }, scenario).Sample();

        Assert.Empty(unplaced.Hosts[0].Vms);
        Assert.Empty(unknown.Hosts);
        Assert.Null(unknown.Cluster);
    }

    private static LiveMetricsSource Source(Func<LiveSnapshot> snapshot, ScenarioSpec? scenario = null)
    {
        var run = new SnapshotRun(snapshot);
        return new LiveMetricsSource(scenario ?? Sample.Scenario(), run, new WearWatch(run, TimeProvider.System));
    }

    private static HostSample Host(LiveMetricsSource source)
    {
        var sample = source.Sample();
        Assert.Null(sample.Cluster);
        return Assert.Single(sample.Hosts);
    }
}
