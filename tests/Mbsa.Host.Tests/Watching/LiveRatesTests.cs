using Mbsa.Host.Watching;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Watching;

public sealed class LiveRatesTests
{
    [Fact]
    public void Rates_are_differences_over_the_scenarios_clock()
    {
        var scenario = Sample.Scenario();

        var rows = LiveRates.Between(scenario, Sample.Snapshot(scenario, 100), Sample.Snapshot(scenario, 350));

        Assert.Equal(new LiveRow("oltp", VmState.Running, 1e6, 1e5, 1.1e6 * 4096, 0.25, 0.25), rows[0]);
        Assert.Equal(new LiveRow("writer", VmState.Running, 2e6, 1e5, 2.1e6 * 4096, 0.25, 0.125), rows[1]);
    }

    [Fact]
    public void The_first_rates_are_since_the_start()
    {
        var scenario = Sample.Scenario();

        Assert.Equal(1e6, LiveRates.Between(scenario, null, Sample.Snapshot(scenario, 10))[0].ReadIops);
    }

    [Fact]
    public void A_clock_that_stands_gives_no_rates_and_no_nonsense()
    {
        var scenario = Sample.Scenario();
        var snapshot = Sample.Snapshot(scenario, 10);

        Assert.All(LiveRates.Between(scenario, snapshot, snapshot), row => Assert.Equal(0, row.BandwidthBytesPerSecond));
    }

    [Fact]
    public void The_busiest_rows_stay_in_the_scenarios_order_and_the_rest_is_summed()
    {
        LiveRow[] rows = [Row("a", 5), Row("b", 1), Row("c", 9), Row("d", 2)];

        var top = LiveRates.Top(rows, 3);

        Assert.Equal(["a", "c", "(2 more)"], top.Select(row => row.Name));
        Assert.Equal(3, top[2].BandwidthBytesPerSecond);
        Assert.Null(top[2].State);
    }

    [Fact]
    public void Rows_that_fit_are_all_shown()
    {
        LiveRow[] rows = [Row("a", 5), Row("b", 1)];

        Assert.Same(rows, LiveRates.Top(rows, 2));
    }

    [Fact]
    public void Hogs_without_io_have_a_share_of_the_cores_too()
    {
        var scenario = Sample.Scenario(Sample.Vm("hog", IoPattern.Compute));
        var later = new LiveSnapshot(1_000, 2_000, true, [new VmSample { Name = "hog", State = VmState.Running, ComputeCpuNs = 1_000 }]);

        Assert.Equal(0.25, LiveRates.Between(scenario, null, later)[0].CoreShare);
    }

    private static LiveRow Row(string name, double bandwidth) => new(name, VmState.Running, 0, 0, bandwidth, 0, 0);
}
