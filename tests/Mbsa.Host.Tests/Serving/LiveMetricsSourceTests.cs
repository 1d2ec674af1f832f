using Mbsa.Actors.Results;
using Mbsa.Host.Serving;
using Mbsa.Host.Tests.Live;

namespace Mbsa.Host.Tests.Serving;

public sealed class LiveMetricsSourceTests
{
    [Fact]
    public void Use_is_that_since_the_sample_before_and_stays_when_the_clock_stands()
    {
        var scenario = Sample.Scenario();
        var now = Sample.Snapshot(scenario, 0);
        var source = new LiveMetricsSource(scenario, () => now);
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
        Assert.Equal(2, busy.VmsRunning);
    }

    [Fact]
    public void Counters_are_in_base_units_and_shares_of_what_was_used()
    {
        var scenario = Sample.Scenario();

        var writer = new LiveMetricsSource(scenario, () => Sample.Snapshot(scenario, 100)).Sample().Vms[1];

        Assert.Equal(("writer", "running", 200_000L, 10_000L), (writer.Name, writer.State, writer.Reads, writer.Writes));
        Assert.Equal(0.1, writer.StorageCpuSeconds);
        Assert.Equal(0.025, writer.ThrottledSeconds);
        Assert.Equal(0.5, writer.AchievedShare);
    }

    [Fact]
    public void Before_anything_ran_all_are_treated_alike()
    {
        var scenario = Sample.Scenario();
        var source = new LiveMetricsSource(scenario, () => new LiveSnapshot(0, 1, false, [.. scenario.Vms.Select(vm => new LiveVm { Name = vm.Name, State = VmState.Running })]));

        var sample = source.Sample();

        Assert.Equal(1, sample.JainIndex);
        Assert.Equal(0, sample.Vms[0].AchievedShare);
    }
}
