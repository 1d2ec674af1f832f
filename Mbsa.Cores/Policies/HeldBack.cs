using Mbsa.Cores.Planning;

namespace Mbsa.Cores.Policies;

/// <summary>
/// The VMs that their ceilings hold back, by when these let them run. What a quantum gives back that was cut off moves that forward: its
/// VM enters again, and its older entry is passed over.
/// </summary>
internal sealed class HeldBack
{
    private readonly PriorityQueue<PlanAccount, VmOrder> _queue = new();

    /// <summary>When somebody may run at the earliest, on the scenario's clock; <see cref="long.MaxValue"/> when there is nobody.</summary>
    public long NextNs => TryPeek(out var first) ? (long)Math.Ceiling(first.HeldUntilNs) : long.MaxValue;

    /// <summary>Its ceiling holds a VM back from now on.</summary>
    public void Add(PlanAccount account, long nowNs)
    {
        account.HeldSinceNs = nowNs;
        Enqueue(account);
    }

    /// <summary>What a VM was charged was put right.</summary>
    public void OnCorrected(PlanAccount account)
    {
        if (account.HeldSinceNs is not null && account.MayRunFromNs < account.HeldUntilNs)
        {
            Enqueue(account);
        }
    }

    /// <summary>Takes out one that may run.</summary>
    /// <param name="untilNs">Those who may until then; infinity for everybody.</param>
    /// <param name="sinceNs">Receives since when it was held back.</param>
    /// <returns>Null when there is none.</returns>
    public PlanAccount? Take(double untilNs, out long sinceNs)
    {
        sinceNs = 0;
        if (!TryPeek(out var first) || first.HeldUntilNs > untilNs)
        {
            return null;
        }

        _queue.Dequeue();
        sinceNs = first.HeldSinceNs!.Value;
        first.HeldSinceNs = null;
        return first;
    }

    private void Enqueue(PlanAccount account)
    {
        account.HeldUntilNs = account.MayRunFromNs;
        _queue.Enqueue(account, new VmOrder(account.HeldUntilNs, account.Vm));
    }

    private bool TryPeek(out PlanAccount first)
    {
        while (_queue.TryPeek(out first!, out var order))
        {
            if (first.HeldSinceNs is not null && first.HeldUntilNs == order.Tag)
            {
                return true;
            }

            _queue.Dequeue();
        }

        return false;
    }
}
