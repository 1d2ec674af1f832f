using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Playing;

/// <summary>Who is attached to cores, and whether anybody of them can still run. Whoever uses it holds a lock.</summary>
internal sealed class Attendance
{
    private readonly HashSet<Schedulable> _attached = [];
    private int _dormant;
    private int _unsettled;

    /// <summary>
    /// Somebody is attached who does not just wait for a doorbell, for if all did nobody would be left to ring it; or has left, and its
    /// owner may bring it back.
    /// </summary>
    public bool HasRunners => _attached.Count > _dormant || _unsettled > 0;

    /// <summary>Those in a quantum.</summary>
    public IEnumerable<Schedulable> Running => _attached.Where(schedulable => schedulable.IsRunning);

    /// <summary>Somebody comes.</summary>
    public void Add(Schedulable schedulable) => _attached.Add(schedulable);

    /// <summary>Somebody leaves, if it is there.</summary>
    public void Remove(Schedulable schedulable)
    {
        if (_attached.Remove(schedulable))
        {
            Waking(schedulable);
        }
    }

    /// <summary>Somebody has left, and its owner is yet to decide what becomes of it: one that failed is attached anew.</summary>
    public void AwaitSettling() => _unsettled++;

    /// <summary>Its owner has decided.</summary>
    public void Settle() => _unsettled--;

    /// <summary>Somebody was blocked.</summary>
    public void Blocked(Schedulable schedulable) => _dormant += IsDormant(schedulable) ? 1 : 0;

    /// <summary>Somebody is about to be woken.</summary>
    public void Waking(Schedulable schedulable) => _dormant -= IsDormant(schedulable) ? 1 : 0;

    private static bool IsDormant(Schedulable schedulable) => schedulable is { IsBlocked: true, WakeAtNs: long.MaxValue };
}
