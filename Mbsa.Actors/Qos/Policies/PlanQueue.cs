using Mbsa.Actors.Cores;

namespace Mbsa.Actors.Qos.Policies;

/// <summary>
/// Carries out a plan: earliest eligible virtual deadline first (Stoica, Abdel-Wahab, 1995) over VMs on the plan's rates, charged in dominant use; inside a
/// VM its VCPUs take turns. Each VM has a start tag, how far its service has come at its rate; virtual time is where all who want to run have come on
/// average. Who is not ahead of it is eligible, and of those whoever should have its next quantum first is served: a VM of a large rate does not wait
/// for a thousand small ones to have had theirs.
/// <list type="bullet">
/// <item>A ceiling is a <see cref="Gcra"/>: whoever is beyond it is held until it has earned the next quantum.</item>
/// <item>The latency class is served first, as long as it keeps within its floor and burst; while there is one, others get short quanta.</item>
/// <item>A quantum whose dominant resource is full of quanta in flight is held back: it would only hold a core and wait there. So each resource has
/// an order of its own, and who may run is the first of those that are not full. Whoever falls behind virtual time for that by more than
/// <see cref="MostPassedOver"/> quanta runs all the same: others that use the same resource beside another one would have its part.</item>
/// </list>
/// </summary>
internal sealed class PlanQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    /// <summary>How much shorter a quantum is while there is a latency class, which has to wait for its end.</summary>
    private const int UrgentDivisor = 5;

    /// <summary>Quanta of its own by which a VM may fall behind virtual time because its resource is full.</summary>
    private const int MostPassedOver = 4;

    /// <summary>A resource counts as full a little below its capacity: sums of fractions are not exact.</summary>
    private const double Full = 1 - 1e-6;

    private readonly DeadlineOrder[] _orders = [new(), new(), new()];
    private readonly PriorityQueue<PlanAccount, VmOrder> _held = new();
    private readonly List<PlanAccount?> _accounts = [];
    private readonly List<PlanAccount> _urgent = [];
    private readonly VirtualTime _virtualTime = new();
    private double _busInFlight;
    private double _nvmInFlight;
    private int _inFlight;

    public override long NextNs => _held.TryPeek(out _, out var order) ? (long)Math.Ceiling(order.Tag) : long.MaxValue;

    /// <summary>
    /// How long a VM may be kept waiting and still catch up, in nanoseconds: with its ceiling, and half a core's worth of it with its rate. It waited for cores; on
    /// real ones it may have waited for other programs too, for a few of their time slices.
    /// </summary>
    private long PatienceNs => Host.IsExact ? 2 * QuantumNs : Math.Max(2 * QuantumNs, 10_000_000);

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
            account.Apply(planned, Host, PatienceNs);
            if (account.IsUrgent)
            {
                _urgent.Add(account);
            }
        }

        _virtualTime.Reset(_accounts);
        Reorder(nowNs);
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.Ready.Enqueue(schedulable);
        if (!account.IsOrdered && account.HeldSinceNs is null)
        {
            Order(account, nowNs);
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
            var account = open.Take();
            account.IsOrdered = false;
            if (account.StartTag > account.OrderedTag)
            {
                Order(account, nowNs); // what it used meanwhile moved it back
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
            else
            {
                Rest(account);
            }
        }

        return null;
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        var estimate = schedulable.Estimate;
        var account = AccountOf(schedulable.Id.Vm);
        account.InFlight--;
        var before = account.StartTag;
        account.Correct(estimate, use, quantum, Host);
        _virtualTime.OnMoved(account, before);
        account.RanUntilNs = nowNs;
        Rest(account);
        _inFlight--;
        (_busInFlight, _nvmInFlight) = _inFlight == 0 ? (0, 0) : (_busInFlight - estimate.BusFraction, _nvmInFlight - estimate.NvmFraction);
    }

    private Schedulable Grant(PlanAccount account, Schedulable next, long nowNs, long budgetNs)
    {
        // A VM that ran ahead while others were away does not pay for it later, nor does one save up what its VCPUs could not use: but for a few quanta.
        var before = account.StartTag;
        var leewayNs = Host.Cores * PatienceNs / 2 / account.Rate;
        account.StartTag = Math.Clamp(account.StartTag, _virtualTime.Ns - leewayNs, _virtualTime.Ns + leewayNs);
        var estimate = account.Take(nowNs, budgetNs);
        _virtualTime.OnMoved(account, before);
        next.Estimate = estimate;
        account.InFlight++;
        _inFlight++;
        _busInFlight += estimate.BusFraction;
        _nvmInFlight += estimate.NvmFraction;
        if (account.Ready.Count > 0 && !account.IsOrdered)
        {
            Order(account, nowNs);
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
    /// The order whose first is served next: of those whose resource is not full; or one whose resource is full and whose first has fallen behind virtual
    /// time, or the one that would be served instead. Null when there is none.
    /// </summary>
    private DeadlineOrder? FirstOpen()
    {
        DeadlineOrder? open = null, behind = null;
        foreach (var resource in (ReadOnlySpan<Resource>)[Resource.Cores, Resource.Bus, Resource.Nvm])
        {
            var order = _orders[(int)resource];
            if (order.Settle(_virtualTime.Ns) && !IsFull(resource) && (open is null || order.IsBefore(open)))
            {
                open = order;
            }
        }

        var othersNs = Math.Max(_virtualTime.Ns, open?.First.StartTag ?? double.NegativeInfinity);
        foreach (var resource in (ReadOnlySpan<Resource>)[Resource.Bus, Resource.Nvm])
        {
            var order = _orders[(int)resource];
            if (IsFull(resource) && order.HasEligible && order.First.IsBehind(othersNs, MostPassedOver) && (behind is null || order.IsBefore(behind)))
            {
                behind = order;
            }
        }

        return behind ?? open;
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

        Rest(account);
    }

    private void Release(PlanAccount account, long nowNs)
    {
        CountThrottled(account.Vm, account.HeldSinceNs!.Value, nowNs);
        account.HeldSinceNs = null;
        Order(account, nowNs);
    }

    /// <summary>
    /// It wants to run: it takes its place. Who wanted nothing until now begins where the others are; not so whose only VCPU ended a quantum this
    /// moment, and wants the next.
    /// </summary>
    private void Order(PlanAccount account, long nowNs)
    {
        if (!account.Competes)
        {
            account.StartTag = account.RanUntilNs == nowNs ? account.StartTag : Math.Max(account.StartTag, _virtualTime.Ns);
            _virtualTime.OnJoined(account);
        }

        account.IsOrdered = true;
        _orders[(int)account.Dominant].Add(account);
    }

    /// <summary>It wants nothing any more, if it is neither in an order nor in flight.</summary>
    private void Rest(PlanAccount account)
    {
        if (account is { Competes: true, IsOrdered: false, InFlight: 0 })
        {
            _virtualTime.OnLeft(account);
        }
    }

    /// <summary>Rates, tags and dominant resources have changed.</summary>
    private void Reorder(long nowNs)
    {
        foreach (var order in _orders)
        {
            order.Clear();
        }

        foreach (var account in _accounts)
        {
            if (account is { IsOrdered: true })
            {
                Order(account, nowNs);
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
