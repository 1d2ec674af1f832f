using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Tests.Playing;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

public sealed class QosPoliciesTests
{
    [Fact]
    public void Round_robin_serves_who_came_first_and_passes_over_the_retired()
    {
        var queue = new RoundRobinPolicy().CreateQueue(new HostCapacity(1, 1e12), 1000, ServiceOrder.Share);
        var all = Enumerable.Range(0, 3).Select(vm => Script.Forever(1).As(vm)).ToArray();
        Array.ForEach(all, each => queue.Enqueue(each, 0));
        queue.Leave(all[1], 0);
        Assert.Same(all[0], queue.Dequeue(0, out _));
        queue.Charge(all[0], new QuantumUse(1_000_000, default, 1), 0);
        queue.Enqueue(all[0], 0);
        Assert.Same(all[2], queue.Dequeue(0, out _));
        Assert.Same(all[0], queue.Dequeue(0, out _));
        Assert.Null(queue.Dequeue(0, out _));
    }

    [Fact]
    public void Round_robin_plans_no_shares() =>
        Assert.Null(new RoundRobinPolicy().MakePlan(new HostCapacity(4, 1e12), [Lab.Claim(0, 1, 1)]).Vms[0].Share);

    [Fact]
    public void Every_policy_is_found_by_its_name_and_has_a_line_for_people()
    {
        Assert.All(QosPolicies.All, policy => Assert.Equal(policy.Name, QosPolicies.Named(policy.Name).Name));
        Assert.All(QosPolicies.All, policy => Assert.NotEmpty(policy.Description));
        Assert.Contains("'best'", Assert.Throws<ArgumentException>(() => QosPolicies.Named("best")).Message);
    }
}
