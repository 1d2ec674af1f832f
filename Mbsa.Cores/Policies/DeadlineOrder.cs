using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>
/// The VMs that have VCPUs waiting at one bottleneck: those that are not ahead of virtual time by deadline, the others by start tag,
/// who come only when there is nobody else. A VM whose tag has moved back enters again; its older entry, which has an older stamp, is
/// passed over.
/// </summary>
/// <param name="bottleneck">What these VCPUs wait for.</param>
internal sealed class DeadlineOrder(Bottleneck bottleneck)
{
    private readonly PriorityQueue<(PlanAccount Account, int Stamp), VmOrder> _eligible = new();
    private readonly PriorityQueue<(PlanAccount Account, int Stamp), VmOrder> _ahead = new();

    /// <summary>What these VCPUs wait for.</summary>
    public Bottleneck Bottleneck { get; } = bottleneck;

    /// <summary>Takes in a VM.</summary>
    public void Add(PlanAccount account)
    {
        _ahead.Enqueue((account, account.Places.Take(Bottleneck, account.StartTag)), new VmOrder(account.StartTag, account.Vm));
    }

    /// <summary>Finds out who has become eligible.</summary>
    /// <returns>Whether there is anybody.</returns>
    public bool Settle(double virtualTimeNs)
    {
        while (_ahead.TryPeek(out var entry, out var order) && (order.Tag <= virtualTimeNs || IsOld(entry)))
        {
            _ahead.Dequeue();
            if (!IsOld(entry))
            {
                _eligible.Enqueue(entry, new VmOrder(entry.Account.Deadline(Bottleneck), entry.Account.Vm));
            }
        }

        while (_eligible.TryPeek(out var entry, out _) && IsOld(entry))
        {
            _eligible.Dequeue();
        }

        return _eligible.Count + _ahead.Count > 0;
    }

    /// <summary>Whether its first is served before another's.</summary>
    public bool IsBefore(DeadlineOrder other)
    {
        if (_eligible.Count > 0 != other._eligible.Count > 0)
        {
            return _eligible.Count > 0;
        }

        var (mine, others) = _eligible.Count > 0 ? (_eligible, other._eligible) : (_ahead, other._ahead);
        mine.TryPeek(out _, out var first);
        others.TryPeek(out _, out var second);
        return first.CompareTo(second) < 0;
    }

    /// <summary>Whether there is anybody who is not ahead of virtual time.</summary>
    public bool HasEligible => _eligible.Count > 0;

    /// <summary>Its first; there has to be one.</summary>
    public PlanAccount First => (_eligible.Count > 0 ? _eligible : _ahead).Peek().Account;

    /// <summary>Takes out the first; there has to be one.</summary>
    public PlanAccount Take() => (_eligible.Count > 0 ? _eligible : _ahead).Dequeue().Account;

    /// <summary>Forgets everybody.</summary>
    public void Clear()
    {
        _eligible.Clear();
        _ahead.Clear();
    }

    private bool IsOld((PlanAccount Account, int Stamp) entry) => entry.Account.Places.StampIn(Bottleneck) != entry.Stamp;
}
