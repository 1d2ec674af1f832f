namespace Mbsa.Vm.Virtio;

/// <summary>
/// What wakes a worker that is blocked. Whoever has something for it makes that visible first and rings then; the cores the worker is
/// attached to hear it. No ring is lost: one that comes while the worker runs ends its next wait before it begins. Thread-safe.
/// </summary>
public sealed class Doorbell
{
    private const long Silent = -1;

    private long _rungNs = Silent;
    private Action? _hear;

    /// <summary>Whether somebody rang since the worker last answered.</summary>
    public bool IsRung => Volatile.Read(ref _rungNs) != Silent;

    /// <summary>Wakes the worker. Rings before its answer count as one.</summary>
    /// <param name="nowNs">The scenario's clock now, at least 0.</param>
    public void Ring(long nowNs)
    {
        if (Interlocked.CompareExchange(ref _rungNs, nowNs, Silent) == Silent)
        {
            Volatile.Read(ref _hear)?.Invoke();
        }
    }

    /// <summary>The worker answers, at the start of each of its quanta, before it looks for what there is to do.</summary>
    /// <param name="rungNs">When the first ring since its last answer came; meaningless without one.</param>
    /// <returns>Whether somebody rang.</returns>
    public bool TryAnswer(out long rungNs)
    {
        rungNs = Interlocked.Exchange(ref _rungNs, Silent);
        return rungNs != Silent;
    }

    /// <summary>Says who hears it from now on: the cores that took the worker over.</summary>
    public void Connect(Action hear) => Volatile.Write(ref _hear, hear);
}
