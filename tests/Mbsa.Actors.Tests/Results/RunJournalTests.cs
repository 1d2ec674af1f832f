using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Results;

public sealed class RunJournalTests
{
    [Fact]
    public void A_report_tells_what_happened_at_one_moment_in_the_order_of_VMs_whoever_was_quicker()
    {
        var scenario = Lab.Scenario(Lab.Vm("b"), Lab.Vm("a"));
        RunEvent[] written = [Entry(5, "a", "stopped"), Entry(5, null, "new plan"),
            Entry(5, "b", "failed"), Entry(5, "b", "stopped"), Entry(4, "a", "running")];

        Assert.Equal(
            ["a running", "new plan", "b failed", "b stopped", "a stopped"],
            RunJournal.InOrder(written, scenario.Vms).Select(entry => $"{entry.Vm} {entry.Text}".Trim()));
    }

    [Fact]
    public async Task What_happened_is_written_at_its_moment_of_the_virtual_clock_whichever_thread_was_quicker()
    {
        var scenario = Lab.Scenario([.. Enumerable.Range(0, 8).Select(i => Lab.Vm($"vm-{i}", vcpus: 1) with
        {
            Jobs = [Lab.Job(IoPattern.RandRead, 1) with { TimeBased = false, IoSizeBytes = (20_000 + 7 * i) * 4096 }],
        })]) with
        { DurationNs = 200 * Lab.Millisecond };
        var first = await JournalAsync(scenario);
        Assert.Equal(8, first.Count(entry => entry.Text.EndsWith("finished", StringComparison.Ordinal) && entry.ClockNs > 0));
        for (var time = 0; time < 10; time++)
        {
            Assert.Equal(first, await JournalAsync(scenario));
        }
    }

    private static async Task<List<(long ClockNs, string Text)>> JournalAsync(ScenarioSpec scenario)
    {
        var run = ScenarioRun.Start(scenario);
        run.Journal.Listen(_ => Thread.Sleep(2)); // who writes is slow: nobody may go on meanwhile
        await run.Completion;
        return [.. RunJournal.InOrder(run.Journal.Since(0), scenario.Vms).Select(entry => (entry.ClockNs, entry.Text))];
    }

    private static RunEvent Entry(long clockNs, string? vm, string text) => new(0, clockNs, RunEventKind.VmState, text) { Vm = vm };
}
