using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>
/// The VMs that want to run, each with a place at every bottleneck where VCPUs of it wait, and those that their ceilings hold back. It
/// keeps virtual time, which is made of them.
/// </summary>
/// <param name="host">What is shared out.</param>
/// <param name="quantumNs">How long a quantum is alone on the host, in nanoseconds.</param>
/// <param name="accounts">All VMs, by their place in the scenario; null for those that never ran. Grows while it is used.</param>
internal sealed class Waiting(HostCapacity host, long quantumNs, IReadOnlyList<PlanAccount?> accounts)
{
    private readonly HeldBack _held = new();
    private readonly VirtualTime _virtualTime = new(accounts);

    /// <summary>One order for each bottleneck.</summary>
    public IReadOnlyList<DeadlineOrder> Orders { get; } =
        [new(Bottleneck.None), new(Bottleneck.BesideBus), new(Bottleneck.Bus), new(Bottleneck.BesideNvm), new(Bottleneck.Nvm)];

    /// <summary>Those that have a floor.</summary>
    public FloorOrder Floors { get; } = new();

    /// <summary>Where all have come on average, in nanoseconds of virtual time.</summary>
    public double VirtualNs => _virtualTime.Ns;

    /// <summary>When a ceiling lets somebody run at the earliest; <see cref="long.MaxValue"/> when it holds nobody back.</summary>
    public long NextNs => _held.NextNs;

    /// <summary>What a VM has had, or is about to have, moved its start tag from where it was.</summary>
    public void OnRetagged(PlanAccount account, double before, long nowNs) => _virtualTime.OnRetagged(account, before, nowNs);

    /// <summary>What a VM was charged was put right, which moved its start tag from where it was.</summary>
    public void OnCorrected(PlanAccount account, double before, long nowNs)
    {
        _held.OnCorrected(account);
        OnRetagged(account, before, nowNs);
    }

    /// <summary>Lets one go that a ceiling held back.</summary>
    /// <param name="untilNs">Those whose ceilings let them run until then; infinity for everybody.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="sinceNs">Receives since when it was held back.</param>
    /// <returns>Null when there is none.</returns>
    public PlanAccount? Release(double untilNs, long nowNs, out long sinceNs)
    {
        if (_held.Take(untilNs, out sinceNs) is not { } account)
        {
            return null;
        }

        Order(account, nowNs);
        return account;
    }

    /// <summary>Finds the first of an order, and clears away whoever stands before it and is not there any more.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Settle(DeadlineOrder order, long nowNs)
    {
        while (order.Settle(_virtualTime.Ns))
        {
            var account = order.First;
            var isReady = account.HasReady(order.Bottleneck);
            if (isReady && account.HeldSinceNs is null && account.MayRunFromNs <= nowNs
                && !account.Places.IsBehind(order.Bottleneck, account.StartTag))
            {
                return true;
            }

            order.Take();
            if (isReady && account.HeldSinceNs is null && account.MayRunFromNs <= nowNs)
            {
                order.Add(account); // what it had meanwhile moved it back
                continue;
            }

            account.Places.Leave(order.Bottleneck);
            if (!isReady)
            {
                account.Places.OnServed(order.Bottleneck);
            }
            else if (account.HeldSinceNs is null)
            {
                _held.Add(account, nowNs);
            }

            Rest(account, nowNs);
        }

        return false;
    }

    /// <summary>
    /// It takes its place at each bottleneck where VCPUs of it wait. Who wanted nothing for longer than a quantum is owed little of what it
    /// missed; a shorter pause is none.
    /// </summary>
    public void Order(PlanAccount account, long nowNs)
    {
        if (account.HeldSinceNs is not null)
        {
            return;
        }

        if (!account.Competes && account.ReadyCount > 0)
        {
            var owedNs = account.RestingSinceNs >= nowNs - quantumNs ? account.MaxOwedNs : account.LeewayNs;
            account.StartTag = Math.Max(account.StartTag, _virtualTime.Ns - owedNs);
            _virtualTime.OnJoined(account, nowNs);
        }

        foreach (var order in Orders)
        {
            if (account.Ready(order.Bottleneck).Count > 0
                && (!account.Places.Has(order.Bottleneck) || account.IsDueEarlierIn(order.Bottleneck)))
            {
                order.Add(account);
            }
        }

        if (host.IsExact)
        {
            Floors.Add(account); // on real cores nominal costs do not say how far behind its floor a VM is
        }
    }

    /// <summary>It wants nothing any more, if it is neither in an order nor in flight.</summary>
    public void Rest(PlanAccount account, long nowNs)
    {
        if (account is { Competes: true, Places.Any: false, InFlight: 0 })
        {
            account.RestingSinceNs = nowNs;
            _virtualTime.OnLeft(account, nowNs);
        }
    }

    /// <summary>Rates have changed, and with them everybody's place.</summary>
    public void Reorder(long nowNs)
    {
        _virtualTime.Reset(nowNs);
        foreach (var order in Orders)
        {
            order.Clear();
            foreach (var account in accounts)
            {
                if (account?.Places.Has(order.Bottleneck) == true)
                {
                    order.Add(account);
                }
            }
        }
    }
}
