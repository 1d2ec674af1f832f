using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Queue;

public sealed class UsageMeterTests
{
    private static readonly Mbsa.Nvm.Timing.WorkVector _work = new(5, 4096, 2);

    private readonly UsageMeter _meter = new();

    [Fact]
    public void Waiting_is_summed_over_vcpus_and_a_backlog_is_that_all_of_them_want_to_run()
    {
        _meter.OnReady(RunState.New, 0);
        _meter.OnReady(RunState.New, 10);       // two wait
        _meter.OnGranted(20);                   // one runs, one waits
        _meter.OnCharged(default, default, default, 50); // one rests, one waits
        _meter.OnReady(RunState.Resting, 80);
        var counts = _meter.At(100);
        Assert.Equal(10 + (2 * 10) + 30 + 30 + (2 * 20), counts.ReadyNs);
        Assert.Equal(50 + 20, counts.BackloggedNs);
        Assert.Equal(100, counts.WantedNs); // one of them always waited
        Assert.Equal((30L, 3L, 10 + (2L * 90)), (counts.HeldNs, counts.Waits, counts.AttachedNs));
    }

    [Fact]
    public void A_vm_whose_only_running_vcpu_is_one_of_two_wants_no_more_than_it_has()
    {
        _meter.OnReady(RunState.New, 0);
        _meter.OnReady(RunState.New, 0);
        _meter.OnGranted(0);
        _meter.OnGranted(0);                    // both run: it could want more
        _meter.OnCharged(default, default, default, 40); // one sleeps, one runs
        Assert.Equal(40, _meter.At(100).WantedNs);
    }

    [Fact]
    public void Use_is_what_was_charged()
    {
        for (var i = 0; i < 3; i++)
        {
            _meter.OnReady(i == 0 ? RunState.New : RunState.Resting, i);
            _meter.OnGranted(i);
            _meter.OnCharged(new ResourceUse(5, 1, 2), default, new QuantumUse(7, new Mbsa.Nvm.Timing.WorkVector(5, 4096, 2), 4), i);
        }

        var counts = _meter.At(10);
        Assert.Equal((new ResourceUse(15, 3, 6), 12L, 3 * 4096.0), (counts.Use, counts.Operations, counts.Bytes));
    }

    [Fact]
    public void Work_that_is_settled_is_use_and_changes_nothing_of_who_runs_and_waits()
    {
        _meter.OnReady(RunState.New, 0);
        _meter.OnReady(RunState.New, 0);
        _meter.OnGranted(0);
        _meter.OnSettled(new ResourceUse(5, 1, 2), new QuantumUse(7, _work, 4), 40); // one runs, one waits
        var counts = _meter.At(100);
        Assert.Equal((new ResourceUse(5, 1, 2), new ResourceUse(5, 1, 2)), (counts.Use, counts.UseSoFar));
        Assert.Equal((4L, 4096.0), (counts.Operations, counts.Bytes));
        Assert.Equal((100L, 100.0, 100L, 2L), (counts.HeldNs, counts.ReadyNs, counts.BackloggedNs, counts.Waits));
    }

    [Fact]
    public void What_was_booked_of_others_stays_booked_when_work_is_settled()
    {
        _meter.OnReady(RunState.New, 0);
        _meter.OnGranted(0);
        _meter.OnBooked(new ResourceUse(3, 0, 1));
        _meter.OnSettled(new ResourceUse(5, 1, 2), default, 10);
        Assert.Equal((new ResourceUse(5, 1, 2), new ResourceUse(8, 1, 3)), (_meter.At(10).Use, _meter.At(10).UseSoFar));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_vcpu_that_left_neither_waits_nor_is_missed(bool inItsQuantum)
    {
        _meter.OnReady(RunState.New, 0);
        _meter.OnReady(RunState.New, 0);
        if (inItsQuantum)
        {
            _meter.OnGranted(0);
        }

        _meter.OnLeft(inItsQuantum ? RunState.Granted : RunState.Ready, 10);
        var (before, after) = (_meter.At(10), _meter.At(30));
        Assert.Equal((20.0, 20L), (after.ReadyNs - before.ReadyNs, after.BackloggedNs - before.BackloggedNs));
    }
}
