using Mbsa.Actors.Results;
using Mbsa.Metrics;

namespace Mbsa.Actors.Tests.Results;

public sealed class RunSeriesTests
{
    [Fact]
    public void A_point_is_taken_when_its_time_has_come_and_holds_what_happened_in_it()
    {
        var operations = 0L;
        var series = new RunSeries(10, () => [new VmSample { Name = "a", State = VmState.Running, ReadOperations = operations, ReadBytes = 8 * operations }]);

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
