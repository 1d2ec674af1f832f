using Mbsa.Cores.Policies;
using Mbsa.Cores.Tests.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

/// <summary>A bucket holds a tenth of a second of its rate: QEMU's util/throttle.c.</summary>
public sealed class CapQueueTests
{
    private static readonly QosSpec _limited = new() { Limit = new Promise(PromiseUnit.OperationsPerSecond, 100) };

    [Fact]
    public void A_limit_is_kept_on_average()
    {
        var rig = Rig(_limited, new QosSpec());
        rig.Run(1000);
        Assert.Equal([100, 900], rig.Run(1000));
    }

    [Fact]
    public void Nobody_gets_what_a_limit_forbids()
    {
        var rig = Rig(_limited);
        rig.Run(1000);
        Assert.Equal(100, rig.Run(1000)[0], 1.0);
    }

    [Fact]
    public void After_a_pause_a_bucket_lets_its_tenth_of_a_second_through_at_once()
    {
        var rig = Rig(new QosSpec { Limit = new Promise(PromiseUnit.OperationsPerSecond, 500) });
        Assert.Equal(100, rig.Run(100)[0], 2.0); // of 50 by the rate; the bucket has 50 more
        Assert.Equal(50, rig.Run(100)[0], 2.0);
    }

    [Fact]
    public void A_limit_in_bytes_is_kept_too()
    {
        var rig = Rig(new QosSpec { Limit = new Promise(PromiseUnit.BytesPerSecond, 409_600) }, new QosSpec());
        rig.Run(1000);
        Assert.Equal(100, rig.Run(1000)[0], 1.0);
    }

    [Fact]
    public void Without_a_limit_any_more_nobody_is_held()
    {
        var rig = Rig(_limited, new QosSpec());
        rig.Run(1000);
        rig.Apply(new QosSpec(), new QosSpec());
        Assert.Equal([500, 500], rig.Run(1000));
    }

    [Fact]
    public void Time_in_which_a_limit_forbids_to_run_is_counted()
    {
        var rig = Rig(_limited);
        rig.Run(1000);
        var before = rig.Queue.CountsOf(0, rig.NowNs).ThrottledNs;
        rig.Run(1000);
        Assert.Equal(0.9e9, rig.Queue.CountsOf(0, rig.NowNs).ThrottledNs - before, 0.02e9);

        var free = Rig(new QosSpec(), new QosSpec());
        free.Run(1000);
        Assert.Equal(0, free.Queue.CountsOf(0, free.NowNs).ThrottledNs);
    }

    private static QueueRig Rig(params QosSpec[] promises)
    {
        var rig = new QueueRig(new CapPolicy(), promises);
        for (var vm = 0; vm < promises.Length; vm++)
        {
            rig.Wake(vm);
        }

        return rig;
    }
}
