using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>
/// Reservations that are not kept are seen, whatever the VM does between its I/Os;
/// and those of VMs that do not use them are not made out to be missed.
/// </summary>
public sealed class MissesTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("cap")]
    public async Task A_vm_that_pauses_for_a_microsecond_in_a_thousand_ios_is_judged_and_missed(string policy)
    {
        var use = (await QosLab.Host(Pausing("v", 1000, 1000, vcpus: 4, IoPattern.RandWrite)
            .Reserved(PromiseUnit.Share, 0.4), QosLab.Writer("big", vcpus: 12))
            .Under(policy).For(500, 20).RunAsync()).Of("v").Use;
        Assert.Equal((5, 5), (use.ReservationWindows, use.ReservationMisses));
        Assert.InRange(use.ReservationJudgedNs, 490e6, 500e6);
    }

    [Fact]
    public async Task A_pause_after_each_io_does_not_hide_that_a_floor_is_missed()
    {
        var run = await QosLab.Host(Pausing("shy", 1, 1000).Reserved(PromiseUnit.OperationsPerSecond, 100_000), Lab.Hog("hog", 8))
            .Under("none").For(300).RunAsync();
        Assert.True(run.OperationsPerSecond("shy") < 90_000);
        Assert.Equal((3, 3), (run.Of("shy").Use.ReservationWindows, run.Of("shy").Use.ReservationMisses));
    }

    /// <summary>Where nobody makes room for it, it waits for the end of a quantum each time, which is little of the time.</summary>
    [Theory]
    [InlineData("none")]
    [InlineData("fair")]
    public async Task Who_pauses_for_long_and_waits_for_the_end_of_a_quantum_is_not_missed(string policy)
    {
        var use = (await Calm().Under(policy).RunAsync()).Of("calm").Use;
        Assert.Equal((3, 0), (use.ReservationWindows, use.ReservationMisses));
        Assert.InRange(use.ReservationJudgedNs, 1, 60e6);
    }

    [Fact]
    public async Task Who_pauses_for_long_and_has_somebody_make_room_for_it_wants_for_nothing()
    {
        var run = await Calm().Under("plan").RunAsync();
        var use = run.Of("calm").Use;
        Assert.Equal((0, 0, 0L), (use.ReservationWindows, use.ReservationMisses, use.ReservationJudgedNs));
        QosLab.Near(1e9 / 202_000, run.OperationsPerSecond("calm"), 0.01, "one read of 2 us each 200 us");
    }

    [Fact]
    public async Task Who_is_idle_is_not_judged()
    {
        var use = (await QosLab.Host(Pausing("idle", 1, 20_000_000).Reserved(PromiseUnit.Share, 0.4), Lab.Hog("hog"))
            .Under("none").For(300).RunAsync()).Of("idle").Use;
        Assert.Equal((0, 0, 0L), (use.ReservationWindows, use.ReservationMisses, use.ReservationJudgedNs));
    }

    [Fact]
    public async Task Who_runs_alone_is_not_missed_although_it_cannot_use_its_floor()
    {
        var use = (await QosLab.Host(Pausing("slow", 1, 20_000).Reserved(PromiseUnit.Share, 0.2)).For(300).RunAsync()).Of("slow").Use;
        Assert.Equal(0, use.ReservationMisses);
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(100, 1)]
    [InlineData(105, 1)]
    [InlineData(150, 2)]
    public async Task What_is_left_of_a_run_is_judged_at_its_end(long ms, int windows)
    {
        var run = await QosLab.Host(QosLab.Reader("v").Reserved(PromiseUnit.Share, 0.6), Lab.Hog("hog", 12))
            .Under("none").For(ms).RunAsync();
        Assert.Equal((windows, windows), (run.Of("v").Use.ReservationWindows, run.Of("v").Use.ReservationMisses));
    }

    [Fact]
    public async Task A_vm_that_leaves_is_judged_as_long_as_it_was_there()
    {
        var run = await QosLab.Host(QosLab.Reader("v").Reserved(PromiseUnit.Share, 0.6), Lab.Hog("hog", 12))
            .Under("none").For(300).At(150 * Lab.Millisecond, "v", new VmChange.Stop()).RunAsync();
        Assert.Equal((2, 2), (run.Of("v").Use.ReservationWindows, run.Of("v").Use.ReservationMisses));
        Assert.InRange(run.Of("v").Use.ReservationJudgedNs, 149e6, 150e6);
    }

    [Fact]
    public async Task A_vm_that_comes_late_is_judged_from_then_on()
    {
        var run = await QosLab.Host(QosLab.Reader("v").Reserved(PromiseUnit.Share, 0.6).Late(), Lab.Hog("hog", 12))
            .For(200).At(50 * Lab.Millisecond, "v", new VmChange.Start()).RunAsync();
        Assert.Equal((2, 0), (run.Of("v").Use.ReservationWindows, run.Of("v").Use.ReservationMisses));
        Assert.InRange(run.Of("v").Use.ReservationJudgedNs, 149e6, 150e6);
    }

    private static ScenarioSpec Calm() =>
        QosLab.Host(Pausing("calm", 1, 200_000).Reserved(PromiseUnit.Share, 0.2), Lab.Hog("hog", 4)).For(300);

    private static VmSpec Pausing(string name, int operations, long pauseNs, int vcpus = 1, IoPattern pattern = IoPattern.RandRead) =>
        Lab.Vm(name, pattern, vcpus) with { Jobs = [Lab.Job(pattern, vcpus) with { ThinkTimeNs = pauseNs, ThinkTimeBlocks = operations }] };
}
