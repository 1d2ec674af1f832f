using System.Text.Json;
using Mbsa.Actors.Runs;
using Mbsa.Host.Watching;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Page;

/// <summary>
/// Looks at a run twice a second and keeps what it saw for all who have the page open: one frame serves them all, and whoever is slow
/// misses some. Nobody waits for a client.
/// </summary>
internal sealed class PageFeed : IAsyncDisposable
{
    /// <summary>Real time between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Points of the time series of a run: as many as a chart has room for.</summary>
    public const int SeriesPoints = 240;

    /// <summary>VMs whose series are given at once.</summary>
    public const int MaxSeries = 32;

    private readonly ScenarioSpec _scenario;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Frame _frame = new(0, []);
    private IRunningScenario? _run;
    private WearWatch? _wear;
    private LiveSnapshot? _earlier;
    private long _startedAt;
    private TimeSpan? _took;
    private Task _looking = Task.CompletedTask;

    /// <summary>A feed before its run.</summary>
    /// <param name="scenario">What is about to run.</param>
    /// <param name="time">Real time.</param>
    public PageFeed(ScenarioSpec scenario, TimeProvider time)
    {
        (_scenario, _time) = (scenario, time);
        Scenario = JsonSerializer.SerializeToUtf8Bytes(PageView.Scenario(scenario), PageJson.Default.PageScenario);
    }

    /// <summary>The scenario, as JSON.</summary>
    public byte[] Scenario { get; }

    /// <summary>The report of the run, as JSON; null before its end.</summary>
    public byte[]? Report { get; private set; }

    /// <summary>Part of the time series, as JSON.</summary>
    public byte[] Series(int from, IReadOnlyList<string> vms) => JsonSerializer.SerializeToUtf8Bytes(
        PageView.Series(_scenario, _run?.Series ?? [], from, [.. vms.Take(MaxSeries)]), PageJson.Default.PageSeries);

    /// <summary>The journal from an entry on, as JSON.</summary>
    public byte[] Events(long from) => JsonSerializer.SerializeToUtf8Bytes(
        PageView.Events(_run?.Journal.Since(from) ?? []), PageJson.Default.IReadOnlyListPageEvent);

    /// <summary>Device and wear, as JSON.</summary>
    public byte[] Wear() => JsonSerializer.SerializeToUtf8Bytes(PageView.Wear(_wear?.Look() ?? DeviceWear.None), PageJson.Default.PageWear);

    /// <summary>The run begins.</summary>
    /// <param name="run">The run.</param>
    /// <param name="wear">Looks at its disks.</param>
    public void Watch(IRunningScenario run, WearWatch wear)
    {
        (_run, _wear, _startedAt) = (run, wear, _time.GetTimestamp());
        _looking = LookAsync(run);
    }

    /// <summary>The run is over.</summary>
    /// <param name="report">Its report, as JSON.</param>
    /// <param name="took">Real time it took.</param>
    public void End(byte[] report, TimeSpan took)
    {
        lock (_lock)
        {
            (Report, _took) = (report, took);
            if (_run is { } run)
            {
                Look(run);
            }
        }
    }

    /// <summary>The next frame that a client has not seen; waits for it.</summary>
    /// <param name="seen">Number of the frame it saw last, 0 for none.</param>
    /// <param name="cancellation">The client is gone, or has waited long enough.</param>
    public async Task<Frame> NextAsync(long seen, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_frame.Number > seen)
                {
                    return _frame;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        _stopped.Dispose();
    }

    private async Task LookAsync(IRunningScenario run)
    {
        try
        {
            while (Report is null)
            {
                lock (_lock)
                {
                    Look(run);
                }

                await Task.Delay(Period, _stopped.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is closed.
        }
    }

    private void Look(IRunningScenario run)
    {
        var now = run.Snapshot();
        var events = run.Journal.Since(0);
        var elapsed = _took ?? _time.GetElapsedTime(_startedAt);
        var progress = new PageProgress(Report is not null, elapsed, run.Series.Count, events.IsEmpty ? 0 : events[^1].Number + 1);
        var frame = PageView.Frame(_scenario, _earlier, now, progress);
        if (now.ClockNs > (_earlier?.ClockNs ?? 0))
        {
            _earlier = now;
        }

        _frame = new Frame(_frame.Number + 1, JsonSerializer.SerializeToUtf8Bytes(frame, PageJson.Default.PageFrame));
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    /// <summary>How the run stood at one moment.</summary>
    /// <param name="Number">From 1 on.</param>
    /// <param name="Json">A <see cref="PageFrame"/>.</param>
    internal sealed record Frame(long Number, byte[] Json);
}
