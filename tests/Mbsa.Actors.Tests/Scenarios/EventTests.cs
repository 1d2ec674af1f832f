using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>What happens to one VM in the middle of a run, under both clocks: it harms nobody else, and nothing is left behind.</summary>
[Collection(WallClock.Name)]
public sealed class EventTests
{
    public static TheoryData<ClockKind> Clocks => [ClockKind.Virtual, ClockKind.Wall];

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task A_stopped_vm_gives_its_share_and_its_memory_to_others(ClockKind clock)
    {
        // The device holds two of these disks, so the third VM can only start because the first gave its memory back.
        var scenario = On(clock, Lab.Vm("a", sizeBytes: 40 << 20), Lab.Vm("b", sizeBytes: 40 << 20),
            Lab.Vm("c", sizeBytes: 40 << 20) with { StartsAtOnce = false })
            .With(h => h with { NvmSizeBytes = 96 << 20 })
            .At(10 * Lab.Millisecond, "a", new VmChange.Stop())
            .At(11 * Lab.Millisecond, "c", new VmChange.Start());
        var result = await scenario.RunAsync();
        Assert.Equal([VmState.Stopped, VmState.Running, VmState.Running], result.Vms.Select(v => v.State));
        Assert.All(result.Totals(), total => Assert.True(total > 0));
        Assert.Empty(result.Problems);
        if (clock == ClockKind.Virtual)
        {
            // 10 of 20 ms at half the host, 1 ms all of it for b, 9 ms half of it for b and c.
            Assert.Equal([10_000, 21_000, 9_000], result.Totals().Select(t => Math.Round(t / 100.0) * 100).Select(t => (int)t));
        }
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task A_vcpu_that_throws_is_restarted_and_counts_go_on(ClockKind clock)
    {
        var scenario = On(clock, Lab.Vm("a", vcpus: 2), Lab.Vm("b", vcpus: 2)).At(5 * Lab.Millisecond, "a", new VmChange.FailVcpu(1));
        var result = await scenario.RunAsync();
        Assert.Equal([VmState.Running, VmState.Running], result.Vms.Select(v => v.State));
        Assert.Contains("VCPU 1 failed", Assert.Single(result.Problems));
        if (clock == ClockKind.Virtual)
        {
            var totals = result.Totals();
            Assert.InRange(totals[0] / (double)totals[1], 0.99, 1.01);
        }
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task A_vcpu_that_fails_too_often_ends_its_vm_and_no_other(ClockKind clock)
    {
        var scenario = On(clock, Lab.Vm("a", vcpus: 2), Lab.Vm("b", vcpus: 2));
        // real cores need time to come to the failure and to restart, most on a busy machine
        var spacing = clock == ClockKind.Virtual ? 2 : 150;
        for (var i = 1; i <= 4; i++)
        {
            scenario = scenario.At(spacing * i * Lab.Millisecond, "a", new VmChange.FailVcpu(0));
        }

        var result = await (clock == ClockKind.Virtual
            ? scenario
            : scenario with { DurationNs = 5 * spacing * Lab.Millisecond }).RunAsync();
        Assert.Equal([VmState.Failed, VmState.Running], result.Vms.Select(v => v.State));
        Assert.All(result.Totals(), total => Assert.True(total > 0));
        Assert.Contains(result.Problems, p => p.Contains("given up"));
    }

    [Fact]
    public async Task Faults_do_not_disturb_determinism()
    {
        var scenario = On(ClockKind.Virtual, Lab.Vm("a", IoPattern.RandReadWrite, vcpus: 3), Lab.Vm("b", IoPattern.RandWrite, vcpus: 3))
            .At(3 * Lab.Millisecond, "a", new VmChange.FailVcpu(2))
            .At(5 * Lab.Millisecond, "b", new VmChange.SetQos(new QosSpec { Weight = 3 }))
            .At(7 * Lab.Millisecond, "a", new VmChange.FailVcpu(2));
        for (var i = 0; i < 4; i++)
        {
            scenario = scenario.At((10 + i) * Lab.Millisecond, "b", new VmChange.FailVcpu(i % 2 == 0 ? 0 : 1));
        }

        var first = await scenario.RunAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(first.TraceHash, (await scenario.RunAsync()).TraceHash);
        }
    }

    [Theory]
    [InlineData(ClockKind.Virtual, 1)]
    [InlineData(ClockKind.Virtual, 3)]
    [InlineData(ClockKind.Wall, 1)]
    [InlineData(ClockKind.Wall, 3)]
    public async Task A_run_whose_only_vcpu_fails_goes_on_with_the_one_that_takes_its_place(ClockKind clock, int failures)
    {
        var scenario = On(clock, Lab.Vm("a", vcpus: 1));
        for (var i = 1; i <= failures; i++)
        {
            scenario = scenario.At(i * 2 * Lab.Millisecond, "a", new VmChange.FailVcpu(0));
        }

        var result = await scenario.RunAsync();

        Assert.InRange(result.MeasuredNs, scenario.DurationNs, scenario.DurationNs + 100 * Lab.Millisecond);
        Assert.Equal(VmState.Running, result.Vms[0].State);
        Assert.Equal(failures, result.Problems.Count(problem => problem.Contains("a fault was injected", StringComparison.Ordinal)));
        Assert.True(result.Totals()[0] > 0);
    }

    [Fact]
    public async Task A_change_of_weight_holds_from_then_on()
    {
        var scenario = On(ClockKind.Virtual, Lab.Vm("a"), Lab.Vm("b"))
            .At(10 * Lab.Millisecond, "a", new VmChange.SetQos(new QosSpec { Weight = 3 }))
            with
        { WindowNs = 10 * Lab.Millisecond };
        var windows = (await scenario.RunAsync()).Windows;
        Assert.Equal(1, windows[0].Operations[0] / (double)windows[0].Operations[1], 0.01);
        Assert.Equal(3, windows[1].Operations[0] / (double)windows[1].Operations[1], 0.05);
    }

    [Fact]
    public async Task A_vm_that_does_not_fit_is_refused_with_the_reason_and_the_others_run()
    {
        var result = await On(ClockKind.Virtual, Lab.Vm("big", sizeBytes: 300 << 20), Lab.Vm("b")).RunAsync();
        Assert.Equal(0, result.Totals()[0]);
        Assert.True(result.Totals()[1] > 0);
        Assert.Contains("big: not started", Assert.Single(result.Problems));
    }

    [Fact]
    public async Task Time_passes_to_an_event_even_when_nobody_is_left_to_run()
    {
        var brief = Lab.Vm("brief", IoPattern.Read, vcpus: 1) with { Jobs = [Lab.Job(IoPattern.Read, 1) with { TimeBased = false }] };
        var late = Lab.Vm("late", vcpus: 1) with { StartsAtOnce = false };
        var result = await On(ClockKind.Virtual, brief, late).At(15 * Lab.Millisecond, "late", new VmChange.Start()).RunAsync();
        Assert.Equal(2500, result.Totals()[1], 10.0);
    }

    private static ScenarioSpec On(ClockKind clock, params VmSpec[] vms) => clock == ClockKind.Virtual
        ? Lab.Scenario(vms)
        : (Lab.Scenario(vms) with { Clock = ClockKind.Wall, DurationNs = 150 * Lab.Millisecond })
            .With(h => h with { Payload = PayloadKind.Full, QuantumNs = 100_000 });
}
