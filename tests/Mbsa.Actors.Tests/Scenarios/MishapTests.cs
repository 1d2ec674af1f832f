using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>Runs in which something does not fit: they end, say what went wrong, and leave the others alone.</summary>
public sealed class MishapTests
{
    [Fact]
    public async Task Windows_go_on_while_nobody_runs_and_an_event_is_yet_to_come()
    {
        var brief = Lab.Vm("brief", IoPattern.Read, vcpus: 1) with { Jobs = [Lab.Job(IoPattern.Read, 1) with { TimeBased = false }] };
        var late = Lab.Vm("late", vcpus: 1) with { StartsAtOnce = false };
        var result = await (Lab.Scenario(brief, late) with { WindowNs = 3 * Lab.Millisecond })
            .At(14 * Lab.Millisecond, "late", new VmChange.Start()).RunAsync();
        Assert.Equal([0, 3, 6, 9, 12, 15, 18], result.Windows.Select(w => w.StartNs / Lab.Millisecond));
        Assert.Equal([1024, 0, 0, 0, 0, 0, 0], result.Windows.Select(w => w.Operations[0]));
        Assert.Equal(3000, result.Totals()[1], 10.0);
        Assert.Equal([0, 0, 0, 0], result.Windows.Take(4).Select(w => w.Operations[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_happens_to_a_vm_that_has_stopped_is_a_problem_and_no_more(bool stopped)
    {
        var scenario = Lab.Scenario(Lab.Vm("gone", vcpus: 1), Lab.Vm("other", vcpus: 1));
        if (stopped)
        {
            scenario = scenario.At(2 * Lab.Millisecond, "gone", new VmChange.Stop());
        }
        else
        {
            for (var i = 0; i < 4; i++)
            {
                scenario = scenario.At((i + 1) * Lab.Millisecond, "gone", new VmChange.FailVcpu(0));
            }
        }

        var result = await scenario
            .At(6 * Lab.Millisecond, "gone", new VmChange.SetQos(new QosSpec { Weight = 5 }))
            .At(7 * Lab.Millisecond, "gone", new VmChange.FailVcpu(0))
            .At(8 * Lab.Millisecond, "gone", new VmChange.Stop())
            .At(9 * Lab.Millisecond, "gone", new VmChange.Start())
            .RunAsync();
        Assert.Equal(20 * Lab.Millisecond, result.MeasuredNs);
        Assert.Equal(10_000, result.Totals()[1], 30.0);
        Assert.Equal(4, result.Problems.Count(p => p.StartsWith("gone: the event at", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_vm_whose_job_does_not_fit_its_disk_is_refused_with_the_reason_and_the_others_run()
    {
        var misfit = Lab.Vm("misfit", vcpus: 2) with
        { Jobs = [Lab.Job(IoPattern.Read, 1), Lab.Job(IoPattern.Read, 1) with { Size = new Extent(1L << 40) }] };
        var result = await Lab.Scenario(misfit, Lab.Vm("other")).RunAsync();
        Assert.Equal(VmState.Failed, result.Of("misfit").State);
        Assert.Contains("misfit", Assert.Single(result.Problems));
        Assert.Contains("disk", result.Problems[0]);
        Assert.True(result.Totals()[1] > 0);
    }

    [Fact]
    public async Task A_vm_with_an_unknown_wear_policy_is_refused_with_the_reason_and_the_others_run()
    {
        var odd = Lab.Vm("odd") with { Storage = new StorageSpec(IoPath.MemoryBus, 4 << 20, "nonsense") };
        var result = await Lab.Scenario(odd, Lab.Vm("other")).RunAsync();
        Assert.Contains("nonsense", Assert.Single(result.Problems));
        Assert.True(result.Totals()[1] > 0);
    }

    [Fact]
    public async Task A_host_that_breaks_fails_the_run_instead_of_keeping_it_waiting()
    {
        // No scenario file can ask for this: time that runs backwards is a bug, and stands for any other in the supervisor.
        var ledger = new MemoryLedger();
        var run = ScenarioRun.Start(Lab.Scenario(Lab.Vm("a")) with { DurationNs = -1 }, ledger);
        await Assert.ThrowsAsync<ScenarioFailedException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [Fact]
    public async Task A_vm_that_finished_says_so_however_soon_the_run_ends()
    {
        var brief = Lab.Vm("brief") with { Jobs = [Lab.Job(IoPattern.Write, 4) with { TimeBased = false, IoSizeBytes = 40_960 }] };
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(VmState.Finished, (await Lab.Scenario(brief).RunAsync()).Of("brief").State);
        }
    }

    [Fact]
    public async Task Two_vcpus_that_use_up_their_restarts_at_once_do_not_stop_time()
    {
        var scenario = Lab.Scenario(Lab.Vm("a", vcpus: 2), Lab.Vm("b", vcpus: 2));
        for (var i = 1; i <= 4; i++)
        {
            scenario = scenario
                .At(i * Lab.Millisecond, "a", new VmChange.FailVcpu(0))
                .At(i * Lab.Millisecond, "a", new VmChange.FailVcpu(1));
        }

        var result = await scenario.RunAsync();

        Assert.Equal([VmState.Failed, VmState.Running], result.Vms.Select(v => v.State));
        Assert.Equal(20 * Lab.Millisecond, result.MeasuredNs);
    }
}
