using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mbsa.Host.Watching;

/// <summary>
/// Shows a run while it lasts: a table four times a second in a terminal, a line a second anywhere else, nothing for a short run.
/// </summary>
internal sealed class ScenarioView(
    ScenarioSpec scenario, IRunningScenario run, IAnsiConsole console, TimeProvider time, CancellationToken interrupted = default)
{
    /// <summary>A run that is over within this shows nothing but its result.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>Between two frames of the table.</summary>
    public static readonly TimeSpan FramePeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two plain lines, at least.</summary>
    public static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(1);

    /// <summary>Plain lines of one run, at most: a long run says less often how far it is.</summary>
    public const int MaxLines = 60;

    private readonly long _started = time.GetTimestamp();
    private LiveSnapshot? _earlier;
    private LiveRow[] _rows = [];

    /// <summary>Shows the run until it ends.</summary>
    /// <param name="asTable">A terminal is there to draw on.</param>
    public async Task ShowAsync(bool asTable)
    {
        if (await EndsWithin(Patience).ConfigureAwait(false))
        {
            return;
        }

        await (asTable ? ShowTableAsync() : ShowLinesAsync()).ConfigureAwait(false);
    }

    private async Task ShowTableAsync()
    {
        var live = console.Live(Text.Empty).AutoClear(true);
        await live.StartAsync(async context =>
        {
            do
            {
                context.UpdateTarget(Frame());
            }
            while (!await EndsWithin(FramePeriod).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }

    private async Task ShowLinesAsync()
    {
        long nextLineNs = 0;
        while (!await EndsWithin(LinePeriod).ConfigureAwait(false))
        {
            var snapshot = Look();
            if (snapshot.ClockNs >= nextLineNs)
            {
                console.Profile.Out.Writer.WriteLine(RunProgress.Line(scenario.Clock, snapshot, time.GetElapsedTime(_started), _rows));
                nextLineNs = snapshot.ClockNs + (snapshot.EndNs / (MaxLines - 1)) + 1;
            }
        }
    }

    private IRenderable Frame()
    {
        var snapshot = Look();
        var room = Math.Max(2, console.Profile.Height - 6);
        var ending = interrupted.IsCancellationRequested ? "; ending, Ctrl-C again exits at once" : "";
        return LiveTable.Frame(
            scenario,
            RunProgress.Describe(scenario.Clock, snapshot, time.GetElapsedTime(_started)) + ending,
            LiveRates.Top(_rows, room),
            console.Profile.Width,
            console.Profile.Capabilities.Unicode);
    }

    // While the clock stands still the rates before are the best there are.
    private LiveSnapshot Look()
    {
        var snapshot = run.Snapshot();
        if (_rows.Length == 0 || snapshot.ClockNs > (_earlier?.ClockNs ?? 0))
        {
            _rows = LiveRates.Between(scenario, _earlier, snapshot);
            _earlier = snapshot;
        }

        return snapshot;
    }

    private async Task<bool> EndsWithin(TimeSpan period)
    {
        if (!run.Completion.IsCompleted)
        {
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(run.Completion, Task.Delay(period, time, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
        }

        return run.Completion.IsCompleted;
    }
}
