using Mbsa.Actors.Results;
using Mbsa.Host.Live;
using Mbsa.Host.Serving;
using Mbsa.Host.Tests.Live;
using Mbsa.Metrics;

namespace Mbsa.Host.Tests.Serving;

public sealed class LiveMetricsSourceTests
{
    [Fact]
    public void Use_is_that_since_the_sample_before_and_stays_when_the_clock_stands()
    {
        var scenario = Sample.Scenario();
        var now = Sample.Snapshot(scenario, 0);
        var source = Source(() => now);
        Assert.Equal(0, source.Sample().CpuUtilisation);

        now = Sample.Snapshot(scenario, 100);
        var busy = source.Sample();
        var after = source.Sample();
        now = now with { ClockNs = 2 * now.ClockNs };
        var idle = source.Sample();

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

        var writer = Source(() => Sample.Snapshot(scenario, 100)).Sample().Vms[1];

        Assert.Equal(("writer", VmState.Running, 200_000L, 10_000L), (writer.Name, writer.State, writer.ReadOperations, writer.WriteOperations));
        Assert.Equal(100_000_000, writer.StorageCpuNs);
        Assert.Equal(25_000_000, writer.WaitingNs);
        Assert.Equal(0.25, writer.AchievedShare);
    }

    [Fact]
    public void Before_anything_ran_all_are_treated_alike()
    {
        var scenario = Sample.Scenario();
        var source = Source(() => new LiveSnapshot(0, 1, false, [.. scenario.Vms.Select(vm => new VmSample { Name = vm.Name, State = VmState.Running })]));

        var sample = source.Sample();

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

        Assert.Equal([0.25, 0.5], source.Sample().Vms.Select(vm => vm.AchievedShare));
    }

    private static LiveMetricsSource Source(Func<LiveSnapshot> snapshot)
    {
        var run = new SnapshotRun(snapshot);
        return new LiveMetricsSource(Sample.Scenario(), run, new WearWatch(run, TimeProvider.System));
    }
}
