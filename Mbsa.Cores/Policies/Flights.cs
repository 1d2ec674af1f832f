using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>
/// The quanta that are under way, and what that leaves of bus and NVM. Those that want more of one than there is stretch each other and
/// hold their cores the longer: here is who may start all the same, and who has to make room. As many as there are cores, so that
/// looking at all of them is cheap.
/// </summary>
/// <param name="cores">Cores of the host.</param>
internal sealed class Flights(int cores)
{
    /// <summary>
    /// So much more than there is of a resource may be in flight: it costs a few per cent of a quantum's time, and combinations fit
    /// that else would not.
    /// </summary>
    private const double Tolerance = 0.03;

    /// <summary>A resource counts as full a little below its capacity: sums of fractions are not exact.</summary>
    private const double Full = 1 - 1e-6;

    private readonly List<Flight> _flights = [];
    private double _bus;
    private double _nvm;

    /// <summary>Whether every core is busy.</summary>
    public bool FillCores => _flights.Count == cores;

    /// <summary>A quantum begins.</summary>
    public void Add(Flight flight)
    {
        _flights.Add(flight);
        _bus += flight.To.Estimate.BusFraction;
        _nvm += flight.To.Estimate.NvmFraction;
    }

    /// <summary>A quantum is over, or cut off.</summary>
    public void Remove(Schedulable schedulable)
    {
        _flights.RemoveAt(_flights.FindIndex(flight => flight.To == schedulable));
        var estimate = schedulable.Estimate;
        (_bus, _nvm) = _flights.Count == 0 ? (0, 0) : (_bus - estimate.BusFraction, _nvm - estimate.NvmFraction);
    }

    /// <summary>Whether all there is of a resource is in use.</summary>
    public bool IsFull(Bottleneck bottleneck) => bottleneck != Bottleneck.None && Sum(bottleneck) >= Full;

    /// <summary>Whether more of a resource is wanted than there is, so that those who have it stretch each other.</summary>
    public bool IsOverfull(Bottleneck bottleneck) => Sum(bottleneck) > 1 + Tolerance;

    /// <summary>Whether there is some of a resource that nobody uses.</summary>
    public bool HasRoom(Bottleneck bottleneck) => Sum(bottleneck) < 1 - Tolerance;

    /// <summary>Whether there is a quantum that uses a resource most.</summary>
    public bool HasDominantUser(Bottleneck bottleneck) => _flights.Exists(flight => flight.Fraction(bottleneck) * cores > 1);

    /// <summary>Whether a quantum fits beside the others, so that nobody is slowed down to speak of.</summary>
    public bool Fits(in QuantumHabit habit) => Fits(_bus, _nvm, habit);

    /// <summary>
    /// Whether a quantum of a VM that is behind its floor fits beside those that go before the others too, or gains more than it
    /// wastes, or needs a core more than the resource and slows those a little: the others make room. More of them would only stretch
    /// each other, and hold cores that somebody else's floor may need.
    /// </summary>
    public bool FitsAmongFirst(Bottleneck bottleneck, in QuantumHabit habit)
    {
        double bus = 0, nvm = 0, max = habit.Fraction(bottleneck);
        foreach (var flight in _flights)
        {
            if (flight.Turn > Turn.Rate)
            {
                (bus, nvm) = (bus + flight.Fraction(Bottleneck.Bus), nvm + flight.Fraction(Bottleneck.Nvm));
                max = Math.Max(max, flight.Fraction(bottleneck));
            }
        }

        var sum = bottleneck.IsOfBus() ? bus : nvm;
        return Fits(bus, nvm, habit) || Gains(sum, habit.Fraction(bottleneck), max) || (!bottleneck.IsDominant() && sum <= 1 + Tolerance);
    }

    /// <summary>
    /// Whether a quantum of a VM may start in place of others that are due later, so that the resource is as full as before and no fuller:
    /// <see cref="Surplus"/> takes those away then.
    /// </summary>
    public bool MayReplace(Bottleneck bottleneck, PlanAccount account, in QuantumHabit habit)
    {
        var sum = Sum(bottleneck) + habit.Fraction(bottleneck);
        foreach (var flight in _flights)
        {
            if (flight.Turn == Turn.Rate && flight.Uses(bottleneck)
                && sum - flight.Fraction(bottleneck) >= Full && flight.Deadline > account.Deadline(bottleneck))
            {
                sum -= flight.Fraction(bottleneck);
            }
        }

        return sum <= Math.Max(1 + Tolerance, Sum(bottleneck));
    }

    /// <summary>
    /// Whether a VM may share a resource that is full already with those who have it, while nobody else wants the core: not if it has
    /// come further than one of them, and not with the latency class.
    /// </summary>
    public bool MayShare(Bottleneck bottleneck, PlanAccount account)
    {
        if (HasUrgent(bottleneck))
        {
            return false;
        }

        if (HasRoom(bottleneck))
        {
            return true;
        }

        foreach (var flight in _flights)
        {
            if (flight.Account != account && flight.Uses(bottleneck)
                && account.StartTag > flight.Account.StartTag + account.QuantumNs(bottleneck))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a quantum that does not fit gains more of the resource than it wastes of the cores, both as parts of the host, although
    /// somebody else wants the core: what is too much is waited for by whoever wants most, but not by the latency class.
    /// </summary>
    public bool Gains(Bottleneck bottleneck, in QuantumHabit habit)
    {
        var (sum, max) = (Sum(bottleneck), habit.Fraction(bottleneck));
        foreach (var flight in _flights)
        {
            max = Math.Max(max, flight.Fraction(bottleneck));
        }

        return !HasUrgent(bottleneck) && Gains(sum, habit.Fraction(bottleneck), max);
    }

    private bool HasUrgent(Bottleneck bottleneck) => _flights.Exists(flight => flight.IsUrgent && flight.Uses(bottleneck));

    private static bool Fits(double bus, double nvm, in QuantumHabit habit) =>
        bus + habit.PerNs.BusNs <= 1 + Tolerance && nvm + habit.PerNs.NvmNs <= 1 + Tolerance;

    private bool Gains(double sum, double fraction, double max) => 1 - sum > (sum + fraction - 1) / (max * cores);

    /// <summary>Whether somebody who is ahead of a VM has what that waits for.</summary>
    public bool IsTakenFrom(PlanAccount account, Bottleneck bottleneck)
    {
        foreach (var flight in _flights)
        {
            if (flight.Turn == Turn.Rate && flight.Uses(bottleneck) && flight.IsAheadOf(account, bottleneck))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Of the quanta at an overfull resource one that has to make room: the one whose VM has come furthest, if the resource is full
    /// without it and somebody wants its core, or if it is ahead of somebody whom it slows down. Where it slows down the latency class
    /// it goes in any case.
    /// </summary>
    /// <param name="bottleneck">The resource.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="isWanted">Whether anybody else wants the core of a VM.</param>
    /// <returns>Null when nobody has to.</returns>
    public Flight? Surplus(Bottleneck bottleneck, long nowNs, Func<PlanAccount, long, bool> isWanted)
    {
        if (_flights.Count < 2 || !IsOverfull(bottleneck) || Furthest(bottleneck, nowNs) is not { } last)
        {
            return null;
        }

        if (HasUrgent(bottleneck))
        {
            return SlowsDownUrgent(bottleneck) ? last : null;
        }

        return IsInTheWay(last, bottleneck, nowNs) && Sum(bottleneck) - last.Fraction(bottleneck) >= 1 - Tolerance
            && (last.IsAheadOf(Nearest(bottleneck), bottleneck) || isWanted(last.Account, nowNs)) ? last : null;
    }

    /// <summary>
    /// Of all quanta the one that is due last and has begun before this moment; null when there is none, or it is urgent.
    /// </summary>
    public Flight? Last(long nowNs)
    {
        Flight? last = null;
        foreach (var flight in _flights)
        {
            if (flight.StartNs < nowNs && (last is null || flight.Deadline > last.Deadline))
            {
                last = flight;
            }
        }

        return last is { IsUrgent: false } ? last : null;
    }

    private double Sum(Bottleneck bottleneck) => bottleneck.IsOfBus() ? _bus : _nvm;

    private Flight? Furthest(Bottleneck bottleneck, long nowNs)
    {
        Flight? furthest = null;
        foreach (var flight in _flights)
        {
            if (flight.Uses(bottleneck) && !flight.IsUrgent && flight.StartNs < nowNs
                && (furthest is null || flight.Turn < furthest.Turn
                    || (flight.Turn == furthest.Turn && flight.Account.StartTag > furthest.Account.StartTag)))
            {
                furthest = flight;
            }
        }

        return furthest;
    }

    /// <summary>
    /// Whether one is in the way of those that have begun just now: not if it is due before them all, and behind them by more than a
    /// quantum of its own.
    /// </summary>
    private bool IsInTheWay(Flight last, Bottleneck bottleneck, long nowNs)
    {
        var hasBegun = false;
        foreach (var flight in _flights)
        {
            if (flight.Uses(bottleneck) && flight.StartNs >= nowNs)
            {
                if (flight.Turn > last.Turn || (flight.Turn == last.Turn
                    && (flight.Deadline < last.Deadline || !last.Account.IsBehind(flight.Account.StartTag, bottleneck, quanta: 1))))
                {
                    return true;
                }

                hasBegun = true;
            }
        }

        return !hasBegun;
    }

    private PlanAccount Nearest(Bottleneck bottleneck)
    {
        Flight? nearest = null;
        foreach (var flight in _flights)
        {
            if (flight.Uses(bottleneck) && !flight.IsUrgent && (nearest is null || flight.Account.StartTag < nearest.Account.StartTag))
            {
                nearest = flight;
            }
        }

        return nearest!.Account;
    }

    /// <summary>Whether somebody of the latency class wants more of a resource than an equal part of it.</summary>
    private bool SlowsDownUrgent(Bottleneck bottleneck)
    {
        var users = _flights.Count(flight => flight.Uses(bottleneck));
        return _flights.Exists(flight => flight.IsUrgent && flight.Fraction(bottleneck) * users > 1);
    }
}
