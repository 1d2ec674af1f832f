using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Tests.Policies;

public sealed class DeadlineOrderTests
{
    [Fact]
    public void Who_is_not_ahead_of_virtual_time_goes_by_deadline()
    {
        var order = new DeadlineOrder(Bottleneck.None);
        order.Add(PlanLab.Account(0, 0.01, 0));
        order.Add(PlanLab.Account(1, 0.5, 1000));

        Assert.True(order.Settle(2000));
        Assert.True(order.HasEligible);
        Assert.Equal(1, order.First.Vm);
    }

    [Fact]
    public void Who_is_ahead_comes_when_nobody_else_is_there()
    {
        var order = new DeadlineOrder(Bottleneck.None);
        order.Add(PlanLab.Account(0, 0.5, 5000));

        Assert.True(order.Settle(2000));
        Assert.False(order.HasEligible);
        Assert.Equal(0, order.First.Vm);
    }

    [Fact]
    public void What_other_vcpus_of_a_vm_have_does_not_put_off_those_that_wait_at_another_gate()
    {
        var (order, mixed) = (new DeadlineOrder(Bottleneck.Nvm), PlanLab.Account(0, 0.5, 1000));
        order.Add(mixed);
        var dueNs = mixed.Deadline(Bottleneck.Nvm);

        mixed.StartTag += 20 * PlanLab.CostNs; // others of its VCPUs compute
        order.Take();
        order.Add(mixed);
        order.Add(PlanLab.Account(1, 0.5, 10 * PlanLab.CostNs));

        Assert.Equal(dueNs, mixed.Deadline(Bottleneck.Nvm));
        Assert.True(order.Settle(30 * PlanLab.CostNs));
        Assert.Same(mixed, order.First);
    }

    [Fact]
    public void Who_was_held_back_by_its_ceiling_is_still_due_since_then()
    {
        var (order, mixed) = (new DeadlineOrder(Bottleneck.Nvm), PlanLab.Account(0, 0.5, 1000));
        order.Add(mixed);
        var dueNs = mixed.Deadline(Bottleneck.Nvm);

        order.Take();
        mixed.Places.Leave(Bottleneck.Nvm);
        mixed.StartTag += 20 * PlanLab.CostNs;

        Assert.Equal(dueNs, mixed.Deadline(Bottleneck.Nvm));
        mixed.Places.OnServed(Bottleneck.Nvm);
        Assert.Equal(dueNs + 20 * PlanLab.CostNs, mixed.Deadline(Bottleneck.Nvm));
    }

    [Fact]
    public void Who_got_something_back_is_due_again_at_once()
    {
        var (order, account) = (new DeadlineOrder(Bottleneck.None), PlanLab.Account(0, 0.5, 900_000));
        order.Add(account);
        Assert.False(account.IsDueEarlierIn(Bottleneck.None));

        account.StartTag = 1000; // its quantum was cut off
        Assert.True(account.IsDueEarlierIn(Bottleneck.None));
        order.Add(account);

        Assert.True(order.Settle(2000));
        Assert.True(order.HasEligible);
        Assert.Same(account, order.Take());
        Assert.False(order.Settle(1e9)); // the older place is gone
    }
}
