using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;
using static Mbsa.Cores.Tests.Playing.VirtualCoresRig;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>Workers that leave the virtual cores: at their end, by a failure, or because they are detached.</summary>
public sealed class VirtualCoresDepartureTests
{
    private readonly List<Departure> _departures = [];

    [Fact]
    public void A_blocked_worker_can_be_detached_and_a_late_ring_wakes_nobody()
    {
        var bell = new Doorbell();
        var (blocked, cores) = (new ScriptedWorker([Script.Blocking(10)]) { Doorbell = bell }, CoresOf(1));
        var schedulable = blocked.As(0);
        cores.Attach(schedulable);
        Assert.False(cores.RunUntil(100, idle: false, _departures));
        Assert.True(cores.Detach(schedulable));
        bell.Ring(cores.NowNs);
        Assert.False(cores.RunUntil(200, idle: false, _departures));
        Assert.Equal((1, 1, null), (blocked.Disposed, blocked.Quanta.Count, blocked.Breach));
    }

    [Fact]
    public void Whoever_finishes_is_disposed_and_time_stands_still_until_its_departure_was_seen()
    {
        var (brief, other, cores) = (Script.Of(new Step(100, AfterQuantum.Finished)), Script.Forever(60), CoresOf(2));
        Attach(cores, brief, other);
        Assert.True(cores.RunUntil(1000, idle: false, _departures));
        Assert.Equal(100, cores.NowNs);
        Assert.Same(brief, Assert.Single(_departures).Schedulable.Worker);
        Assert.Null(_departures[0].Failure);
        Assert.Equal(1, brief.Disposed);
        _departures.Clear();
        cores.RunUntil(1000, idle: false, _departures);
        Assert.Equal(1000, cores.NowNs);
        Assert.Empty(_departures);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_worker_that_throws_departs_with_what_it_threw_and_frees_its_core(bool inExecute)
    {
        var failing = Script.Of(new Step(100), new Step(100) { ThrowsInExecute = inExecute, ThrowsInComplete = !inExecute });
        var (other, cores) = (Script.Forever(100), CoresOf(1));
        Attach(cores, failing, other);
        Assert.True(cores.RunUntil(1000, idle: false, _departures));
        var departure = Assert.Single(_departures);
        Assert.IsType<InvalidOperationException>(departure.Failure);
        Assert.Equal(inExecute ? 200 : 300, cores.NowNs);
        Assert.Equal(1, failing.Disposed);
        _departures.Clear();
        cores.RunUntil(1000, idle: false, _departures);
        Assert.Equal(inExecute ? 9 : 8, other.Quanta.Count);
        Assert.Equal((null, null), (failing.Breach, other.Breach));
    }

    [Fact]
    public void Detaching_in_the_middle_of_a_quantum_frees_the_core_at_once()
    {
        var (leaving, waiting, cores) = (Script.Forever(1000), Script.Forever(1000), CoresOf(1));
        var schedulable = leaving.As(0);
        cores.Attach(schedulable);
        cores.Attach(waiting.As(1));
        cores.RunUntil(300, idle: false, _departures);
        Assert.True(cores.Detach(schedulable));
        Assert.Equal(1, leaving.Disposed);
        cores.RunUntil(1300, idle: false, _departures);
        Assert.Equal((300L, 1300L), waiting.Quanta[0]);
        Assert.Empty(leaving.Quanta);
        Assert.Empty(_departures);
    }

    [Fact]
    public void Detaching_in_the_middle_of_a_quantum_frees_its_share_of_the_bus_at_once()
    {
        // Alone each would fill the bus for 1000 ns; together both run at half speed.
        var (leaving, staying) = (Script.Forever(1000, busBytes: 1000), Script.Forever(1000, busBytes: 1000));
        var cores = CoresOf(new HostCapacity(2, 1e9), 1000);
        var schedulable = leaving.As(0);
        cores.Attach(schedulable);
        cores.Attach(staying.As(1));
        cores.RunUntil(400, idle: false, _departures);
        cores.Detach(schedulable);
        cores.RunUntil(1300, idle: false, _departures);
        Assert.Equal((0L, 1200L), staying.Quanta[0]);
    }

    [Fact]
    public void Detaching_again_or_after_the_end_is_harmless()
    {
        var (brief, leaving, early, cores) =
            (Script.Of(new Step(10, AfterQuantum.Finished)), Script.Forever(10), Script.Forever(10), CoresOf(1));
        var schedulables = new[] { brief.As(0), leaving.As(1), early.As(2) };
        Array.ForEach(schedulables, cores.Attach);
        cores.Detach(schedulables[2]); // before it ever ran
        cores.RunUntil(100, idle: false, _departures);
        Assert.All(schedulables, s => Assert.True(cores.Detach(s)));
        Assert.All(schedulables, s => Assert.True(cores.Detach(s)));
        cores.RunUntil(100, idle: false, _departures);
        Assert.Empty(early.Starts);
        Assert.All([brief, leaving, early], w => Assert.Equal((1, null), (w.Disposed, w.Breach)));
    }

    [Fact]
    public void A_detached_sleeper_never_wakes()
    {
        var (sleeper, cores) = (Script.Of(new Step(10, AfterQuantum.Sleeping, 90)), CoresOf(1));
        var schedulable = sleeper.As(0);
        cores.Attach(schedulable);
        cores.RunUntil(50, idle: false, _departures);
        cores.Detach(schedulable);
        Assert.False(cores.RunUntil(500, idle: false, _departures));
        Assert.Single(sleeper.Starts);
    }

    [Fact]
    public void The_order_in_which_workers_are_cut_off_at_one_moment_does_not_matter()
    {
        Assert.Single(new int[][] { [0, 1, 2], [2, 1, 0], [1, 2, 0] }.Select(TraceAfter).Distinct());

        ulong? TraceAfter(int[] order)
        {
            var cores = CoresOf(3);
            Schedulable[] cut = [.. order.Select(_ => Script.Forever(100)).Select((worker, id) => worker.As(id))];
            Array.ForEach(cut, cores.Attach);
            cores.RunUntil(50, idle: false, _departures);
            Array.ForEach(order, id => cores.Detach(cut[id]));
            for (var id = 3; id < 6; id++)
            {
                cores.Attach(Script.Forever(100).As(id));
            }

            cores.RunUntil(1000, idle: false, _departures);
            return cores.TraceHash;
        }
    }
}
