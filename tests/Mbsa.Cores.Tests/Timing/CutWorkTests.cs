using CsCheck;
using Mbsa.Cores.Timing;
using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Tests.Timing;

/// <summary>Work that is taken off its core before its end and goes on later.</summary>
public sealed class CutWorkTests
{
    private static readonly WorkVector _whole = new(1024, 512, 256);

    /// <summary>1 GB/s, so a byte of bus is a nanosecond.</summary>
    private readonly Timeline _timeline = new(cores: 3, busBytesPerSecond: 1e9);

    private readonly CutWork _cut = new();

    [Fact]
    public void What_was_done_before_a_cut_and_after_it_is_the_whole()
    {
        _timeline.Start(0, _whole);
        _timeline.AdvanceTo(256);
        Assert.Equal(_whole * 0.75, _timeline.Left(0));
        _timeline.Cut(0, _cut);
        Assert.True(_timeline.IsIdle(0));
        Assert.Equal((_whole, 0.75, 256, 0), (_cut.Whole, _cut.Left, _cut.CutAtNs, _cut.AwayNs));
        Assert.Equal((-1, long.MaxValue), Next());

        _timeline.AdvanceTo(1000);
        _timeline.GoOn(2, _cut);
        Assert.Equal(0, _cut.Left); // nothing is kept of it
        Assert.Equal(_whole * 0.75, _timeline.Left(2));
        Assert.Equal((2, 1768), Next());
        _timeline.AdvanceTo(1384);
        Assert.Equal(_whole * 0.375, _timeline.Left(2));
        Finish(2, 1768);
        Assert.Equal(default, _timeline.Left(2));
    }

    [Fact]
    public void The_passage_stands_still_while_it_is_on_no_core()
    {
        _timeline.Start(0, _whole);
        _timeline.AdvanceTo(256);
        _timeline.Cut(0, _cut);
        _timeline.AdvanceTo(1000);
        _timeline.GoOn(0, _cut);
        Finish(0, 1768);
        Assert.Equal(744, _timeline.PassageOf(0).AwayNs);
        var walk = _timeline.PassageOf(0).Walk(0, 1768, 1024);
        Assert.Equal([0, 128, 256, 1001, 1256, 1768], Places(ref walk, 0, 128, 256, 257, 512, 1024));

        _timeline.Start(0, _whole);
        Assert.True(_timeline.PassageOf(0).IsEven); // the next work has a passage of its own
        Assert.Equal(0, _timeline.PassageOf(0).AwayNs);
    }

    [Fact]
    public void It_can_be_cut_off_many_times_and_goes_along_as_fast_as_others_let_it_on_each_core()
    {
        _timeline.Start(0, new WorkVector(0, 1000, 0));
        _timeline.AdvanceTo(200);
        _timeline.Cut(0, _cut); // 200 done, alone
        _timeline.AdvanceTo(300);
        _timeline.Start(0, new WorkVector(0, 250, 0));
        _timeline.GoOn(1, _cut);
        _timeline.AdvanceTo(500);
        _timeline.Cut(1, _cut); // 100 more, at half speed
        Assert.Equal((500, 100), (_cut.CutAtNs, _cut.AwayNs));
        Assert.Equal(0.7, _cut.Left, 1e-12);
        Assert.Equal((0, 650), Next());
        Finish(0, 650);
        _timeline.AdvanceTo(1000);
        _timeline.GoOn(2, _cut);
        _timeline.AdvanceTo(1100);
        _timeline.Cut(2, _cut); // 100 more, alone
        _timeline.GoOn(0, _cut); // at once
        Finish(0, 1700);

        Assert.Equal(100 + 500, _timeline.PassageOf(0).AwayNs);
        var walk = _timeline.PassageOf(0).Walk(0, 1700, 1000);
        Assert.Equal([199, 302, 400, 498, 1001, 1099, 1101, 1700], Places(ref walk, 199, 201, 250, 299, 301, 399, 401, 1000));
    }

    [Fact]
    public void A_cut_gives_its_share_back_at_once()
    {
        _timeline.Start(0, new WorkVector(1000, 1000, 0));
        _timeline.Start(1, new WorkVector(1000, 1000, 0));
        Assert.Equal((0, 2000), Next());
        _timeline.AdvanceTo(1000);
        _timeline.Cut(1, _cut);
        Assert.Equal((0, 1500), Next());
        Assert.Equal(0.5, _cut.Left);
        Finish(0, 1500);
        _timeline.GoOn(0, _cut);
        Finish(0, 2000);
        Assert.Equal(500, _timeline.PassageOf(0).AwayNs);
    }

    [Fact]
    public void Work_that_is_cut_off_as_it_begins_has_everything_left()
    {
        _timeline.AdvanceTo(50);
        _timeline.Start(0, _whole);
        _timeline.Cut(0, _cut);
        Assert.Equal((1, 50, 0), (_cut.Left, _cut.CutAtNs, _cut.AwayNs));
        _timeline.AdvanceTo(150);
        _timeline.GoOn(0, _cut);
        Finish(0, 1174);
        var walk = _timeline.PassageOf(0).Walk(50, 1174, 1024);
        Assert.Equal([101, 1124], Places(ref walk, 1, 1024));
        Assert.Equal(100, _timeline.PassageOf(0).AwayNs);
    }

    [Fact]
    public void It_cannot_go_on_where_somebody_is_and_is_whole_after_the_attempt()
    {
        _timeline.Start(0, _whole);
        _timeline.AdvanceTo(512);
        _timeline.Cut(0, _cut);
        _timeline.Start(0, _whole);
        Assert.Throws<InvalidOperationException>(() => _timeline.GoOn(0, _cut));
        Assert.Equal(0.5, _cut.Left);
        _timeline.GoOn(1, _cut);
        Assert.Equal(1024, _timeline.EndsAtNs(1));
    }

    [Fact]
    public void What_is_brought_to_its_end_on_no_core_stands_still_until_then()
    {
        _timeline.Start(0, _whole);
        _timeline.AdvanceTo(256);
        _timeline.Cut(0, _cut);
        _timeline.AdvanceTo(300);
        _timeline.GoOn(0, _cut);
        _timeline.AdvanceTo(556);
        _timeline.Cut(0, _cut);
        var passage = _cut.Passage(resumedAtNs: 1000);
        Assert.Equal(44 + 444, passage.AwayNs);
        var walk = passage.Walk(0, 1512, 1024);
        Assert.Equal([256, 301, 556, 1001, 1512], Places(ref walk, 256, 257, 512, 513, 1024));
    }

    [Fact]
    public void However_it_is_cut_it_takes_its_time_on_cores_and_no_work_is_lost_or_done_twice()
    {
        var stretch = Gen.Select(Gen.Long[0, 400], Gen.Long[0, 400]); // so long on a core, and so long on none
        var part = Gen.Double[0, 5000];
        var work = Gen.Select(part, part, part, (core, bus, nvm) => new WorkVector(core, bus, nvm));
        Gen.Select(work, stretch.Array[0, 20], Gen.Double[0, 300]).Sample((whole, stretches, otherBytes) =>
        {
            var (timeline, cut, awayNs) = (new Timeline(2, 1e9), new CutWork(), 0L);
            timeline.Start(0, whole);
            var alone = timeline.AloneNs(whole);
            var played = default(WorkVector);
            foreach (var (onNs, offNs) in stretches)
            {
                if (onNs >= timeline.EndsAtNs(0) - timeline.NowNs)
                {
                    break;
                }

                var before = timeline.Left(0);
                timeline.AdvanceTo(timeline.NowNs + onNs);
                timeline.Cut(0, cut);
                played += before + whole * cut.Left * -1;
                PlayOther(timeline, otherBytes);
                timeline.AdvanceTo(timeline.NowNs + offNs);
                awayNs += timeline.NowNs - cut.CutAtNs;
                timeline.GoOn(0, cut);
            }

            played += timeline.Left(0);
            var endNs = timeline.EndsAtNs(0);
            Assert.InRange(endNs - awayNs, alone, alone + 1); // to the nanosecond that an end is rounded up by
            Assert.Equal(awayNs, timeline.PassageOf(0).AwayNs);
            Assert.Equal(whole.CoreNs, played.CoreNs, 1e-6);
            Assert.Equal(whole.BusBytes, played.BusBytes, 1e-6);
            Assert.Equal(whole.NvmNs, played.NvmNs, 1e-6);
            var walk = timeline.PassageOf(0).Walk(0, endNs, 1);
            Assert.Equal(endNs, walk.GoTo(1), 1e-6);
        });
    }

    /// <summary>Somebody else is on the core while the work is away.</summary>
    private static void PlayOther(Timeline timeline, double busBytes)
    {
        timeline.Start(0, new WorkVector(10, busBytes, 0));
        timeline.PeekNext(out var endsAtNs);
        timeline.AdvanceTo(endsAtNs);
        timeline.Finish(0);
    }

    private static double[] Places(ref PassageWalk walk, params double[] done)
    {
        var places = new double[done.Length];
        for (var i = 0; i < done.Length; i++)
        {
            places[i] = Math.Round(walk.GoTo(done[i]), 6);
        }

        return places;
    }

    private void Finish(int core, long atNs)
    {
        Assert.Equal((core, atNs), Next());
        _timeline.AdvanceTo(atNs);
        _timeline.Finish(core);
    }

    private (int Core, long EndsAtNs) Next() => (_timeline.PeekNext(out var endsAtNs), endsAtNs);
}
