using Mbsa.Cores.Queue;
using Mbsa.Cores.Tests.Playing;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Tests.Queue;

/// <summary>A run queue on one core, each of whose quanta is one I/O that takes a millisecond: a thousand a second in all.</summary>
internal sealed class QueueRig
{
    private const long OperationNs = 1_000_000;

    private readonly HostCapacity _host = new(1, 1e12);
    private readonly IQosPolicy _policy;
    private readonly VmClaim[] _claims;

    /// <summary>VMs of one VCPU each, with these promises; all of them are ready.</summary>
    public QueueRig(IQosPolicy policy, params QosSpec[] promises)
    {
        _policy = policy;
        Queue = policy.CreateQueue(_host, OperationNs, ServiceOrder.Share);
        _claims = [.. promises.Select((qos, vm) => new VmClaim(vm, 1, qos, new OperationMix(new ResourceUse(OperationNs, 0, 0), 4096)))];
        Apply(promises);
        Vcpus = [.. promises.Select((_, vm) => Script.Forever(1).As(vm))];
    }

    public RunQueue Queue { get; }

    public Schedulable[] Vcpus { get; }

    public long NowNs { get; private set; }

    public void Apply(params QosSpec[] promises) =>
        Queue.Apply(_policy.MakePlan(_host, [.. _claims.Zip(promises, (claim, qos) => claim with { Qos = qos })]), NowNs);

    public void Wake(int vm) => Queue.Enqueue(Vcpus[vm], NowNs);

    /// <summary>Lets time pass; whoever runs wants to go on.</summary>
    /// <param name="ms">How long, in milliseconds.</param>
    /// <param name="whileOneRuns">What happens in the middle of each quantum.</param>
    /// <returns>I/Os of each VM.</returns>
    public int[] Run(long ms, Action? whileOneRuns = null)
    {
        var (done, endNs) = (new int[Vcpus.Length], NowNs + ms * OperationNs);
        while (NowNs < endNs)
        {
            if (Queue.Dequeue(NowNs, out _) is not { } next)
            {
                Assert.True(Queue.NextNs > NowNs);
                NowNs = Math.Min(endNs, Queue.NextNs);
                continue;
            }

            whileOneRuns?.Invoke();
            NowNs += OperationNs;
            done[next.Id.Vm]++;
            Queue.Charge(next, new QuantumUse(OperationNs, new WorkVector(OperationNs, 4096, 0), 1), NowNs);
            Queue.Enqueue(next, NowNs);
        }

        return done;
    }
}
