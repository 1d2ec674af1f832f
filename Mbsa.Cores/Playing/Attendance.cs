using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Playing;

/// <summary>Who is attached to cores, and whether anybody of them can still run. Whoever uses it holds a lock.</summary>
internal sealed class Attendance
{
    private readonly HashSet<Schedulable> _attached = [];
    private int _dormant;

    /// <summary>Somebody is attached who does not just wait for a doorbell: if all did, nobody would be left to ring it.</summary>
    public bool HasRunners => _attached.Count > _dormant;

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

    /// <summary>Somebody was blocked.</summary>
    public void Blocked(Schedulable schedulable) => _dormant += IsDormant(schedulable) ? 1 : 0;

    /// <summary>Somebody is about to be woken.</summary>
    public void Waking(Schedulable schedulable) => _dormant -= IsDormant(schedulable) ? 1 : 0;

    private static bool IsDormant(Schedulable schedulable) => schedulable is { IsBlocked: true, WakeAtNs: long.MaxValue };
}
