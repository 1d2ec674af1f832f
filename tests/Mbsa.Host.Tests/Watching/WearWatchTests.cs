using System.Collections.Immutable;
using Mbsa.Host.Watching;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Tests.Watching;

public sealed class WearWatchTests
{
    [Fact]
    public async Task A_look_is_taken_now_and_then_and_nobody_waits_for_the_next()
    {
        var time = new ManualTime();
        var looks = 0;
        using var gate = new ManualResetEventSlim(true);
        var run = new SnapshotRun(() => Sample.Snapshot(Sample.Scenario(), 100))
        {
            OnWear = () =>
            {
                gate.Wait();
                Interlocked.Increment(ref looks);
            },
            DeviceWear = Worn(1),
        };
        var watch = new WearWatch(run, time);

        Assert.Equal(1, watch.Look().Disks["a"].Worst);
        Assert.Equal(1, watch.Look().Disks["a"].Worst);
        Assert.Equal(1, looks);
        gate.Reset();
        run.DeviceWear = Worn(2);
        time.Advance(WearWatch.Period);
        Assert.Equal(1, watch.Look().Disks["a"].Worst); // the new look is held up
        gate.Set();
        while (watch.Look().Disks["a"].Worst == 1)
        {
            await Task.Delay(1);
        }

        Assert.Equal(2, looks);
    }

    private static DeviceWear Worn(long worst) =>
        new(ImmutableDictionary<string, WearSample>.Empty.Add("a", new WearSample(worst, 0, worst, worst, null)), []);
}
