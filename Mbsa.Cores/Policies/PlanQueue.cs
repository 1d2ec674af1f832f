using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// Carries out a plan: earliest eligible virtual deadline first (Stoica, Abdel-Wahab, 1995) over VMs on the plan's rates, charged in
/// dominant use. Each VM has a start tag, how far its service has come at its rate; virtual time is where all who want to run have come
/// on average. Who is not ahead of it is eligible, and of those whoever should have its next quantum first is served: a VM of a large
/// rate does not wait for a thousand small ones.
/// <list type="bullet">
/// <item>A VM has a place at each <see cref="Bottleneck"/> where VCPUs of it wait: what a VCPU uses is known of it, not of its VM.</item>
/// <item>A quantum that does not fit beside those in flight waits while another VM wants the core. It may start in place of others that
/// are due later, or where it gains more than it wastes (<see cref="Flights"/>). If nobody wants the core it shares the resource, if
/// that is the order.</item>
/// <item>Who becomes ready and is due before somebody who runs has its core: under the virtual clock a quantum can be cut off at any
/// point, and goes on later.</item>
/// <item>Who is behind its floor goes first; the latency class goes before all, as long as it keeps within its floor and burst.</item>
/// <item>A ceiling is a <see cref="Gcra"/>: whoever is beyond it is held until it has earned the next quantum.</item>
/// </list>
/// </summary>
internal sealed class PlanQueue : RunQueue
{
    /// <summary>How much shorter a quantum is on real cores while there is a latency class: it has to wait for its end.</summary>
    private const int UrgentDivisor = 5;

    private readonly Waiting _waiting;
    private readonly List<PlanAccount?> _accounts = [];
    private readonly List<PlanAccount> _urgent = [];
    private readonly Flights _flights;
    private readonly PlanChoice _choice;
    private bool _hasNew;
    private Func<PlanAccount, Bottleneck?>? _bottleneckForFloor;
    private Func<PlanAccount, long, bool>? _isWanted;

    /// <summary>Nobody is there.</summary>
    /// <param name="host">What is shared out.</param>
    /// <param name="quantumNs">How long a quantum is alone on the host, in nanoseconds.</param>
    /// <param name="serviceOrder">What happens at a full resource while cores are idle.</param>
    public PlanQueue(HostCapacity host, long quantumNs, ServiceOrder serviceOrder = ServiceOrder.Share)
        : base(host, quantumNs)
    {
        _waiting = new Waiting(host, quantumNs, _accounts);
        _flights = new Flights(host.Cores);
        _choice = new PlanChoice(_waiting, _flights, host.IsExact, serviceOrder);
    }

    public override long NextNs => _waiting.NextNs;

    /// <summary>
    /// How long a VM may be kept waiting and still catch up with its ceiling, in nanoseconds. It waited for cores; on real ones it may
    /// have waited for other programs too, for a few of their time slices.
    /// </summary>
    private long PatienceNs => Host.IsExact ? 8 * QuantumNs : Math.Max(2 * QuantumNs, 10_000_000);

    protected override void TakeOver(Plan plan, long nowNs)
    {
        _choice.Plan = plan;
        _urgent.Clear();
        Release(double.PositiveInfinity, nowNs);
        foreach (var planned in plan.Vms)
        {
            var account = AccountOf(planned.Claim.Vm);
            account.Apply(planned, PatienceNs);
            if (account.IsUrgent)
            {
                _urgent.Add(account);
            }
        }

        _waiting.Reorder(nowNs);
    }

    /// <inheritdoc/>
    /// <remarks>Those first that would only stretch others; then, when somebody has become ready, the one that is due last.</remarks>
    public override Schedulable? MakeRoom(long nowNs)
    {
        _isWanted ??= _choice.IsWanted;
        var surplus = _flights.Surplus(Bottleneck.Bus, nowNs, _isWanted) ?? _flights.Surplus(Bottleneck.Nvm, nowNs, _isWanted);
        if (surplus is not null || !_hasNew)
        {
            return surplus?.To;
        }

        _hasNew = false;
        return _flights.FillCores && _flights.Last(nowNs) is { } last && IsDueBefore(last, nowNs) ? last.To : null;
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.Enqueue(schedulable, nowNs);
        _waiting.Order(account, nowNs);
        _hasNew = true;
    }

    protected override Schedulable? Take(long nowNs, ref long budgetNs)
    {
        Release(nowNs, nowNs);
        if (FirstUrgent(nowNs) is { } urgent && TakeAny(urgent) is { } first)
        {
            return Grant(urgent, first, nowNs, ref budgetNs, Turn.Urgent);
        }

        if (_urgent.Count > 0 && !Host.IsExact)
        {
            budgetNs = Math.Max(1, budgetNs / UrgentDivisor);
        }

        if (_waiting.Floors.First(nowNs, _bottleneckForFloor ??= BottleneckForFloor) is var (behind, bottleneck))
        {
            return Grant(behind, TakeFirst(behind.Ready(bottleneck))!, nowNs, ref budgetNs, Turn.Floor);
        }

        if (_choice.First(nowNs, out _) is not { } open)
        {
            return null;
        }

        var account = open.Take();
        account.Places.Leave(open.Bottleneck);
        return Grant(account, TakeFirst(account.Ready(open.Bottleneck))!, nowNs, ref budgetNs);
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.InFlight--;
        _flights.Remove(schedulable);
        var before = account.StartTag;
        account.Correct(schedulable.Estimate, use, quantum);
        _waiting.OnCorrected(account, before, nowNs);
        if (!schedulable.Estimate.IsRest && schedulable.Cut.Left == 0)
        {
            schedulable.Habit = schedulable.Habit.After(use, quantum, Host);
        }

        _waiting.Rest(account, nowNs);
    }

    private Schedulable Grant(PlanAccount account, Schedulable next, long nowNs, ref long budgetNs, Turn turn = Turn.Rate)
    {
        var habit = account.HabitOf(next);
        budgetNs = account.Budget(habit, budgetNs);

        // But for a few quanta a VM that ran ahead while others could not use the host does not pay for it later,
        // nor does one save up what its VCPUs could not use.
        var before = account.StartTag;
        account.StartTag = Math.Clamp(before, _waiting.VirtualNs - account.MaxOwedNs, _waiting.VirtualNs + account.MaxAheadNs);
        var dueNs = account.Deadline(habit.Bottleneck);
        next.Estimate = account.Take(habit, next.Cut, nowNs, budgetNs);
        _waiting.OnRetagged(account, before, nowNs);
        account.InFlight++;
        account.Places.OnServed(habit.Bottleneck);
        _flights.Add(new Flight(next, account, dueNs, nowNs, turn));
        _waiting.Order(account, nowNs);
        return next;
    }

    /// <summary>Of the latency class, who has been due the longest.</summary>
    private PlanAccount? FirstUrgent(long nowNs)
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

        return first;
    }

    private static Schedulable? TakeAny(PlanAccount account)
    {
        foreach (var bottleneck in Bottlenecks.HardestFirst)
        {
            if (TakeFirst(account.Ready(bottleneck)) is { } next)
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>The bottleneck of the VCPU with which a VM that is behind its floor is served; null when that would not help it.</summary>
    private Bottleneck? BottleneckForFloor(PlanAccount account)
    {
        foreach (var bottleneck in Bottlenecks.HardestFirst)
        {
            if (account.HasReady(bottleneck) && (bottleneck == Bottleneck.None
                || _flights.FitsAmongFirst(bottleneck, account.HabitOf(account.Ready(bottleneck).Peek()))))
            {
                return bottleneck;
            }
        }

        return null;
    }

    /// <summary>Whether somebody who is ready should have a core before the one who has it.</summary>
    private bool IsDueBefore(Flight last, long nowNs) =>
        FirstUrgent(nowNs) is not null
        || (_choice.First(nowNs, out var isSharing) is { HasEligible: true } open && !isSharing
            && open.First != last.Account && open.First.Deadline(open.Bottleneck) < last.Deadline);

    /// <summary>Lets those go that their ceilings held back until a moment.</summary>
    private void Release(double untilNs, long nowNs)
    {
        while (_waiting.Release(untilNs, nowNs, out var sinceNs) is { } account)
        {
            CountThrottled(account.Vm, sinceNs, nowNs);
            _hasNew = true;
        }
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
