using System.Collections.Immutable;
using Mbsa.Actors.Runs;
using Mbsa.Actors.Tracing;
using Mbsa.Host.Watching;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>A scenario that runs in an actor system of its own.</summary>
internal sealed class ActorScenario(ScenarioRun run) : IRunningScenario
{
    /// <inheritdoc/>
    public Task<RunResult> Completion => run.Completion;

    /// <summary>Starts one.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="trace">Is told what goes on; null for nobody.</param>
    /// <exception cref="InputException">The NVM device cannot be made here:
    /// too little memory, or a file that is something else.</exception>
    public static IRunningScenario Start(ScenarioSpec scenario, RunTrace? trace = null)
    {
        try
        {
            return new ActorScenario(ScenarioRun.Start(scenario, trace: trace));
        }
        catch (Exception e) when (e is NvmException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(scenario.Cluster is { Hosts.Length: > 1 and var hosts }
                ? $"cannot make the NVM devices of {hosts} hosts: {e.Message}"
                : scenario.Host.NvmFile is { } file
                ? $"cannot use the NVM device in {file}: {e.Message}"
                : $"cannot make the NVM device of {Readable.Size(scenario.Host.NvmSizeBytes)}: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public LiveSnapshot Snapshot() => run.Snapshot();

    /// <inheritdoc/>
    public RunJournal Journal => run.Journal;

    /// <inheritdoc/>
    public ImmutableList<SeriesPoint> Series => run.Series;

    /// <inheritdoc/>
    public DeviceWear Wear(int cells) => run.Wear(cells);

    /// <inheritdoc/>
    public void Interrupt() => run.Interrupt();
}
