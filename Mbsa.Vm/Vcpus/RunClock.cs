using System.Diagnostics;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// The wall clock of a run: real nanoseconds while the run goes on, standing still while it is held.
/// Read from any thread, held and released by one.
/// </summary>
public sealed class RunClock
{
    private static readonly double _nsPerTick = 1e9 / Stopwatch.Frequency;
    private volatile Stand _stand = new(0, IsHeld: true);

    /// <summary>Nanoseconds the run has been going on.</summary>
    public long NowNs
    {
        get
        {
            var stand = _stand; // one reference, so that a reader never mixes two of them
            return (long)((stand.IsHeld ? stand.Ticks : Stopwatch.GetTimestamp() - stand.Ticks) * _nsPerTick);
        }
    }

    /// <summary>Lets time pass. A new clock is held at 0.</summary>
    public void Release() => _stand = new Stand(Stopwatch.GetTimestamp() - _stand.Ticks, IsHeld: false);

    /// <summary>Stops time.</summary>
    public void Hold() => _stand = new Stand(Stopwatch.GetTimestamp() - _stand.Ticks, IsHeld: true);

    /// <summary>
    /// How the clock stands. <paramref name="Ticks"/> is what it shows while held, and the timestamp of its 0 while it goes.
    /// </summary>
    private sealed record Stand(long Ticks, bool IsHeld);
}
