using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;

namespace Mbsa.Actors;

/// <summary>A running scenario, as the program sees it: start it, look at it, interrupt it, await its result.</summary>
public sealed class ScenarioRun
{
    /// <summary>Ends with the result, also after <see cref="Interrupt"/>; fails only when the host could not be set up.</summary>
    public Task<RunResult> Completion { get; } = Task.FromException<RunResult>(new NotSupportedException());

    /// <summary>Starts an actor system with the scenario in it.</summary>
    public static Task<ScenarioRun> StartAsync(ScenarioSpec scenario) => throw new NotSupportedException(scenario.Name);

    /// <summary>How the run stands now; cheap, callable from any thread, also after the end.</summary>
    public LiveSnapshot Snapshot() => throw new NotSupportedException();

    /// <summary>Ends the run at once; what was measured until now is the result.</summary>
    public void Interrupt() => throw new NotSupportedException();
}
