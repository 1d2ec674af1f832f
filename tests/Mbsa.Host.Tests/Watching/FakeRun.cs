using System.Collections.Immutable;
using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Tests.Watching;

/// <summary>A run whose snapshots are given: it ends with the last of them, or when it is interrupted.</summary>
internal sealed class FakeRun(RunResult result, params LiveSnapshot[] snapshots) : IRunningScenario
{
    private readonly TaskCompletionSource<RunResult> _completion = new();
    private int _next;

    public Task<RunResult> Completion => _completion.Task;

    public bool WasInterrupted { get; private set; }

    /// <summary>Called before each snapshot.</summary>
    public Action OnSnapshot { get; init; } = () => { };

    /// <summary>A run that is over already.</summary>
    public static FakeRun Over(RunResult result)
    {
        var run = new FakeRun(result, Sample.Snapshot(result.Scenario, 0));
        run._completion.SetResult(result);
        return run;
    }

    public LiveSnapshot Snapshot()
    {
        OnSnapshot();
        var snapshot = snapshots[Math.Min(_next, snapshots.Length - 1)];
        if (++_next == snapshots.Length)
        {
            _completion.TrySetResult(result);
        }

        return snapshot;
    }

    public ImmutableList<SeriesPoint> Series { get; set; } = [];

    public RunJournal Journal { get; } = new(() => 0);

    public DeviceWear DeviceWear { get; set; } = DeviceWear.None;

    public DeviceWear Wear(int cells) => DeviceWear;

    public void Interrupt()
    {
        WasInterrupted = true;
        _completion.TrySetResult(result with { Interrupted = true });
    }

    public void Fail(Exception e) => _completion.SetException(e);
}
