using System.Collections.Immutable;

namespace Mbsa.Actors.Tracing;

/// <summary>Looks at the hosts of a run every second, and tells where it waits when nothing comes of it for long.</summary>
internal sealed class RunWatch : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    private readonly RunTrace _trace;
    private readonly bool _isComplete;
    private readonly ITimer? _timer;
    private long _progress = -1;
    private long _since;
    private bool _isTold;

    /// <summary>Looks from now on.</summary>
    /// <param name="trace">Where it is told.</param>
    /// <param name="hosts">What people call the hosts.</param>
    /// <param name="isComplete">Whether these are all hosts of the run; else others may be at something when these are at nothing.</param>
    public RunWatch(RunTrace trace, IEnumerable<string> hosts, bool isComplete = true)
    {
        (_trace, _isComplete, Hosts) = (trace, isComplete, [.. hosts.Select(host => new HostWatch(trace, host))]);
        _timer = trace.Patience == Timeout.InfiniteTimeSpan ? null : trace.Time.CreateTimer(_ => Look(), null, _period, _period);
    }

    /// <summary>A watch for each host.</summary>
    public ImmutableArray<HostWatch> Hosts { get; }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <summary>Tells where the run waits, once each time it comes to a halt.</summary>
    private void Look()
    {
        var progress = Hosts.Sum(host => host.Progress);
        if (progress != _progress)
        {
            (_progress, _since, _isTold) = (progress, _trace.Time.GetTimestamp(), false);
        }
        else if (!_isTold && _trace.Time.GetElapsedTime(_since) >= _trace.Patience)
        {
            _isTold = true;
            string[] waiting = [.. Hosts.Select(host => host.Describe()).OfType<string>()];
            var where = waiting.Length == 0 ? "every host waits to be told what to do" : string.Join("; ", waiting);
            if (waiting.Length > 0 || _isComplete)
            {
                _trace.Say($"{_trace.Now()} no progress for {_trace.Patience.TotalSeconds:0} s: {where}");
            }
        }
    }
}
