using Mbsa.Cores.Timing;
using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Tests.Timing;

public sealed class TimelineTests
{
    /// <summary>1 GB/s, so a byte of bus is a nanosecond.</summary>
    private readonly Timeline _timeline = new(cores: 3, busBytesPerSecond: 1e9);

    [Fact]
    public void Work_alone_takes_its_core_time()
    {
        _timeline.Start(0, new WorkVector(CoreNs: 1000, BusBytes: 400, NvmNs: 500));
        Assert.Equal((0, 1000), Next());
    }

    [Fact]
    public void Work_that_asks_more_of_the_bus_than_of_the_core_takes_the_time_of_the_bus()
    {
        _timeline.Start(0, new WorkVector(CoreNs: 1000, BusBytes: 2500, NvmNs: 0));
        Assert.Equal((0, 2500), Next());
    }

    [Fact]
    public void Two_that_each_fill_the_nvm_take_twice_as_long_and_hold_their_cores_meanwhile()
    {
        _timeline.Start(0, new WorkVector(1000, 0, 1000));
        _timeline.Start(1, new WorkVector(1000, 0, 1000));
        Assert.Equal((0, 2000), Next());
        Assert.False(_timeline.IsIdle(1));
    }

    [Fact]
    public void What_is_left_of_work_shrinks_as_fast_as_it_is_played_and_to_ask_changes_no_end()
    {
        Assert.Equal(default, _timeline.Left(0));
        _timeline.Start(0, new WorkVector(500, 400, 1000));
        Assert.Equal(new WorkVector(500, 400, 1000), _timeline.Left(0)); // nobody knows its speed yet
        _timeline.AdvanceTo(500);
        Assert.Equal(new WorkVector(250, 200, 500), _timeline.Left(0));
        _timeline.Start(1, new WorkVector(1000, 0, 1000));
        Assert.Equal(new WorkVector(250, 200, 500), _timeline.Left(0));
        _timeline.AdvanceTo(1000); // at half its speed
        Assert.Equal(new WorkVector(125, 100, 250), _timeline.Left(0));
        _timeline.Cancel(1);
        Assert.Equal(new WorkVector(125, 100, 250), _timeline.Left(0));
        Assert.Equal((0, 1250), Next());
        _timeline.AdvanceTo(1250);
        Assert.Equal(default, _timeline.Left(0));
    }

    [Fact]
    public void A_late_comer_slows_only_what_is_left()
    {
        _timeline.Start(0, new WorkVector(1000, 0, 1000));
        _timeline.AdvanceTo(500);
        _timeline.Start(1, new WorkVector(1000, 0, 1000));
        Assert.Equal((0, 1500), Next()); // 500 left at half speed
        _timeline.AdvanceTo(1500);
        _timeline.Finish(0);
        Assert.Equal((1, 2000), Next()); // half done by then, the rest alone
    }

    [Fact]
    public void Computing_is_not_slowed_by_a_full_bus()
    {
        _timeline.Start(0, new WorkVector(1000, 1000, 0));
        _timeline.Start(1, new WorkVector(1000, 1000, 0));
        _timeline.Start(2, new WorkVector(1000, 0, 0));
        Assert.Equal((2, 1000), Next());
    }

    [Fact]
    public void Cancelled_work_gives_back_its_share_at_once()
    {
        _timeline.Start(0, new WorkVector(1000, 1000, 0));
        _timeline.Start(1, new WorkVector(1000, 1000, 0));
        _timeline.AdvanceTo(1000);
        _timeline.Cancel(1);
        Assert.Equal((0, 1500), Next());
        Assert.True(_timeline.IsIdle(1));
    }

    [Fact]
    public void Each_core_says_when_its_work_ends_as_things_stand()
    {
        _timeline.Start(0, new WorkVector(1000, 1000, 0));
        _timeline.Start(1, new WorkVector(600, 600, 0));
        Assert.Equal((2000, 1200), (_timeline.EndsAtNs(0), _timeline.EndsAtNs(1))); // though the first is faster once the second is done
        _timeline.Cancel(1);
        Assert.Equal(1000, _timeline.EndsAtNs(0));
        Assert.Equal(0, _timeline.NowNs);
    }

    [Fact]
    public void Of_several_that_end_together_the_lowest_core_is_first()
    {
        _timeline.Start(2, new WorkVector(700, 0, 0));
        _timeline.Start(1, new WorkVector(700, 0, 0));
        Assert.Equal((1, 700), Next());
    }

    [Fact]
    public void Time_cannot_pass_an_end_nobody_took()
    {
        _timeline.Start(0, new WorkVector(1000, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _timeline.AdvanceTo(1001));
        Assert.Throws<InvalidOperationException>(() => _timeline.Start(0, new WorkVector(1, 0, 0)));
        Assert.Throws<InvalidOperationException>(() => _timeline.Finish(0));
    }

    [Fact]
    public void Those_that_end_together_do_not_keep_one_another_longer()
    {
        _timeline.Start(0, new WorkVector(1000, 1000, 0));
        _timeline.Start(1, new WorkVector(1000, 1000, 0));
        Assert.Equal((0, 2000), Next());
        _timeline.AdvanceTo(2000);
        _timeline.Finish(0);
        Assert.Equal((1, 2000), Next()); // though it would be twice as fast from now on
    }

    [Fact]
    public void Work_goes_along_evenly_while_its_speed_does_not_change()
    {
        _timeline.Start(0, new WorkVector(1000, 1000, 0));
        _timeline.Start(1, new WorkVector(500, 500, 0));
        _timeline.Start(2, new WorkVector(300, 0, 0));
        Assert.Equal((2, 300), Next());
        _timeline.AdvanceTo(300);
        _timeline.Finish(2);
        _timeline.Start(2, new WorkVector(300, 0, 0));
        Assert.Equal((2, 600), Next());
        Assert.True(_timeline.PassageOf(0).IsEven);
        Assert.True(_timeline.PassageOf(2).IsEven);
    }

    [Fact]
    public void Where_its_speed_changed_work_turns()
    {
        // Alone until 100, by two until 300, by three until 600, by two until 900, and the last 400 alone.
        _timeline.Start(0, new WorkVector(850, 850, 0));
        Assert.Equal((0, 850), Next());
        _timeline.AdvanceTo(100);
        _timeline.Start(1, new WorkVector(350, 350, 0));
        Assert.Equal((1, 800), Next());
        _timeline.AdvanceTo(300);
        _timeline.Start(2, new WorkVector(100, 100, 0));
        Assert.Equal((2, 600), Next());
        _timeline.AdvanceTo(600);
        _timeline.Finish(2);
        Assert.Equal((1, 900), Next());
        _timeline.AdvanceTo(900);
        _timeline.Finish(1);
        Assert.Equal((0, 1300), Next());
        _timeline.AdvanceTo(1300);
        _timeline.Finish(0);

        var walk = _timeline.PassageOf(0).Walk(0, 1300, 850);
        Assert.Equal([(50, 50), (100, 100), (150, 200), (200, 300), (250, 450),
            (300, 600), (400, 800), (450, 900), (850, 1300)], Places(ref walk));

        _timeline.Start(0, new WorkVector(10, 10, 0));
        Assert.True(_timeline.PassageOf(0).IsEven); // the next work has a passage of its own

        static (double, double)[] Places(ref PassageWalk walk)
        {
            double[] done = [50, 100, 150, 200, 250, 300, 400, 450, 850];
            var places = new (double, double)[done.Length];
            for (var i = 0; i < done.Length; i++)
            {
                places[i] = (done[i], Math.Round(walk.GoTo(done[i]), 6));
            }

            return places;
        }
    }

    [Fact]
    public void However_often_it_turned_all_turns_are_there_and_after_it_was_cut_off_too()
    {
        _timeline.Start(0, new WorkVector(100_000, 100_000, 0));
        for (var i = 0; i < 50; i++)
        {
            _timeline.Start(1, new WorkVector(100, 100, 0));
            Assert.Equal((1, 300 * i + 200), Next());
            _timeline.AdvanceTo(300 * i + 200);
            _timeline.Finish(1);
            Next();
            _timeline.AdvanceTo(300 * i + 300);
        }

        var endNs = _timeline.EndsAtNs(0);
        _timeline.Cancel(0);
        var walk = _timeline.PassageOf(0).Walk(0, endNs, 100_000);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(300 * i + 100, walk.GoTo(200 * i + 50), 1e-6);
            Assert.Equal(300 * i + 250, walk.GoTo(200 * i + 150), 1e-6);
        }
    }

    private (int Core, long EndsAtNs) Next() => (_timeline.PeekNext(out var endsAtNs), endsAtNs);
}
