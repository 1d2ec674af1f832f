namespace Mbsa.Host.Reproduction;

/// <summary>Says how far a figure is: nothing in the first two seconds, then a line every two. Thread-safe.</summary>
internal sealed class FigureProgress(TextWriter lines, TimeProvider time, string figure, double total)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private long _saidAt = time.GetTimestamp();
    private double _done;

    /// <summary>Part of the work is done.</summary>
    public void Add(double work)
    {
        lock (_lock)
        {
            _done += work;
            if (time.GetElapsedTime(_saidAt) >= _pause)
            {
                _saidAt = time.GetTimestamp();
                lines.WriteLine(FormattableString.Invariant($"{figure}: {_done / total * 100:0} %"));
            }
        }
    }
}
