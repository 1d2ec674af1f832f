using Mbsa.Actors;
using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;
using Mbsa.Host.Live;

namespace Mbsa.Host.Commands;

/// <summary>A scenario that runs in an actor system of its own.</summary>
internal sealed class ActorScenario(ScenarioRun run) : IRunningScenario
{
    /// <inheritdoc/>
    public Task<RunResult> Completion => run.Completion;

    /// <summary>Starts one.</summary>
    public static async Task<IRunningScenario> StartAsync(ScenarioSpec scenario) =>
        new ActorScenario(await ScenarioRun.StartAsync(scenario).ConfigureAwait(false));

    /// <inheritdoc/>
    public LiveSnapshot Snapshot() => run.Snapshot();

    /// <inheritdoc/>
    public void Interrupt() => run.Interrupt();
}
