namespace Mbsa.Actors.Deciding;

/// <summary>Bytes on their way from one host to another, at a rate that changes with who else is on the way.</summary>
internal sealed class Flow
{
    private readonly double _bytes;
    private double _left;
    private double _bytesPerNs;
    private long _settledNs;

    /// <summary>A flow of which nothing was sent.</summary>
    /// <param name="number">How many flows began before it.</param>
    /// <param name="id">What names it.</param>
    /// <param name="from">Host that sends.</param>
    /// <param name="to">Host that receives.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="nowNs">The moment, in nanoseconds.</param>
    public Flow(long number, long id, int from, int to, long bytes, long nowNs)
    {
        (Number, Id, From, To, _bytes, _left, _settledNs) = (number, id, from, to, bytes, bytes, nowNs);
        EndsNs = bytes == 0 ? nowNs : long.MaxValue;
    }

    public long Number { get; }

    public long Id { get; }

    public int From { get; }

    public int To { get; }

    /// <summary>When its last byte leaves at the present rate.</summary>
    public long EndsNs { get; private set; }

    /// <summary>When its last byte arrives; known once it has left.</summary>
    public long ArrivesNs { get; set; } = long.MaxValue;

    /// <summary>Bytes sent until a moment, rounded down.</summary>
    public long SentBytes(long nowNs) => nowNs >= EndsNs ? (long)_bytes : (long)(_bytes - LeftAt(nowNs));

    /// <summary>From now on it has another rate.</summary>
    public void SetRate(double bytesPerNs, long nowNs)
    {
        if (bytesPerNs == _bytesPerNs)
        {
            return;
        }

        _left = LeftAt(nowNs);
        (_settledNs, _bytesPerNs) = (nowNs, bytesPerNs);
        EndsNs = nowNs + Math.Max(1, (long)Math.Ceiling(_left / bytesPerNs));
    }

    private double LeftAt(long nowNs) => Math.Max(0, _left - (nowNs - _settledNs) * _bytesPerNs);
}
