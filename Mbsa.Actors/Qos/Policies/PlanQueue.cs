using Mbsa.Actors.Cores;

namespace Mbsa.Actors.Qos.Policies;

internal sealed class PlanQueue(HostCapacity host, long quantumNs, ServiceOrder serviceOrder = ServiceOrder.Share) : RunQueue(host, quantumNs)
{
    /// <summary>How much shorter a quantum is while there is a latency class, which has to wait for its end.</summary>
    private const int UrgentDivisor = 5;

    /// <summary>Quanta of its own by which a VM may fall behind virtual time because its resource is full.</summary>
    private const int MostPassedOver = 4;

    /// <summary>A resource counts as full a little below its capacity: sums of fractions are not exact.</summary>
    private const double Full = 1 - 1e-6;

    private const double Tolerance = 0.03;

    private readonly DeadlineOrder[] _orders = [new(Gate.None), new(Gate.BesideBus), new(Gate.Bus), new(Gate.BesideNvm), new(Gate.Nvm)];
    private readonly PriorityQueue<PlanAccount, VmOrder> _held = new();
    private readonly PriorityQueue<PlanAccount, VmOrder> _floors = new();
    private readonly List<PlanAccount?> _accounts = [];
    private readonly List<PlanAccount> _urgent = [];
    private readonly List<Flight> _flights = [];
    private readonly VirtualTime _virtualTime = new();
    private double _busInFlight;
    private double _nvmInFlight;
    private int _inFlight;
    private readonly bool[] _isFilled = new bool[3];
    private bool _isNew;

    public override long NextNs => _held.TryPeek(out _, out var order) ? (long)Math.Ceiling(order.Tag) : long.MaxValue;

    private long PatienceNs => Host.IsExact ? 2 * QuantumNs : Math.Max(2 * QuantumNs, 10_000_000);

    public override void Apply(Plan plan, long nowNs)
    {
        plan.Filled.AsSpan().CopyTo(_isFilled);
        _urgent.Clear();
        while (_held.TryDequeue(out var account, out _))
        {
            Release(account, nowNs);
        }

        foreach (var planned in plan.Tenants)
        {
            var account = AccountOf(planned.Tenant.Vm);
            account.Apply(planned, PatienceNs);
            if (account.IsUrgent)
            {
                _urgent.Add(account);
            }
        }

        _virtualTime.Reset(_accounts);
        Reorder();
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        var gate = account.HabitOf(schedulable).Gate;
        account.Ready(gate).Enqueue(schedulable);
        if (account.HeldSinceNs is null)
        {
            Order(account, nowNs);
        }

        _isNew = true;
    }

    public override Schedulable? MakeRoom(long nowNs)
    {
        if (_flights.Count < 2)
        {
            return null;
        }

        foreach (var gate in (ReadOnlySpan<Gate>)[Gate.Bus, Gate.Nvm])
        {
            if (Surplus(gate, nowNs) is { } surplus)
            {
                return surplus;
            }
        }

        if (!_isNew)
        {
            return null;
        }

        _isNew = false;
        return Victim(nowNs);
    }

    /// <summary>Of the quanta at an overfull resource the last one that others would not miss, if somebody wants its core or is slowed down by it and behind it.</summary>
    private Schedulable? Surplus(Gate gate, long nowNs)
    {
        var sum = gate is Gate.Bus or Gate.BesideBus ? _busInFlight : _nvmInFlight;
        if (sum <= 1 + Tolerance)
        {
            return null;
        }

        Flight? last = null;
        var least = double.PositiveInfinity;
        PlanAccount? leastOf = null;
        var (isUrgent, flights) = (false, 0);
        foreach (var flight in _flights)
        {
            var fraction = flight.Fraction(gate);
            if (fraction < 0.02)
            {
                continue;
            }

            flights++;
            if (flight.IsUrgent)
            {
                isUrgent = true;
                continue;
            }

            if (flight.Account.StartTag < least)
            {
                (least, leastOf) = (flight.Account.StartTag, flight.Account);
            }

            if (flight.StartNs < nowNs && (last is null || flight.Account.StartTag > last.Account.StartTag))
            {
                last = flight;
            }
        }

        if (last is null)
        {
            return null;
        }

        if (isUrgent)
        {
            return IsSlowedDown(gate, flights) ? last.To : null;
        }

        if (sum - last.Fraction(gate) < 1 - Tolerance)
        {
            return null;
        }

        var isAhead = last.Account != leastOf && last.Account.StartTag - last.Account.QuantumNs(gate) > least + leastOf!.QuantumNs(gate);
        return isAhead || IsWanted(last.Account, nowNs) ? last.To : null;
    }

    /// <summary>Whether somebody of the latency class has less of an overfull resource than it would use.</summary>
    private bool IsSlowedDown(Gate gate, int flights)
    {
        foreach (var flight in _flights)
        {
            if (flight.IsUrgent && flight.Fraction(gate) * flights > 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether another VM wants a core that it could use.</summary>
    private bool IsWanted(PlanAccount by, long nowNs)
    {
        foreach (var order in _orders)
        {
            if (!IsFull(order.Gate) && Settle(order, nowNs) && order.First != by)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The quantum that has to make way for somebody who has just become ready and is due before it.</summary>
    private Schedulable? Victim(long nowNs)
    {
        if (_flights.Count < Host.Cores)
        {
            return null;
        }

        Flight? last = null;
        foreach (var flight in _flights)
        {
            if (flight.StartNs < nowNs && (last is null || flight.Deadline > last.Deadline))
            {
                last = flight;
            }
        }

        if (last is null || last.IsUrgent)
        {
            return null;
        }

        if (_urgent.Any(u => u.ReadyCount > 0 && u.UrgentFromNs <= nowNs && u.MayRunFromNs <= nowNs))
        {
            return last.To;
        }

        var open = FirstOpen(nowNs, out var isShared);
        return !isShared && open is { HasEligible: true } && open.First != last.Account && open.First.Deadline(open.Gate) < last.Deadline ? last.To : null;
    }

    protected override Schedulable? Take(long nowNs, ref long budgetNs)
    {
        while (_held.TryPeek(out var due, out var from) && from.Tag <= nowNs)
        {
            _held.Dequeue();
            Release(due, nowNs);
        }

        if (TakeUrgent(nowNs) is var (urgent, first))
        {
            return Grant(urgent, first, nowNs, ref budgetNs, isUrgent: true);
        }

        if (_urgent.Count > 0 && !Host.IsExact)
        {
            budgetNs = Math.Max(1, budgetNs / UrgentDivisor);
        }

        if (TakeBehindFloor(nowNs) is var (behind, floored))
        {
            return Grant(behind, floored, nowNs, ref budgetNs);
        }

        if (FirstOpen(nowNs, out _) is not { } open)
        {
            return null;
        }

        var account = open.Take();
        account.LeaveOrder(open.Gate);
        return Grant(account, TakeFirst(account.Ready(open.Gate))!, nowNs, ref budgetNs);
    }

    /// <summary>Finds the first of an order, and clears away what stands before it and is there no more.</summary>
    /// <returns>Whether there is one.</returns>
    private bool Settle(DeadlineOrder order, long nowNs)
    {
        while (order.Settle(_virtualTime.Ns))
        {
            var account = order.First;
            var isMoved = account.HasMovedIn(order.Gate);
            if (!isMoved && account.HeldSinceNs is null && account.MayRunFromNs <= nowNs && HasReady(account.Ready(order.Gate)))
            {
                return true;
            }

            order.Take();
            account.LeaveOrder(order.Gate);
            if (account.HeldSinceNs is not null || !HasReady(account.Ready(order.Gate)))
            {
                Rest(account, nowNs);
            }
            else if (account.MayRunFromNs > nowNs)
            {
                Hold(account, nowNs);
            }
            else
            {
                order.Add(account); // what it had meanwhile moved it back
            }
        }

        return false;
    }

    private static bool HasReady(Queue<Schedulable> ready)
    {
        while (ready.TryPeek(out var first) && first.RunState != RunState.Ready)
        {
            ready.Dequeue();
        }

        return ready.Count > 0;
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        var estimate = schedulable.Estimate;
        var account = AccountOf(schedulable.Id.Vm);
        account.InFlight--;
        var before = account.StartTag;
        account.Correct(estimate, use, quantum);
        if (!estimate.IsRest && schedulable.Cut.Left == 0)
        {
            schedulable.Habit = schedulable.Habit.After(use, quantum, Host);
        }

        _virtualTime.OnMoved(account, before);
        Rest(account, nowNs);
        _inFlight--;
        _flights.RemoveAt(_flights.FindIndex(flight => flight.To == schedulable));
        (_busInFlight, _nvmInFlight) = _inFlight == 0 ? (0, 0) : (_busInFlight - estimate.BusFraction, _nvmInFlight - estimate.NvmFraction);
    }

    private Schedulable Grant(PlanAccount account, Schedulable next, long nowNs, ref long budgetNs, bool isUrgent = false)
    {
        var habit = account.HabitOf(next);
        budgetNs = account.Budget(habit, budgetNs);
        var before = account.StartTag;
        account.StartTag = Math.Clamp(account.StartTag, _virtualTime.Ns - account.MostOwedNs, _virtualTime.Ns + 3 * account.LeewayNs);
        var estimate = account.Take(habit, next.Cut, nowNs, budgetNs);
        _virtualTime.OnMoved(account, before);
        next.Estimate = estimate;
        account.InFlight++;
        _inFlight++;
        _flights.Add(new Flight(next, account, account.StartTag, nowNs, isUrgent));
        _busInFlight += estimate.BusFraction;
        _nvmInFlight += estimate.NvmFraction;
        Order(account, nowNs);
        return next;
    }

    /// <summary>Of the latency class, who has been due the longest.</summary>
    private (PlanAccount Account, Schedulable Next)? TakeUrgent(long nowNs)
    {
        PlanAccount? first = null;
        foreach (var account in _urgent)
        {
            if (account.ReadyCount > 0 && account.UrgentFromNs <= nowNs && account.MayRunFromNs <= nowNs
                && (first is null || account.UrgentFromNs < first.UrgentFromNs))
            {
                first = account;
            }
        }

        return first is not null && TakeAny(first) is { } next ? (first, next) : null;
    }

    /// <summary>Whoever is behind its floor, the one that has been so the longest.</summary>
    private (PlanAccount Account, Schedulable Next)? TakeBehindFloor(long nowNs)
    {
        while (_floors.TryPeek(out var account, out var order) && order.Tag <= nowNs)
        {
            _floors.Dequeue();
            account.IsFloorOrdered = false;
            if (!account.HasFloor || account.ReadyCount == 0)
            {
                continue;
            }

            var fromNs = Math.Max(account.BehindFloorFromNs, account.MayRunFromNs);
            if (fromNs <= nowNs && TakeOpen(account) is { } next)
            {
                return (account, next);
            }

            OrderFloor(account, fromNs);
            if (fromNs <= nowNs)
            {
                return null;
            }
        }

        return null;
    }

    private Schedulable? TakeOpen(PlanAccount account)
    {
        foreach (var gate in (ReadOnlySpan<Gate>)[Gate.Nvm, Gate.BesideNvm, Gate.Bus, Gate.BesideBus, Gate.None])
        {
            if ((!IsFull(gate) || account.InFlight == 0) && TakeFirst(account.Ready(gate)) is { } next)
            {
                return next;
            }
        }

        return null;
    }

    private static Schedulable? TakeAny(PlanAccount account) =>
        TakeFirst(account.Ready(Gate.Nvm)) ?? TakeFirst(account.Ready(Gate.BesideNvm)) ?? TakeFirst(account.Ready(Gate.Bus)) ?? TakeFirst(account.Ready(Gate.BesideBus))
        ?? TakeFirst(account.Ready(Gate.None));

    private DeadlineOrder? FirstOpen(long nowNs, out bool isShared)
    {
        isShared = false;
        DeadlineOrder? open = null, preferred = null, full = null;
        foreach (var order in _orders)
        {
            if (!Settle(order, nowNs))
            {
                continue;
            }

            var account = order.First;
            var habit = account.HabitOf(account.Ready(order.Gate).Peek());
            if (order.Gate == Gate.None || !Host.IsExact || Fits(habit))
            {
                open = open is null || order.IsBefore(open) ? order : open;
                if ((order.Gate == Gate.Bus && order.HasEligible && _isFilled[1]) || (order.Gate == Gate.Nvm && order.HasEligible && _isFilled[2]))
                {
                    preferred = preferred is null || order.IsBefore(preferred) ? order : preferred;
                }
            }
            else if (order.Gate is Gate.Bus or Gate.Nvm ? MayReplace(order.Gate, account, habit) : order.HasEligible && MayShare(order))
            {
                open = open is null || order.IsBefore(open) ? order : open;
            }
            else
            {
                full = full is null || order.IsBefore(full) ? order : full;
            }
        }

        if (preferred is not null)
        {
            return preferred;
        }

        if (full is null)
        {
            return open;
        }

        if (open is not null)
        {
            var sum = full.Gate is Gate.Bus or Gate.BesideBus ? _busInFlight : _nvmInFlight;
            var othersNs = Math.Max(_virtualTime.Ns, open.First.StartTag);
            return full.HasEligible && ((full.First.IsBehind(othersNs, full.Gate, MostPassedOver) && IsTakenByOthers(full)) || (Gains(full, sum) && full.IsBefore(open))) ? full : open;
        }

        isShared = serviceOrder == ServiceOrder.Share && MayShare(full);
        return isShared ? full : null;
    }

    /// <summary>Whether VMs that are ahead of its first have the resource.</summary>
    private bool IsTakenByOthers(DeadlineOrder full)
    {
        var first = full.First;
        foreach (var flight in _flights)
        {
            if (flight.Fraction(full.Gate) >= 0.02 && flight.Account.StartTag - flight.Account.QuantumNs(full.Gate) > first.StartTag + first.QuantumNs(full.Gate))
            {
                return true;
            }
        }

        return false;
    }

    private bool Gains(DeadlineOrder full, double sum)
    {
        var fraction = full.First.HabitOf(full.First.Ready(full.Gate).Peek()).Fraction(full.Gate is Gate.Bus or Gate.BesideBus);
        var most = fraction;
        foreach (var flight in _flights)
        {
            most = Math.Max(most, flight.Fraction(full.Gate));
        }

        return 1 - sum > (sum + fraction - 1) / (most * Host.Cores);
    }

    private bool MayShare(DeadlineOrder full)
    {
        if ((full.Gate is Gate.Bus or Gate.BesideBus ? _busInFlight : _nvmInFlight) < Full)
        {
            return true;
        }

        foreach (var flight in _flights)
        {
            if (flight.Account != full.First && flight.Fraction(full.Gate) >= 0.02 && full.First.StartTag > flight.Account.StartTag + full.First.QuantumNs(full.Gate))
            {
                return false;
            }
        }

        return true;
    }

    private bool Fits(in QuantumHabit habit) =>
        _busInFlight + habit.PerNs.BusNs <= 1 + Tolerance && _nvmInFlight + habit.PerNs.NvmNs <= 1 + Tolerance;

    /// <summary>Whether it may start in place of quanta of VMs that are ahead of it, so that the resource is as full as before and no fuller.</summary>
    private bool MayReplace(Gate gate, PlanAccount account, in QuantumHabit habit)
    {
        var sum = gate is Gate.Bus or Gate.BesideBus ? _busInFlight + habit.PerNs.BusNs : _nvmInFlight + habit.PerNs.NvmNs;
        foreach (var flight in _flights)
        {
            var fraction = flight.Fraction(gate);
            if (fraction >= 0.02 && sum - fraction >= Full && flight.Deadline > account.Deadline(gate))
            {
                sum -= fraction;
            }
        }

        return sum <= 1 + Tolerance;
    }

    private bool IsFull(Gate gate) => Host.IsExact && gate switch
    {
        Gate.Bus or Gate.BesideBus => _busInFlight >= Full,
        Gate.Nvm or Gate.BesideNvm => _nvmInFlight >= Full,
        _ => false,
    };

    private void Hold(PlanAccount account, long nowNs)
    {
        if (account.ReadyCount > 0)
        {
            account.HeldSinceNs = nowNs;
            _held.Enqueue(account, new VmOrder(account.MayRunFromNs, account.Vm));
        }

        Rest(account, nowNs);
    }

    private void Release(PlanAccount account, long nowNs)
    {
        CountThrottled(account.Vm, account.HeldSinceNs!.Value, nowNs);
        account.HeldSinceNs = null;
        if (!account.Competes)
        {
            account.StartTag = Math.Max(account.StartTag, _virtualTime.Ns - account.LeewayNs);
        }

        Order(account, nowNs);
    }

    /// <summary>It wants to run: it takes its place at each gate where VCPUs of it wait.</summary>
    private void Order(PlanAccount account, long nowNs)
    {
        if (account.HeldSinceNs is not null)
        {
            return;
        }

        foreach (var order in _orders)
        {
            if (account.Ready(order.Gate).Count > 0 && !account.IsOrderedBy(order.Gate))
            {
                if (!account.Competes)
                {
                    var owedNs = nowNs - account.RestingSinceNs <= QuantumNs ? account.MostOwedNs : account.LeewayNs;
                    account.StartTag = Math.Max(account.StartTag, _virtualTime.Ns - owedNs);
                    _virtualTime.OnJoined(account);
                }

                order.Add(account);
            }
        }

        if (account is { HasFloor: true, IsFloorOrdered: false, ReadyCount: > 0 })
        {
            OrderFloor(account, account.BehindFloorFromNs);
        }
    }

    private void OrderFloor(PlanAccount account, double fromNs)
    {
        account.IsFloorOrdered = true;
        _floors.Enqueue(account, new VmOrder(fromNs, account.Vm));
    }

    /// <summary>It wants nothing any more, if it is neither in an order nor in flight.</summary>
    private void Rest(PlanAccount account, long nowNs)
    {
        if (account is { Competes: true, IsOrdered: false, InFlight: 0 })
        {
            account.RestingSinceNs = nowNs;
            _virtualTime.OnLeft(account);
        }
    }

    /// <summary>Rates, tags and gates have changed.</summary>
    private void Reorder()
    {
        foreach (var order in _orders)
        {
            order.Clear();
        }

        foreach (var account in _accounts)
        {
            if (account is { IsOrdered: true })
            {
                foreach (var order in _orders)
                {
                    if (account.IsOrderedBy(order.Gate))
                    {
                        order.Add(account);
                    }
                }
            }
        }
    }

    private sealed record Flight(Schedulable To, PlanAccount Account, double Deadline, long StartNs, bool IsUrgent)
    {
        public double Fraction(Gate gate) => gate is Gate.Bus or Gate.BesideBus ? To.Estimate.BusFraction : To.Estimate.NvmFraction;
    }

    private PlanAccount AccountOf(int vm)
    {
        while (_accounts.Count <= vm)
        {
            _accounts.Add(null);
        }

        return _accounts[vm] ??= new PlanAccount(vm, Host, QuantumNs);
    }
}
