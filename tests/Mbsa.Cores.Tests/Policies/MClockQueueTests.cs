using Mbsa.Cores.Policies;
using Mbsa.Cores.Tests.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

/// <summary>mClock's Algorithm 1 (OSDI 2010), a thousand I/Os a second to share out.</summary>
public sealed class MClockQueueTests
{
    [Fact]
    public void Weights_divide_what_there_is() => Assert.Equal([250, 750], Ready(new QosSpec(), new QosSpec { Weight = 3 }).Run(1000));

    [Fact]
    public void A_reservation_is_kept_against_any_weight()
    {
        var got = Ready(Reserved(400), new QosSpec { Weight = 99 }).Run(1000);
        Assert.InRange(got[0], 400, 410); // its hundredth of the weights is less
    }

    [Fact]
    public void What_is_served_by_weight_is_not_taken_from_the_reservation()
    {
        // Tags of the weight-based phase are set back, and weights count what both phases gave:
        // its weight alone gives it more than its reservation.
        Assert.Equal([500, 500], Ready(Reserved(300), new QosSpec()).Run(1000));
    }

    [Fact]
    public void A_limit_is_kept_and_what_it_forbids_goes_to_the_others()
    {
        var got = Ready(new QosSpec { Weight = 9, Limit = new Promise(PromiseUnit.OperationsPerSecond, 200) }, new QosSpec()).Run(1000);
        Assert.Equal([200, 800], got);
    }

    [Fact]
    public void The_classic_three_have_their_floors_and_the_rest_by_weight()
    {
        // Weights 1, 2, 3 and reservations 250, 250, 0 of 1200 I/Os a second, which are 1000 here.
        // Without the limit of 1000 on the third, which does not bind: a limit tag forbids a second quantum of a millisecond in 1.2 ms,
        // where I/Os of a microsecond would not notice.
        var got = Ready(Reserved(208), Reserved(208) with { Weight = 2 }, new QosSpec { Weight = 3 }).Run(1000);
        Assert.Equal(208, got[0], 5.0);
        Assert.Equal(317, got[1], 6.0);
        Assert.Equal(475, got[2], 8.0);
    }

    [Fact]
    public void Who_comes_back_begins_where_the_others_are()
    {
        var rig = new QueueRig(new MClockPolicy(), new QosSpec(), new QosSpec());
        rig.Wake(0);
        Assert.Equal([1000, 0], rig.Run(1000));
        rig.Wake(1);
        Assert.Equal([50, 50], rig.Run(100));
    }

    [Fact]
    public void Who_loses_its_reservation_in_the_middle_of_a_quantum_is_still_held_to_its_limit()
    {
        var limited = new QosSpec { Limit = new Promise(PromiseUnit.OperationsPerSecond, 500) };
        var rig = Ready(limited with { Reservation = limited.Limit });
        Assert.Equal([1], rig.Run(1, () => rig.Apply(limited)));
        Assert.Equal([499], rig.Run(999)); // the rig asserts that time goes on until the limit allows the next
    }

    [Fact]
    public void A_reservation_that_was_taken_in_the_middle_of_a_quantum_is_kept_again_once_it_is_given_back()
    {
        var rig = Ready(Reserved(400), new QosSpec { Weight = 99 });
        Assert.Equal([1, 0], rig.Run(1, () => rig.Apply(new QosSpec(), new QosSpec { Weight = 99 })));
        rig.Run(100);
        rig.Apply(Reserved(400), new QosSpec { Weight = 99 });
        Assert.InRange(rig.Run(1000)[0], 400, 410);
    }

    private static QosSpec Reserved(double operationsPerSecond) =>
        new() { Reservation = new Promise(PromiseUnit.OperationsPerSecond, operationsPerSecond) };

    private static QueueRig Ready(params QosSpec[] promises)
    {
        var rig = new QueueRig(new MClockPolicy(), promises);
        for (var vm = 0; vm < promises.Length; vm++)
        {
            rig.Wake(vm);
        }

        return rig;
    }
}
