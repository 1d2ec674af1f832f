using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>A VM leaves the cores of one host, and comes to those of another, between two moments.</summary>
public sealed class EndQuantaTests
{
    private readonly List<Departure> _departures = [];

    [Fact]
    public void A_quantum_that_has_begun_ends_when_it_would_have_and_is_charged_and_its_core_is_free_now()
    {
        var (leaves, stays, cores) = (Script.Forever(100), Script.Forever(80), Cores(1));
        var leaving = leaves.As(0);
        cores.Attach(leaving);
        cores.Attach(stays.As(1));
        cores.RunUntil(30, idle: false, _departures);
        Assert.Equal(100, cores.EndQuanta(0, _departures));
        Assert.Equal([(0L, 100L)], leaves.Quanta);
        Assert.Equal((30, 30), (cores.NowNs, cores.Use.BusyNs));
        Assert.True(cores.Detach(leaving));
        cores.RunUntil(200, idle: false, _departures);
        Assert.Equal([30L, 110, 190], stays.Starts);
        Assert.Equal((1, null), (leaves.Disposed, leaves.Breach));
    }

    [Fact]
    public void What_is_slowed_down_ends_as_late_as_it_would_have_whatever_leaves_with_it()
    {
        // Two fill the bus of a byte a nanosecond: each takes twice as long.
        var cores = new VirtualCores(new HostCapacity(2, 1e9), new RoundRobinQueue(new HostCapacity(2, 1e9), 100));
        var (a, b) = (Script.Forever(100, busBytes: 100), Script.Forever(100, busBytes: 100));
        cores.Attach(a.As(0, 0));
        cores.Attach(b.As(0, 1));
        cores.RunUntil(50, idle: false, _departures);
        Assert.Equal(200, cores.EndQuanta(0, _departures));
        Assert.Equal((200, 200), (a.Quanta[0].EndNs, b.Quanta[0].EndNs));
    }

    [Fact]
    public void Whoever_is_in_no_quantum_and_the_other_vms_are_left_alone()
    {
        var (sleeper, ready, other, cores) =
            (Script.Of(new Step(10, AfterQuantum.Sleeping, 1000)), Script.Forever(100), Script.Forever(100), Cores(1));
        cores.Attach(other.As(0));
        cores.Attach(sleeper.As(1, 0));
        cores.Attach(ready.As(1, 1));
        cores.RunUntil(250, idle: false, _departures); // the other one is in its second quantum, from 210 to 310
        Assert.Equal(250, cores.EndQuanta(1, _departures));
        Assert.Equal((1, 1, 1), (sleeper.Quanta.Count, ready.Quanta.Count, other.Quanta.Count));
        cores.RunUntil(310, idle: false, _departures);
        Assert.Equal([(0L, 100L), (210L, 310L)], other.Quanta);
    }

    [Fact]
    public void Whoever_fails_at_the_end_departs()
    {
        var (fails, ends, cores) = (Script.Of(new Step(100) { ThrowsInComplete = true }), Script.Forever(120), Cores(2));
        cores.Attach(fails.As(0, 0));
        cores.Attach(ends.As(0, 1));
        cores.RunUntil(50, idle: false, _departures);
        Assert.Equal(120, cores.EndQuanta(0, _departures));
        Assert.Equal(new SchedulableId(0, 0), Assert.Single(_departures).Schedulable.Id);
        Assert.IsType<InvalidOperationException>(_departures[0].Failure);
        Assert.Equal((1, 120), (fails.Disposed, ends.Quanta[0].EndNs));
    }

    [Fact]
    public void Whoever_comes_asleep_sleeps_on()
    {
        var (late, cores) = (new ScriptedWorker([new Step(10)]) { ReadyFromNs = 70 }, Cores(1));
        cores.Attach(late.As(0));
        Assert.True(cores.RunUntil(69, idle: false, _departures));
        Assert.Empty(late.Starts);
        cores.RunUntil(85, idle: false, _departures);
        Assert.Equal([70L, 80], late.Starts);
    }

    private static VirtualCores Cores(int count)
    {
        var host = new HostCapacity(count, 1e12);
        return new VirtualCores(host, new RoundRobinQueue(host, 100));
    }
}
