using Mbsa.Actors.Cores;

namespace Mbsa.Actors.Qos.Policies;

/// <summary>
/// Carries out a plan: start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) over VMs on the plan's rates, charged in dominant use; inside a VM its
/// VCPUs take turns.
/// <list type="bullet">
/// <item>A ceiling is a <see cref="Gcra"/>: whoever is beyond it is held until it has earned the next quantum.</item>
/// <item>The latency class is served first, as long as it keeps within its floor and burst; while there is one, others get short quanta.</item>
/// <item>A quantum whose dominant resource is full of quanta in flight is held back: it would only hold a core and wait there. So each resource has
/// an order of its own, and who may run is the first of those that are not full.</item>
/// </list>
/// </summary>
internal sealed class PlanQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    /// <summary>How much shorter a quantum is while there is a latency class, which has to wait for its end.</summary>
    private const int UrgentDivisor = 5;

    /// <summary>A resource counts as full a little below its capacity: sums of fractions are not exact.</summary>
    private const double Full = 1 - 1e-6;

    private readonly PriorityQueue<PlanAccount, VmOrder>[] _orders = [new(), new(), new()];
    private readonly PriorityQueue<PlanAccount, VmOrder> _held = new();
    private readonly List<PlanAccount?> _accounts = [];
    private readonly List<PlanAccount> _urgent = [];
    private double _busInFlight;
    private double _nvmInFlight;
    private int _inFlight;
    private double _virtualTime;

    public override long NextNs => _held.TryPeek(out _, out var order) ? (long)Math.Ceiling(order.Tag) : long.MaxValue;

    public override void Apply(Plan plan, long nowNs)
    {
        _urgent.Clear();
        while (_held.TryDequeue(out var account, out _))
        {
            Release(account, nowNs);
        }

        foreach (var planned in plan.Tenants)
        {
            var account = AccountOf(planned.Tenant.Vm);
            account.Apply(planned, Host, LimitToleranceNs);
            account.StartTag = Math.Min(account.StartTag, FurthestAhead(account));
            if (account.IsUrgent)
            {
                _urgent.Add(account);
            }
        }

        Reorder();
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.Ready.Enqueue(schedulable);
        if (!account.IsOrdered && account.HeldSinceNs is null)
        {
            account.StartTag = Math.Max(_virtualTime, account.StartTag);
            Order(account);
        }
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
            return Grant(urgent, first, nowNs, budgetNs);
        }

        if (_urgent.Count > 0)
        {
            budgetNs = Math.Max(1, budgetNs / UrgentDivisor);
        }

        while (FirstOpen() is { } open)
        {
            Advance();
            open.TryDequeue(out var account, out var order);
            account!.IsOrdered = false;
            if (account.StartTag > order.Tag)
            {
                Order(account); // what it used meanwhile moved it back
            }
            else if (account.MayRunFromNs > nowNs)
            {
                Hold(account, nowNs);
            }
            else if (TakeFirst(account.Ready) is { } next)
            {
                budgetNs = account.Budget(budgetNs);
                return Grant(account, next, nowNs, budgetNs);
            }
        }

        return null;
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        var estimate = schedulable.Estimate;
        AccountOf(schedulable.Id.Vm).Correct(estimate, use, quantum, Host);
        _inFlight--;
        (_busInFlight, _nvmInFlight) = _inFlight == 0 ? (0, 0) : (_busInFlight - estimate.BusFraction, _nvmInFlight - estimate.NvmFraction);
    }

    /// <summary>
    /// How much later than its ceiling allows a VM may run and still catch up: it waited for a core. On real cores it may have waited for other programs too.
    /// </summary>
    private double LimitToleranceNs => (Host.IsExact ? 2 : 25) * QuantumNs;

    private Schedulable Grant(PlanAccount account, Schedulable next, long nowNs, long budgetNs)
    {
        account.StartTag = Math.Min(Math.Max(account.StartTag, _virtualTime), FurthestAhead(account));
        var estimate = account.Take(nowNs, budgetNs);
        next.Estimate = estimate;
        _inFlight++;
        _busInFlight += estimate.BusFraction;
        _nvmInFlight += estimate.NvmFraction;
        if (account.Ready.Count > 0 && !account.IsOrdered)
        {
            Order(account);
        }

        return next;
    }

    /// <summary>Of the latency class, who has been due the longest.</summary>
    private (PlanAccount Account, Schedulable Next)? TakeUrgent(long nowNs)
    {
        PlanAccount? first = null;
        foreach (var account in _urgent)
        {
            if (account.Ready.Count > 0 && account.UrgentFromNs <= nowNs && account.MayRunFromNs <= nowNs
                && (first is null || account.UrgentFromNs < first.UrgentFromNs))
            {
                first = account;
            }
        }

        return first is not null && TakeFirst(first.Ready) is { } next ? (first, next) : null;
    }

    /// <summary>
    /// Virtual time stands at the least start tag of those who want to run, whatever resource they wait for. So the order of a full resource may fall
    /// behind, and nobody else gets further ahead of it than <see cref="FurthestAhead"/>: what the plan thought that resource had, and it has not, is
    /// forgiven.
    /// </summary>
    private void Advance()
    {
        var least = double.PositiveInfinity;
        foreach (var each in _orders)
        {
            least = each.TryPeek(out _, out var first) ? Math.Min(least, first.Tag) : least;
        }

        _virtualTime = Math.Max(_virtualTime, least);
    }

    /// <summary>A VM that ran ahead while others were away does not pay for it later, but for its last quanta.</summary>
    private double FurthestAhead(PlanAccount account) => _virtualTime + Host.Cores * QuantumNs / account.Rate;

    private PriorityQueue<PlanAccount, VmOrder>? FirstOpen()
    {
        PriorityQueue<PlanAccount, VmOrder>? open = null;
        var least = default(VmOrder);
        foreach (var resource in (ReadOnlySpan<Resource>)[Resource.Cores, Resource.Bus, Resource.Nvm])
        {
            var order = _orders[(int)resource];
            if (!IsFull(resource) && order.TryPeek(out _, out var first) && (open is null || first.CompareTo(least) < 0))
            {
                (open, least) = (order, first);
            }
        }

        return open;
    }

    private bool IsFull(Resource resource) => Host.IsExact && resource switch
    {
        Resource.Bus => _busInFlight >= Full,
        Resource.Nvm => _nvmInFlight >= Full,
        _ => false,
    };

    private void Hold(PlanAccount account, long nowNs)
    {
        if (account.Ready.Count > 0)
        {
            account.HeldSinceNs = nowNs;
            _held.Enqueue(account, new VmOrder(account.MayRunFromNs, account.Vm));
        }
    }

    private void Release(PlanAccount account, long nowNs)
    {
        CountThrottled(account.Vm, account.HeldSinceNs!.Value, nowNs);
        account.HeldSinceNs = null;
        account.StartTag = Math.Max(_virtualTime, account.StartTag);
        Order(account);
    }

    private void Order(PlanAccount account)
    {
        account.IsOrdered = true;
        _orders[(int)account.Dominant].Enqueue(account, new VmOrder(account.StartTag, account.Vm));
    }

    /// <summary>Rates, tags and dominant resources have changed.</summary>
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
                Order(account);
            }
        }
    }

    private PlanAccount AccountOf(int vm)
    {
        while (_accounts.Count <= vm)
        {
            _accounts.Add(null);
        }

        return _accounts[vm] ??= new PlanAccount(vm);
    }
}
