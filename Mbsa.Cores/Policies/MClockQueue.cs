using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// The scheduler of mClock's Algorithm 1 over quanta: a VM whose reservation tag is due is served first (constraint-based phase), min
/// tag first; else the VM with the min weight tag among those whose limit tag is due (weight-based phase), and its reservation tag is
/// set back by what it got, for that was not its reservation. Tags advance by the I/Os of a quantum over the rate: what the last
/// quantum had is charged when one is granted and corrected when it ended. A VM that comes back starts at the min weight tag there
/// is, as the paper adjusts it.
/// </summary>
internal sealed class MClockQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    private readonly SortedDictionary<int, VmTags> _vms = [];
    private long _nextNs = long.MaxValue;

    public override long NextNs => _nextNs;

    protected override void TakeOver(Plan plan, long nowNs)
    {
        foreach (var planned in plan.Vms)
        {
            TagsOf(planned.Claim.Vm).Apply(planned.Claim);
        }
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var vm = TagsOf(schedulable.Id.Vm);
        if (vm.Ready.Count == 0 && vm.InFlight == 0 && vm.RanUntilNs != nowNs)
        {
            vm.WeightTag = Math.Max(vm.WeightTag, MinWeightTag(nowNs));
        }

        vm.Ready.Enqueue(schedulable);
    }

    protected override Schedulable? Take(long nowNs, ref long budgetNs)
    {
        while (Choose(nowNs) is var (vm, isReserved))
        {
            if (TakeFirst(vm.Ready) is not { } next)
            {
                continue;
            }

            vm.InFlight++;
            next.Estimate = new QuantumEstimate { Cost = vm.LastOperations, IsReserved = isReserved };
            vm.Advance(nowNs, vm.LastOperations, isReserved);
            return next;
        }

        return null;
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        var vm = TagsOf(schedulable.Id.Vm);
        vm.InFlight--;
        vm.RanUntilNs = nowNs;
        var operations = quantum.Operations > 0 ? quantum.Operations : vm.OperationNs > 0 ? use.DominantNs / vm.OperationNs : 0;
        vm.Correct(operations - schedulable.Estimate.Cost, schedulable.Estimate.IsReserved);
        vm.LastOperations = operations > 0 ? operations : vm.LastOperations;
    }

    private (VmTags Vm, bool IsReserved)? Choose(long nowNs)
    {
        VmTags? reserved = null, weighted = null;
        _nextNs = long.MaxValue;
        foreach (var vm in _vms.Values)
        {
            if (vm.Ready.Count == 0)
            {
                continue;
            }

            if (vm.ReservationTag <= nowNs && (reserved is null || vm.ReservationTag < reserved.ReservationTag))
            {
                reserved = vm;
            }

            if (vm.LimitTag > nowNs)
            {
                _nextNs = Math.Min(_nextNs, (long)Math.Ceiling(Math.Min(vm.LimitTag, vm.ReservationTag)));
                HoldBack(vm, nowNs);
            }
            else
            {
                LetGo(vm, nowNs);
                weighted = weighted is null || vm.WeightTag < weighted.WeightTag ? vm : weighted;
            }
        }

        return reserved is not null ? (reserved, true) : weighted is not null ? (weighted, false) : null;
    }

    private static void HoldBack(VmTags vm, long nowNs) => vm.HeldSinceNs ??= nowNs;

    private void LetGo(VmTags vm, long nowNs)
    {
        if (vm.HeldSinceNs is { } since)
        {
            CountThrottled(vm.Vm, since, nowNs);
            vm.HeldSinceNs = null;
        }
    }

    private double MinWeightTag(long nowNs)
    {
        var min = double.PositiveInfinity;
        foreach (var vm in _vms.Values)
        {
            min = vm.Ready.Count > 0 || vm.InFlight > 0 ? Math.Min(min, vm.WeightTag) : min;
        }

        return double.IsPositiveInfinity(min) ? nowNs : min;
    }

    private VmTags TagsOf(int vm)
    {
        if (!_vms.TryGetValue(vm, out var tags))
        {
            _vms[vm] = tags = new VmTags(vm);
        }

        return tags;
    }

    /// <summary>The three tags of a VM, on the scenario's clock in nanoseconds.</summary>
    private sealed class VmTags(int vm)
    {
        private double _reservationNs = double.PositiveInfinity;
        private double _limitNs;
        private double _weightNs = 1000;

        public int Vm { get; } = vm;

        public Queue<Schedulable> Ready { get; } = new();

        public int InFlight { get; set; }

        /// <summary>When its last quantum ended: whoever wants the next at that moment was not away.</summary>
        public long RanUntilNs { get; set; } = -1;

        public long? HeldSinceNs { get; set; }

        /// <summary>What counts as one I/O of a VM that only computes: dominant use in nanoseconds of the host.</summary>
        public double OperationNs { get; private set; }

        public double LastOperations { get; set; } = 1;

        public double ReservationTag { get; private set; } = double.PositiveInfinity;

        public double LimitTag { get; private set; }

        public double WeightTag { get; set; }

        public void Apply(VmClaim claim)
        {
            OperationNs = claim.Mix.DominantNs;
            _reservationNs = claim.Qos.Reservation is { } floor ? 1e9 / claim.OperationsPerSecondOf(floor) : double.PositiveInfinity;
            _limitNs = claim.Qos.Limit is { } ceiling ? 1e9 / claim.OperationsPerSecondOf(ceiling) : 0;
            _weightNs = 1000 / claim.Qos.Weight;
            ReservationTag = double.IsPositiveInfinity(_reservationNs) ? double.PositiveInfinity
                : double.IsPositiveInfinity(ReservationTag) ? 0 : ReservationTag;
            LimitTag = _limitNs == 0 ? 0 : LimitTag;
        }

        public void Advance(long nowNs, double operations, bool isReserved)
        {
            // R = max(R + 1/r, now), L = max(L + 1/l, now), P = max(P + 1/w, now) of the paper, for a quantum's I/Os at once.
            // A quantum served by weight gives back its step of R.
            ReservationTag = isReserved ? Math.Max(ReservationTag, nowNs - _reservationNs) + operations * _reservationNs : ReservationTag;
            LimitTag = _limitNs > 0 ? Math.Max(LimitTag, nowNs) + operations * _limitNs : 0;
            WeightTag += operations * _weightNs;
        }

        public void Correct(double operations, bool isReserved)
        {
            // The reservation may have been taken away while a quantum of it ran. The tag is infinite then, and nothing times that is
            // no number.
            ReservationTag = isReserved && double.IsFinite(_reservationNs) ? ReservationTag + operations * _reservationNs : ReservationTag;
            LimitTag += operations * _limitNs;
            WeightTag += operations * _weightNs;
        }
    }
}
