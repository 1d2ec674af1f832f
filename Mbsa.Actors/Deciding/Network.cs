using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// The emulated network: flows between hosts, each host with a link of its own, full duplex, to a switch that is never the bottleneck.
/// Flows share links max-min fairly (<see cref="LinkShare"/>). A flow is complete when its last byte has arrived, the latency after it
/// left; rounding never makes that early. Integer nanoseconds; arithmetic on + - * / only, ties in the order in which flows began. Not
/// thread-safe.
/// </summary>
internal sealed class Network
{
    private readonly double _linkBytesPerNs;
    private readonly long _latencyNs;
    private readonly bool[] _isUp;
    private readonly LinkShare _share;
    private readonly List<Flow> _sending = [];
    private readonly Queue<Flow> _arriving = new();
    private long _begun;
    private bool _isStale;

    /// <summary>A network on which nothing is sent, at time 0, with every link up.</summary>
    /// <param name="hosts">Number of hosts.</param>
    /// <param name="spec">Bandwidth and latency; both count for each host alike.</param>
    public Network(int hosts, NetworkSpec spec)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(spec.BandwidthBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(spec.LatencyNs);
        (_linkBytesPerNs, _latencyNs) = (spec.BandwidthBytesPerSecond / 1e9, spec.LatencyNs);
        _isUp = new bool[hosts];
        Array.Fill(_isUp, true);
        _share = new LinkShare(hosts);
    }

    /// <summary>Until when everything is known, in nanoseconds.</summary>
    public long NowNs { get; private set; }

    /// <summary>
    /// When the next flow is complete, if none begins or is broken before; <see cref="long.MaxValue"/> where there is none.
    /// </summary>
    public long NextCompletionNs
    {
        get
        {
            Settle();
            var (next, endsNs) = (_arriving.Count > 0 ? _arriving.Peek().ArrivesNs : long.MaxValue, FirstToEndNs());
            return endsNs == long.MaxValue ? next : Math.Min(next, endsNs + _latencyNs);
        }
    }

    /// <summary>Whether a host's link is up.</summary>
    public bool IsUp(int host) => _isUp[host];

    /// <summary>A flow begins, now. One of no bytes takes the latency.</summary>
    /// <param name="id">Whatever names it; not yet in use.</param>
    /// <param name="from">Host that sends.</param>
    /// <param name="to">Another host.</param>
    /// <param name="bytes">At least 0.</param>
    /// <returns>False, and nothing begins, when one of the links is down.</returns>
    /// <exception cref="ArgumentException">There is a flow of this id, or it would lead nowhere.</exception>
    public bool TryStart(long id, int from, int to, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (from == to || _sending.Concat(_arriving).Any(flow => flow.Id == id))
        {
            throw new ArgumentException($"flow {id} from host {from} to host {to} is none, or is there already", nameof(id));
        }

        if (!_isUp[from] || !_isUp[to])
        {
            return false;
        }

        var flow = new Flow(_begun++, id, from, to, bytes, NowNs);
        if (bytes == 0)
        {
            Arrive(flow);
        }
        else
        {
            _sending.Add(flow);
            _isStale = true;
        }

        return true;
    }

    /// <summary>Ends a flow before it is complete.</summary>
    /// <returns>Bytes of it that were sent, rounded down; null when there is none of this id.</returns>
    public long? Cancel(long id)
    {
        if (_sending.Concat(_arriving).FirstOrDefault(flow => flow.Id == id) is not { } flow)
        {
            return null;
        }

        Remove([flow]);
        return flow.SentBytes(NowNs);
    }

    /// <summary>A host's link goes down: every flow over it, were it only on its way, ends at once.</summary>
    /// <returns>The flows that are broken, in the order in which they began, with the bytes of each that were sent.</returns>
    public IReadOnlyList<BrokenFlow> LinkDown(int host)
    {
        _isUp[host] = false;
        var over = _sending.Concat(_arriving).Where(flow => flow.From == host || flow.To == host);
        List<Flow> broken = [.. over.OrderBy(flow => flow.Number)];
        Remove(broken);
        return [.. broken.Select(flow => new BrokenFlow(flow.Id, flow.SentBytes(NowNs)))];
    }

    /// <summary>A host's link is there again.</summary>
    public void LinkUp(int host) => _isUp[host] = true;

    /// <summary>Lets time pass.</summary>
    /// <param name="ns">Until when; not before <see cref="NowNs"/>.</param>
    /// <returns>The flows that are complete by then, in order of time, those at one moment in the order in which they began.</returns>
    public IReadOnlyList<CompletedFlow> AdvanceTo(long ns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ns, NowNs);
        while (true)
        {
            Settle();
            var endsNs = FirstToEndNs();
            if (endsNs > ns)
            {
                break;
            }

            NowNs = endsNs;
            _isStale = true;
            foreach (var flow in _sending.Where(flow => flow.EndsNs == endsNs))
            {
                Arrive(flow);
            }

            _sending.RemoveAll(flow => flow.EndsNs == endsNs);
        }

        NowNs = ns;
        List<CompletedFlow> completed = [];
        while (_arriving.TryPeek(out var flow) && flow.ArrivesNs <= ns)
        {
            _arriving.Dequeue();
            completed.Add(new CompletedFlow(flow.Id, flow.ArrivesNs));
        }

        return completed;
    }

    private long FirstToEndNs()
    {
        var first = long.MaxValue;
        foreach (var flow in _sending)
        {
            first = Math.Min(first, flow.EndsNs);
        }

        return first;
    }

    /// <summary>Its last byte has left, now.</summary>
    private void Arrive(Flow flow)
    {
        flow.ArrivesNs = NowNs + _latencyNs;
        _arriving.Enqueue(flow);
    }

    private void Remove(List<Flow> flows)
    {
        _isStale |= _sending.RemoveAll(flows.Contains) > 0;
        foreach (var flow in _arriving.ToArray())
        {
            _arriving.Dequeue();
            if (!flows.Contains(flow))
            {
                _arriving.Enqueue(flow);
            }
        }
    }

    /// <summary>Divides the links anew; a flow whose rate did not change keeps its end to the bit.</summary>
    private void Settle()
    {
        if (!_isStale)
        {
            return;
        }

        _isStale = false;
        var parts = _share.Divide([.. _sending.Select(flow => (flow.From, flow.To))]);
        for (var i = 0; i < parts.Length; i++)
        {
            _sending[i].SetRate(parts[i] * _linkBytesPerNs, NowNs);
        }
    }
}

/// <summary>A flow whose last byte has arrived.</summary>
/// <param name="Id">What names it.</param>
/// <param name="AtNs">When.</param>
internal readonly record struct CompletedFlow(long Id, long AtNs);

/// <summary>A flow that ended before it was complete.</summary>
/// <param name="Id">What names it.</param>
/// <param name="SentBytes">Bytes of it that were sent, rounded down.</param>
internal readonly record struct BrokenFlow(long Id, long SentBytes);

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
