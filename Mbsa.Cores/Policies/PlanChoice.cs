using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// Which order of a <see cref="PlanQueue"/> is served next: the first of each wants a core, and the plan, what is under way and how far
/// all have come say which of them has it.
/// </summary>
/// <param name="waiting">Who wants to run.</param>
/// <param name="flights">What is under way.</param>
/// <param name="isExact">Whether quanta take the time that they are expected to take.</param>
/// <param name="serviceOrder">What happens at a full resource while cores are idle.</param>
internal sealed class PlanChoice(Waiting waiting, Flights flights, bool isExact, ServiceOrder serviceOrder)
{
    /// <summary>
    /// Quanta of its own by which a VM may fall behind virtual time because others that are ahead of it have its resource.
    /// </summary>
    private const int MaxPassedOver = 4;

    /// <summary>Quanta of its own by which a VM may be ahead of virtual time and still be the one that fills a resource.</summary>
    private const int MaxAhead = 2;

    /// <summary>The plan that is carried out.</summary>
    public Plan Plan { get; set; } = Plan.Empty;

    /// <summary>The order whose first is served next; null when nobody may start now.</summary>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="isSharing">Receives whether it shares a full resource, for nobody else wants the core.</param>
    public DeadlineOrder? First(long nowNs, out bool isSharing)
    {
        DeadlineOrder? open = null, preferred = null, full = null;
        isSharing = false;
        foreach (var order in waiting.Orders)
        {
            if (!waiting.Settle(order, nowNs))
            {
                continue;
            }

            var (first, bottleneck) = (order.First, order.Bottleneck);
            var habit = first.HabitOf(first.Ready(bottleneck).Peek());
            if (bottleneck == Bottleneck.None || !isExact || flights.Fits(habit))
            {
                open = Earlier(open, order);
                preferred = IsToBeFilled(order) ? Earlier(preferred, order) : preferred;
            }
            else if (serviceOrder == ServiceOrder.Share && IsToBeFilled(order) && flights.Gains(bottleneck, habit))
            {
                preferred = Earlier(preferred, order);
            }
            else if (bottleneck.IsDominant() ? flights.MayReplace(bottleneck, first, habit) : order.HasEligible)
            {
                open = Earlier(open, order);
            }
            else
            {
                full = Earlier(full, order);
            }
        }

        if (preferred is not null || full is null)
        {
            return preferred ?? open;
        }

        if (open is not null)
        {
            return MayOverfill(full, open) ? full : open;
        }

        isSharing = serviceOrder == ServiceOrder.Share && flights.MayShare(full.Bottleneck, full.First);
        return isSharing ? full : null;
    }

    /// <summary>Whether another VM wants a core that it could use.</summary>
    public bool IsWanted(PlanAccount by, long nowNs)
    {
        foreach (var order in waiting.Orders)
        {
            if (!flights.IsFull(order.Bottleneck) && waiting.Settle(order, nowNs) && order.First != by)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What the plan fills is kept full before others have the core, by whoever is not ahead of virtual time; by one quantum also of
    /// somebody who is, but not far: what is not used of it now is lost, and cores are there for the others.
    /// </summary>
    private bool IsToBeFilled(DeadlineOrder order)
    {
        var bottleneck = order.Bottleneck;
        return bottleneck.IsDominant() && Plan.Fills(bottleneck.IsOfBus() ? Resource.Bus : Resource.Nvm)
            && (order.HasEligible
                || (!flights.HasDominantUser(bottleneck)
                    && order.First.StartTag < waiting.VirtualNs + MaxAhead * order.First.QuantumNs(bottleneck)));
    }

    private static DeadlineOrder Earlier(DeadlineOrder? one, DeadlineOrder other) => one is null || other.IsBefore(one) ? other : one;

    /// <summary>Whether a quantum that does not fit is served before one that does.</summary>
    private bool MayOverfill(DeadlineOrder full, DeadlineOrder open)
    {
        var (first, bottleneck) = (full.First, full.Bottleneck);
        var othersNs = Math.Max(waiting.VirtualNs, open.First.StartTag);
        return full.HasEligible
            && ((first.IsBehind(othersNs, bottleneck, MaxPassedOver) && !flights.IsOverfull(bottleneck)
                    && (flights.IsTakenFrom(first, bottleneck) || (!open.HasEligible && flights.HasRoom(bottleneck))))
                || (full.IsBefore(open) && flights.Gains(bottleneck, first.HabitOf(first.Ready(bottleneck).Peek()))));
    }
}
