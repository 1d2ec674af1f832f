using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// Ceilings only, as a hypervisor throttles disks: a leaky bucket per VM, in I/Os, bytes or core time, that holds 100 ms of its rate (QEMU,
/// util/throttle.c: without a burst of its own a bucket has a tenth of a second). Below the ceilings round robin over VCPUs.
/// </summary>
public sealed class CapPolicy : IQosPolicy
{
    /// <inheritdoc/>
    public string Name => "cap";

    /// <inheritdoc/>
    public string Description =>
        "Limits only, as a hypervisor throttles disks: a leaky bucket per VM that holds 100 ms; else round robin over VCPUs.";

    /// <inheritdoc/>
    public Promises Keeps => Promises.Limits;

    /// <inheritdoc/>
    public Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims) =>
        Plan.Of(claims, t => new PlannedVm(t, t.Qos.Weight, null));

    /// <inheritdoc/>
    public RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order) => new CapQueue(host, quantumNs);
}

/// <summary>Round robin over the VCPUs of those whose bucket is not full.</summary>
internal sealed class CapQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    private const double BucketNs = 100_000_000;

    private readonly Queue<Schedulable> _ready = new();
    private readonly PriorityQueue<Bucket, VmOrder> _full = new();
    private readonly Dictionary<int, Bucket> _buckets = [];

    public override long NextNs => _full.TryPeek(out _, out var order) ? (long)Math.Ceiling(order.Tag) : long.MaxValue;

    protected override void TakeOver(Plan plan, long nowNs)
    {
        foreach (var planned in plan.Vms)
        {
            BucketOf(planned.Claim.Vm).Apply(planned.Claim.Qos.Limit);
        }

        while (_full.TryDequeue(out var bucket, out _))
        {
            Release(bucket, nowNs);
        }
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var bucket = BucketOf(schedulable.Id.Vm);
        (bucket.HeldSinceNs is null ? _ready : bucket.Held).Enqueue(schedulable);
    }

    protected override Schedulable? Take(long nowNs, ref long budgetNs)
    {
        while (_full.TryPeek(out var due, out var order) && order.Tag <= nowNs)
        {
            _full.Dequeue();
            Release(due, nowNs);
        }

        while (TakeFirst(_ready) is { } next)
        {
            var bucket = BucketOf(next.Id.Vm);
            if (bucket.MayRunFromNs <= nowNs)
            {
                return next;
            }

            bucket.Held.Enqueue(next);
            if (bucket.HeldSinceNs is null)
            {
                bucket.HeldSinceNs = nowNs;
                _full.Enqueue(bucket, new VmOrder(bucket.MayRunFromNs, bucket.Vm));
            }
        }

        return null;
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs) =>
        BucketOf(schedulable.Id.Vm).Fill(use, quantum, nowNs);

    private void Release(Bucket bucket, long nowNs)
    {
        CountThrottled(bucket.Vm, bucket.HeldSinceNs!.Value, nowNs);
        bucket.HeldSinceNs = null;
        while (bucket.Held.TryDequeue(out var held))
        {
            _ready.Enqueue(held);
        }
    }

    private Bucket BucketOf(int vm)
    {
        if (!_buckets.TryGetValue(vm, out var bucket))
        {
            _buckets[vm] = bucket = new Bucket(vm);
        }

        return bucket;
    }

    private sealed class Bucket(int vm)
    {
        private PromiseUnit? _unit;
        private Gcra _level;

        public int Vm { get; } = vm;

        public Queue<Schedulable> Held { get; } = new();

        public long? HeldSinceNs { get; set; }

        public double MayRunFromNs => _unit is null ? double.NegativeInfinity : _level.ConformsFromNs;

        public void Apply(Promise? limit)
        {
            _unit = limit?.Unit;
            if (limit is { } l)
            {
                _level = _level.With(l.Unit == PromiseUnit.Share ? l.Value * 1e9 : l.Value, BucketNs);
            }
        }

        public void Fill(in ResourceUse use, in QuantumUse quantum, long nowNs)
        {
            if (_unit is { } unit)
            {
                _level.Take(nowNs, unit switch
                {
                    PromiseUnit.Share => use.CoresNs,
                    PromiseUnit.OperationsPerSecond => quantum.Operations,
                    _ => quantum.Work.BusBytes,
                });
            }
        }
    }
}
