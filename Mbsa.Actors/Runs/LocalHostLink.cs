using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Tracing;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>The way to a host of this process: its executor, and nothing between.</summary>
/// <param name="engine">The host's actors.</param>
/// <param name="scenario">The scenario as the host sees it.</param>
/// <param name="watch">Sees what the host is at.</param>
/// <param name="lost">A host of the run broke down.</param>
internal sealed class LocalHostLink(HostEngine engine, ScenarioSpec scenario, HostWatch watch, CancellationToken lost) : IHostLink
{
    private readonly HostExecutor _executor = new(engine, scenario, watch, lost);
    private long _steps;

    public Task<HostReport> StepAsync(
        long fromNs, long untilNs, ImmutableArray<HostCommand> commands, bool withView, CancellationToken ended) =>
        _executor.ExecuteAsync(new HostStep(++_steps, untilNs, commands, withView) { FromNs = fromNs });

    /// <summary>Its memory is entered in the ledger of the process, which says what is left when all hosts have ended.</summary>
    public async Task<string?> EndAsync(CancellationToken ended)
    {
        await engine.EndAsync();
        return null;
    }

    /// <summary>Time stands still as soon as possible, in the middle of a step.</summary>
    public void Halt() => engine.Supervisor.Tell(new Qos.Halt());
}
