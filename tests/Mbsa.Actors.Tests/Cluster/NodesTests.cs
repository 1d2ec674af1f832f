using Mbsa.Actors.Nodes;
using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>A run on several hosts is the same, however many nodes carry the hosts and whatever becomes of the nodes.</summary>
[Collection("cluster")]
public sealed class NodesTests
{
    private const string Coordinators = "the coordinator's";

    private static readonly Lazy<Task<(RunResult Result, RunJournal Journal)>> _undisturbed = new(async () =>
    {
        var run = ScenarioRun.Start(ClusterLab.Talkative());
        return (await run.Completion.WaitAsync(TimeSpan.FromSeconds(120)), run.Journal);
    });

    [Fact]
    public async Task The_number_of_nodes_does_not_matter()
    {
        var scenario = ClusterLab.Scenario(hosts: 4, vms: 12);
        var first = await scenario.RunOnAsync(1);
        Assert.Empty(first.Problems);
        Assert.All(first.Totals(), operations => Assert.True(operations > 0));
        Assert.All(first.Cluster!.Hosts, host => Assert.Equal(3, host.VmsAtEnd));
        ClusterLab.AssertSame(first, await scenario.RunOnAsync(2));
        ClusterLab.AssertSame(first, await scenario.RunOnAsync(4));
        Assert.NotEqual(first.TraceHash, (await (scenario with { Seed = 2 }).RunOnAsync(1)).TraceHash);
    }

    [Theory]
    [InlineData("another", false)]
    [InlineData("another", true)]
    [InlineData(Coordinators, false)]
    [InlineData(Coordinators, true)]
    public async Task A_node_that_is_lost_in_the_middle_or_leaves_changes_nothing(string whose, bool inGoodOrder)
    {
        var scenario = ClusterLab.Talkative();
        var nodes = await ClusterLab.StartNodesAsync(3);
        try
        {
            var run = await ClusterRun.SubmitAsync(scenario, nodes[1].Address, ClusterLab.Options());
            await ClusterLab.UntilAsync(() => run.Snapshot().ClockNs >= scenario.DurationNs / 5);
            Assert.False(run.Completion.IsCompleted);
            // a node that joined a moment ago may have come too late for hosts
            var lost = whose == Coordinators ? nodes[0] : nodes.Skip(1).First(node => node.Hosts > 0);
            await (inGoodOrder ? lost.LeaveAsync() : lost.CrashAsync());
            var disturbed = await run.Completion.WaitAsync(TimeSpan.FromSeconds(120));
            var undisturbed = await _undisturbed.Value;
            ClusterLab.AssertSame(undisturbed.Result, disturbed);
            Assert.Equal(Entries(undisturbed.Journal), Entries(run.Journal)); // each once, also if the run began anew
            Assert.True(disturbed.Cluster!.Rebuilt > 0 || whose == Coordinators); // with the coordinator the whole run begins anew
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.CrashAsync()));
        }
    }

    [Fact]
    public async Task The_series_has_a_point_for_each_stretch_however_slow_a_node_is_and_sees_every_IO()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 4);
        scenario = scenario with
        {
            DurationNs = 100 * Lab.Millisecond,
            SeriesPoints = 10,
            Events = [new ScenarioEvent(42 * Lab.Millisecond, "vm-0", new VmChange.Migrate("h-1"))],
        };

        var run = ScenarioRun.Start(scenario);
        await run.Completion.WaitAsync(TimeSpan.FromSeconds(120));

        var periodNs = scenario.SeriesPeriodNs!.Value;
        Assert.Equal(Enumerable.Range(1, 10).Select(point => point * periodNs), run.Series.Select(point => point.EndNs));
        Assert.Equal(run.Snapshot().Vms.Select(vm => vm.Operations),
            run.Snapshot().Vms.Select((_, vm) => run.Series.Sum(point => point.Vms[vm].Operations)));
        Assert.All(run.Series, point => Assert.All(point.Vms.AsEnumerable().Skip(1), vm => Assert.True(vm.Operations > 0)));
    }

    private static IEnumerable<(long Number, long ClockNs, string Text)> Entries(RunJournal journal) =>
        journal.Since(0).Select(entry => (entry.Number, entry.ClockNs, entry.Text));
}
