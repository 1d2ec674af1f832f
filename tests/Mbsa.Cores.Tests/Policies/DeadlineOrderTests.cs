using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Tests.Policies;

public sealed class DeadlineOrderTests
{
    [Fact]
    public void Who_is_not_ahead_of_virtual_time_goes_by_deadline()
    {
        var order = new DeadlineOrder(Gate.None);
        order.Add(PlanLab.Account(0, 0.01, 0));
        order.Add(PlanLab.Account(1, 0.5, 1000));

        Assert.True(order.Settle(2000));
        Assert.True(order.HasEligible);
        Assert.Equal(1, order.First.Vm);
    }

    [Fact]
    public void Who_is_ahead_comes_when_nobody_else_is_there()
    {
        var order = new DeadlineOrder(Gate.None);
        order.Add(PlanLab.Account(0, 0.5, 5000));

        Assert.True(order.Settle(2000));
        Assert.False(order.HasEligible);
        Assert.Equal(0, order.First.Vm);
    }

    [Fact]
    public void Who_got_something_back_is_due_again_at_once()
    {
        var (order, account) = (new DeadlineOrder(Gate.None), PlanLab.Account(0, 0.5, 900_000));
        order.Add(account);
        Assert.False(account.IsDueEarlierIn(Gate.None));

        account.StartTag = 1000; // its quantum was cut off
        Assert.True(account.IsDueEarlierIn(Gate.None));
        order.Add(account);

        Assert.True(order.Settle(2000));
        Assert.True(order.HasEligible);
        Assert.Same(account, order.Take());
        Assert.False(order.Settle(1e9)); // the older place is gone
    }
}
