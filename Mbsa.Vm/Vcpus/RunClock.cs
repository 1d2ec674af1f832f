using System.Diagnostics;

namespace Mbsa.Vm.Vcpus;

/// <summary>The wall clock of a run: real nanoseconds while the run goes on, standing still while it is held. Read from any thread, held and released by one.</summary>
public sealed class RunClock
{
    private static readonly double _nsPerTick = 1e9 / Stopwatch.Frequency;
    private long _origin = Stopwatch.GetTimestamp();
    private long _heldAt = Stopwatch.GetTimestamp();
    private bool _held = true;

    /// <summary>Nanoseconds the run has been going on.</summary>
    public long NowNs => (long)(((_held ? _heldAt : Stopwatch.GetTimestamp()) - _origin) * _nsPerTick);

    /// <summary>Lets time pass. A new clock is held at 0.</summary>
    public void Release()
    {
        _origin += Stopwatch.GetTimestamp() - _heldAt;
        _held = false;
    }

    /// <summary>Stops time.</summary>
    public void Hold()
    {
        _heldAt = Stopwatch.GetTimestamp();
        _held = true;
    }
}
