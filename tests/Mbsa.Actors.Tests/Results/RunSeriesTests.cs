using Mbsa.Actors.Runs;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Tests.Results;

public sealed class RunSeriesTests
{
    [Fact]
    public void A_point_is_taken_when_its_time_has_come_and_holds_what_happened_in_it()
    {
        var operations = 0L;
        var series = new RunSeries(10, () =>
            [new VmSample { Name = "a", State = VmState.Running, ReadOperations = operations, ReadBytes = 8 * operations }]);

        operations = 3;
        series.Advance(9);
        Assert.Empty(series.Points);
        series.Advance(10);
        operations = 8;
        series.Advance(12);
        series.Advance(35);

        Assert.Equal([(0L, 10L, 3L), (10, 35, 5)], series.Points.Select(p => (p.StartNs, p.EndNs, p.Vms[0].Operations)));
        Assert.Equal(40, series.Points[1].Vms[0].ReadBytes);
        Assert.True(float.IsNaN(series.Points[1].Vms[0].P99Ns));
        Assert.True(float.IsNaN(series.Points[1].Vms[0].PlannedShare));
    }

    [Theory]
    [InlineData(24, 2, 10, 24)] // 4 more are no point of their own
    [InlineData(26, 3, 20, 26)]
    [InlineData(20, 2, 10, 20)]
    public void What_is_left_at_the_end_is_not_lost_and_says_how_long_it_was(long endNs, int points, long lastStartNs, long lastEndNs)
    {
        var nowNs = 0L;
        var series = new RunSeries(10, () => [new VmSample
            { Name = "a", State = VmState.Running, ReadOperations = 5 * nowNs, ObservedNs = nowNs, CoresUsedNs = nowNs / 2.0 }]);
        foreach (var ns in new[] { 10, 20, endNs })
        {
            nowNs = ns;
            series.Advance(ns);
        }

        series.End(endNs);
        series.End(endNs);

        Assert.Equal((points, lastStartNs, lastEndNs), (series.Points.Count, series.Points[^1].StartNs, series.Points[^1].EndNs));
        Assert.Equal(5 * endNs, series.Points.Sum(point => point.Vms[0].Operations));
        Assert.All(series.Points, point => Assert.Equal(0.5f, point.Vms[0].Share)); // no drop
    }

    [Fact]
    public void A_run_shorter_than_a_point_is_one()
    {
        var series = new RunSeries(1000, () => [new VmSample { Name = "a", State = VmState.Running }]);
        series.Advance(7);
        series.End(7);
        Assert.Equal([(0L, 7L)], series.Points.Select(point => (point.StartNs, point.EndNs)));
    }

    [Fact]
    public async Task Who_watches_changes_nothing_and_sees_the_whole_run()
    {
        var scenario = Lab.Scenario(Lab.Vm("a"), Lab.Vm("b")) with { WarmupNs = 2_000_000, DurationNs = 20_000_000 };
        var unwatched = await Lab.RunAsync(scenario);
        var run = ScenarioRun.Start(scenario with { SeriesPoints = 11 });
        var watched = await run.Completion;

        Assert.Equal(unwatched.TraceHash, watched.TraceHash);
        Assert.Equal(11, run.Series.Count);
        Assert.Equal(22_000_000, run.Series[^1].EndNs);
        Assert.Equal(run.Snapshot().Vms.Sum(vm => vm.Operations), run.Series.Sum(point => point.Vms.Sum(vm => vm.Operations)));
    }
}
