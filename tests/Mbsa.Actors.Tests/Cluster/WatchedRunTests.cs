using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>What people who watch see of a run on several hosts.</summary>
[Collection("cluster")]
public sealed class WatchedRunTests
{
    [Fact]
    public async Task Interrupted_before_any_time_passed_it_reports_that()
    {
        var run = ScenarioRun.Start(ClusterLab.Scenario(hosts: 8, vms: 64) with { DurationNs = 1000 * Lab.Millisecond });
        run.Interrupt();

        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(result.Interrupted);
        Assert.NotNull(result.TraceHash);
        Assert.Equal(64, result.Vms.Length);
    }

    [Fact]
    public async Task At_the_end_it_is_what_the_result_says_and_the_journal_is_in_the_order_of_time()
    {
        var scenario = ClusterLab.Scenario(hosts: 3, vms: 6);
        scenario = scenario with
        {
            DurationNs = 400 * Lab.Millisecond,
            Events = [new ScenarioEvent(10 * Lab.Millisecond, "vm-0", new VmChange.Migrate("h-2"))],
            Cluster = scenario.Cluster! with
            {
                Events = [new HostEvent(200 * Lab.Millisecond, 1, HostChange.Lose),
                    new HostEvent(250 * Lab.Millisecond, 1, HostChange.Return)],
            },
        };

        var run = ScenarioRun.Start(scenario);
        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Empty(result.Problems);
        var (end, seen) = (result.Cluster!, run.Snapshot().Cluster!);
        Assert.Equal(["h-0", "h-1", "h-2"], seen.Hosts.Select(host => host.Name));
        Assert.All(seen.Hosts, host =>
        {
            Assert.True(host.IsUp);
            Assert.True(host.BusyNs > 0 && host.BusBytes > 0 && host.NvmNs > 0 && host.NvmAllocatedBytes > 0);
            Assert.True(host.Plans > 0);
            Assert.Equal(0, host.AdmissionRefusals);
        });
        Assert.Equal(end.HostOfVm.AsEnumerable(), seen.HostOfVm);
        Assert.Equal((1L, 0L, 0, 1L), (seen.MigrationsDone, seen.MigrationsCancelled, seen.MigrationsUnderWay, seen.HostLosses));
        Assert.Equal(Assert.Single(end.Migrations).Bytes, seen.MigratedBytes);
        Assert.Equal(end.Migrations[0].DowntimeNs, seen.DowntimeNs);

        var journal = run.Journal.Since(0);
        Assert.Equal(journal.Select(entry => entry.ClockNs).Order(), journal.Select(entry => entry.ClockNs));
        Assert.Equal(
            ["vm-0: migrated from h-0 to h-2", "h-1: lost with 2 VMs", "h-1: back with 2 VMs"],
            journal.Where(entry => entry.Kind == RunEventKind.Cluster).Select(entry => entry.Text));
    }
}
