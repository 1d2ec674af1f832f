using System.Collections.Immutable;
using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Tests.Watching;

/// <summary>A run that never ends by itself and stands as the test says.</summary>
internal sealed class SnapshotRun(Func<LiveSnapshot> snapshot) : IRunningScenario
{
    private readonly TaskCompletionSource<RunResult> _completion = new();

    public Task<RunResult> Completion => _completion.Task;

    public Action OnWear { get; init; } = () => { };

    public DeviceWear DeviceWear { get; set; } = DeviceWear.None;

    public ImmutableList<SeriesPoint> Series { get; set; } = [];

    public RunJournal Journal { get; } = new(() => 0);

    public LiveSnapshot Snapshot() => snapshot();

    public DeviceWear Wear(int cells)
    {
        OnWear();
        return DeviceWear;
    }

    public void End(RunResult result) => _completion.SetResult(result);

    public void Interrupt()
    {
    }
}
