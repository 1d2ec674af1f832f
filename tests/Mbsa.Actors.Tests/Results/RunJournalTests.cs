using Mbsa.Actors.Results;

namespace Mbsa.Actors.Tests.Results;

public sealed class RunJournalTests
{
    [Fact]
    public void A_report_tells_what_happened_at_one_moment_in_the_order_of_VMs_whoever_was_quicker()
    {
        var scenario = Lab.Scenario(Lab.Vm("b"), Lab.Vm("a"));
        RunEvent[] written = [Entry(5, "a", "stopped"), Entry(5, null, "new plan"), Entry(5, "b", "failed"), Entry(5, "b", "stopped"), Entry(4, "a", "running")];

        Assert.Equal(
            ["a running", "new plan", "b failed", "b stopped", "a stopped"],
            RunJournal.InOrder(written, scenario.Vms).Select(entry => $"{entry.Vm} {entry.Text}".Trim()));
    }

    private static RunEvent Entry(long clockNs, string? vm, string text) => new(0, clockNs, RunEventKind.VmState, text) { Vm = vm };
}
