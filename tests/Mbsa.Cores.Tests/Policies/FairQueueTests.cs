using CsCheck;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Tests.Playing;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

public sealed class FairQueueTests
{
    private const long QuantumNs = 1000;

    [Fact]
    public void Over_any_history_two_vms_that_always_want_more_differ_by_two_quanta_each_at_most() =>
        Gen.Select(Gen.Select(Gen.Int[1, 3], Gen.Double[0.2, 8]).Array[2, 6], Gen.ULong).Sample((vms, seed) =>
        {
            var queue = Queue([.. vms.Select(vm => vm.Item2)]);
            var random = new Random((int)seed);
            Fill(queue, vms.Select(vm => vm.Item1));
            var heldNs = new double[vms.Length];
            for (var quantum = 0; quantum < 2000; quantum++)
            {
                var next = queue.Dequeue(0, out long _)!;
                var held = random.NextInt64(QuantumNs / 10, QuantumNs * 3 / 2);
                heldNs[next.Id.Vm] += held;
                Charge(queue, next, held);
                queue.Enqueue(next, 0);
                for (var a = 0; a < vms.Length; a++)
                {
                    for (var b = 0; b < a; b++)
                    {
                        var allowed = 2 * QuantumNs * ((1 / vms[a].Item2) + (1 / vms[b].Item2));
                        Assert.InRange((heldNs[a] / vms[a].Item2) - (heldNs[b] / vms[b].Item2), -allowed, allowed);
                    }
                }
            }
        }, iter: 50);

    [Fact]
    public void On_several_cores_everybody_gets_the_planned_share() =>
        Gen.Select(Gen.Int[1, 6], Gen.Select(Gen.Int[1, 6], Gen.Int[1, 8]).Array[2, 5]).Sample((coreCount, vms) =>
        {
            var policy = new FairPolicy();
            var plan = policy.MakePlan(new HostCapacity(coreCount, 1e12), [.. vms.Select((vm, i) => Lab.Claim(i, vm.Item1, vm.Item2))]);
            var queue = policy.CreateQueue(new HostCapacity(coreCount, 1e12), QuantumNs, ServiceOrder.Share);
            queue.Apply(plan, 0);
            var cores = new VirtualCores(new HostCapacity(coreCount, 1e12), queue);
            var workers = vms.Select((vm, i) =>
                Enumerable.Range(0, vm.Item1).Select(_ => Script.Forever(QuantumNs - 100 + (i * 37))).ToArray()).ToArray();
            for (var vm = 0; vm < vms.Length; vm++)
            {
                for (var vcpu = 0; vcpu < workers[vm].Length; vcpu++)
                {
                    cores.Attach(workers[vm][vcpu].As(vm, vcpu));
                }
            }

            cores.RunUntil(2000 * QuantumNs, idle: false, []);
            for (var vm = 0; vm < vms.Length; vm++)
            {
                // Whose share is just what its VCPUs can use loses what they wait for a core, and has no VCPU to make up for it.
                Assert.Equal(plan.Vms[vm].Share!.Value, workers[vm].Sum(w => w.HeldNs) / (double)(coreCount * cores.NowNs), 0.06);
            }
        }, iter: 100);

    [Fact]
    public void Nobody_saves_up_credit_while_it_is_away()
    {
        var queue = Queue(1, 1);
        var (a, b) = (Of(0), Of(1));
        queue.Enqueue(a, 0);
        for (var i = 0; i < 100; i++)
        {
            Run(queue, QuantumNs);
        }

        queue.Enqueue(b, 0);
        var order = Enumerable.Range(0, 20).Select(_ => Run(queue, QuantumNs)).ToList();
        Assert.InRange(order.Take(4).Count(vm => vm == 1), 2, 3);
        Assert.Equal(10, order.Count(vm => vm == 1), 1.0);
    }

    [Fact]
    public void Who_uses_little_of_its_quanta_is_charged_little()
    {
        // 100 ns against 1000: ten quanta for one, so the core time is equal.
        var queue = Queue(1, 1);
        Fill(queue, [1, 1]);
        var order = Enumerable.Range(0, 220).Select(_ => queue.Dequeue(0, out long _)!).Select(next =>
        {
            Charge(queue, next, next.Id.Vm == 0 ? 100 : 1000);
            queue.Enqueue(next, 0);
            return next.Id.Vm;
        }).ToList();
        Assert.Equal(10, order.Count(vm => vm == 0) / (double)order.Count(vm => vm == 1), 0.6);
    }

    [Fact]
    public void An_overrun_is_paid_back()
    {
        var queue = Queue(1, 1);
        Fill(queue, [1, 1]);
        Assert.Equal(0, Run(queue, 5 * QuantumNs));
        Assert.Equal([1, 1, 1, 1, 1, 0], Enumerable.Range(0, 6).Select(_ => Run(queue, QuantumNs)));
    }

    [Fact]
    public void An_overrun_is_remembered_while_away()
    {
        var queue = Queue(1, 1);
        Fill(queue, [1, 1]);
        var sleeper = queue.Dequeue(0, out long _)!;
        Charge(queue, sleeper, 5 * QuantumNs);
        Assert.Equal([1, 1], Enumerable.Range(0, 2).Select(_ => Run(queue, QuantumNs)));
        queue.Enqueue(sleeper, 0);
        Assert.Equal([1, 1, 1, 0], Enumerable.Range(0, 4).Select(_ => Run(queue, QuantumNs)));
    }

    [Fact]
    public void Ties_go_to_the_vm_that_comes_first_in_the_scenario()
    {
        var queue = Queue(1, 1, 1);
        foreach (var vm in new[] { 2, 0, 1 })
        {
            queue.Enqueue(Of(vm), 0);
        }

        Assert.Equal([0, 1, 2, 0, 1, 2], Enumerable.Range(0, 6).Select(_ => Run(queue, QuantumNs)));
    }

    [Fact]
    public void The_vcpus_of_a_vm_take_turns()
    {
        var queue = Queue(1);
        Fill(queue, [3]);
        var order = Enumerable.Range(0, 6).Select(_ =>
        {
            var next = queue.Dequeue(0, out long _)!;
            queue.Enqueue(next, 0);
            return next.Id.Vcpu;
        });
        Assert.Equal([0, 1, 2, 0, 1, 2], order);
    }

    [Fact]
    public void The_retired_are_passed_over()
    {
        var queue = Queue(1, 1);
        var all = new[] { Of(0, 0), Of(0, 1), Of(1, 0) };
        Array.ForEach(all, each => queue.Enqueue(each, 0));
        queue.Leave(all[0], 0);
        queue.Leave(all[2], 0);
        Assert.Same(all[1], queue.Dequeue(0, out long _));
        Assert.Null(queue.Dequeue(0, out long _));
        queue.Enqueue(all[1], 0);
        Assert.Same(all[1], queue.Dequeue(0, out long _));
    }

    [Fact]
    public void A_new_weight_holds_from_then_on()
    {
        var queue = Queue(1, 1);
        Fill(queue, [1, 1]);
        Assert.Equal(50, Enumerable.Range(0, 100).Count(_ => Run(queue, QuantumNs) == 0));
        queue.Apply(PlanOf(3, 1), 0);
        Assert.Equal(75, Enumerable.Range(0, 100).Count(_ => Run(queue, QuantumNs) == 0), 1.0);
    }

    [Fact]
    public void An_empty_queue_has_nobody() => Assert.Null(Queue(1).Dequeue(0, out long _));

    private static int Run(RunQueue queue, long heldNs)
    {
        var next = queue.Dequeue(0, out long _)!;
        Charge(queue, next, heldNs);
        queue.Enqueue(next, 0);
        return next.Id.Vm;
    }

    private static void Charge(RunQueue queue, Schedulable schedulable, long heldNs) =>
        queue.Charge(schedulable, new QuantumUse(heldNs, default, 0), 0);

    private static void Fill(RunQueue queue, IEnumerable<int> vcpus)
    {
        foreach (var (count, vm) in vcpus.Select((count, vm) => (count, vm)))
        {
            for (var vcpu = 0; vcpu < count; vcpu++)
            {
                queue.Enqueue(Of(vm, vcpu), 0);
            }
        }
    }

    private static Schedulable Of(int vm, int vcpu = 0) => Script.Forever(1).As(vm, vcpu);

    private static RunQueue Queue(params double[] weights)
    {
        var queue = new FairPolicy().CreateQueue(new HostCapacity(1, 1e12), QuantumNs, ServiceOrder.Share);
        queue.Apply(PlanOf(weights), 0);
        return queue;
    }

    private static Plan PlanOf(params double[] weights) =>
        new FairPolicy().MakePlan(new HostCapacity(1, 1e12), [.. weights.Select((weight, vm) => Lab.Claim(vm, 1, weight))]);
}
