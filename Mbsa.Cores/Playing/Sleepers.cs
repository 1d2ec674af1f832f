using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Playing;

/// <summary>
/// Those who wait for a time, the earliest first, ties in the order of their ids. Whoever was woken before, or left, is passed over.
/// Not thread-safe.
/// </summary>
internal sealed class Sleepers
{
    private readonly PriorityQueue<Schedulable, WakeTime> _order = new();

    /// <summary>When the first of them wants to wake; <see cref="long.MaxValue"/> when nobody waits for a time.</summary>
    public long NextNs
    {
        get
        {
            while (_order.TryPeek(out var sleeper, out var wake))
            {
                if (!sleeper.IsRetired && sleeper.WakeAtNs == wake.Ns)
                {
                    return wake.Ns;
                }

                _order.Dequeue();
            }

            return long.MaxValue;
        }
    }

    /// <summary>Somebody waits until a time; <see cref="long.MaxValue"/> for no time at all.</summary>
    public void Add(Schedulable sleeper, long wakeAtNs)
    {
        sleeper.WakeAtNs = wakeAtNs;
        if (wakeAtNs != long.MaxValue)
        {
            _order.Enqueue(sleeper, new WakeTime(wakeAtNs, sleeper.Id));
        }
    }

    /// <summary>Wakes the first of them, after <see cref="NextNs"/> has told of it.</summary>
    public Schedulable WakeFirst()
    {
        var sleeper = _order.Dequeue();
        Wake(sleeper);
        return sleeper;
    }

    /// <summary>Somebody does not wait any more.</summary>
    public static void Wake(Schedulable sleeper) => (sleeper.IsBlocked, sleeper.WakeAtNs) = (false, long.MaxValue);

    private readonly record struct WakeTime(long Ns, SchedulableId Id) : IComparable<WakeTime>
    {
        public int CompareTo(WakeTime other) => Ns != other.Ns ? Ns.CompareTo(other.Ns) : Id.CompareTo(other.Id);
    }
}
