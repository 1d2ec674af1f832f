using Mbsa.Vm.Vcpus;

namespace Mbsa.Vm.Tests.Vcpus;

public sealed class RunClockTests
{
    [Fact]
    public void A_new_clock_is_held_at_zero() => Assert.Equal(0, new RunClock().NowNs);

    [Fact]
    public void It_stands_still_while_held_and_goes_on_from_there()
    {
        var clock = new RunClock();
        clock.Release();
        while (clock.NowNs < 1000)
        {
        }

        clock.Hold();
        var heldNs = clock.NowNs;
        Thread.SpinWait(10_000);
        Assert.Equal(heldNs, clock.NowNs);
        clock.Release();
        Assert.True(clock.NowNs >= heldNs);
    }

    [Fact]
    public void It_never_goes_back_for_who_releases_and_holds_it()
    {
        var clock = new RunClock();
        var lastNs = 0L;
        for (var i = 0; i < 1000; i++)
        {
            clock.Release();
            Assert.True(clock.NowNs >= lastNs);
            clock.Hold();
            Assert.True(clock.NowNs >= lastNs);
            lastNs = clock.NowNs;
        }
    }

    [Fact]
    public void A_reader_on_another_thread_never_sees_a_time_before_the_start()
    {
        var clock = new RunClock();
        var lowestNs = 0L;
        using var end = new ManualResetEventSlim();
        var reader = new Thread(() =>
        {
            while (!end.IsSet)
            {
                lowestNs = Math.Min(lowestNs, Volatile.Read(ref clock).NowNs);
            }
        });
        reader.Start();
        for (var i = 0; i < 100_000; i++)
        {
            Volatile.Write(ref clock, new RunClock());
            clock.Release();
        }

        end.Set();
        reader.Join();
        Assert.Equal(0, lowestNs);
    }
}
