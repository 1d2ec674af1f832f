using Mbsa.Actors.Qos;
using Mbsa.Actors.Tests.Cores;

namespace Mbsa.Actors.Tests.Qos;

public sealed class QosPoliciesTests
{
    [Fact]
    public void Round_robin_serves_who_came_first_and_passes_over_the_retired()
    {
        var queue = new RoundRobinPolicy().CreateQueue(1000);
        var all = Enumerable.Range(0, 3).Select(vm => Script.Forever(1).As(vm)).ToArray();
        Array.ForEach(all, queue.Enqueue);
        all[1].IsRetired = true;
        Assert.Same(all[0], queue.Dequeue());
        queue.Charge(all[0].Id, new QuantumUse(1_000_000, default, 1));
        queue.Enqueue(all[0]);
        Assert.Same(all[2], queue.Dequeue());
        Assert.Same(all[0], queue.Dequeue());
        Assert.Null(queue.Dequeue());
    }

    [Fact]
    public void Round_robin_plans_no_shares() =>
        Assert.Empty(new RoundRobinPolicy().MakePlan(4, [new Tenant(0, 1, 1)]).Shares);

    [Fact]
    public void Every_policy_is_found_by_its_name_and_has_a_line_for_people()
    {
        Assert.All(QosPolicies.All, policy => Assert.Equal(policy.Name, QosPolicies.Named(policy.Name).Name));
        Assert.All(QosPolicies.All, policy => Assert.NotEmpty(policy.Description));
        Assert.Contains("'best'", Assert.Throws<ArgumentException>(() => QosPolicies.Named("best")).Message);
    }
}
