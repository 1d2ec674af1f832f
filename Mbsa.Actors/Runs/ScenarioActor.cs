using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Tracing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The life of one run on hosts of this process: conducts the scenario, hears interruptions and the loss of a host, and hands out the
/// result.
/// </summary>
internal sealed class ScenarioActor : ReceiveActor
{
    private readonly CancellationTokenSource _hostLost = new();
    private readonly RunWatch _watch;

    /// <summary>A run that starts at once.</summary>
    /// <param name="hosts">Every host, made by the caller. Without its actors the run is lost.</param>
    /// <param name="scenario">What to run.</param>
    /// <param name="view">Is told how the run stands.</param>
    /// <param name="trace">Is told what goes on.</param>
    /// <param name="result">Receives the result, or why there is none.</param>
    public ScenarioActor(
        ImmutableArray<EmulatedHost> hosts, ScenarioSpec scenario, RunView view, RunTrace trace, TaskCompletionSource<RunResult> result)
    {
        _watch = new RunWatch(trace, scenario.AllHosts.Hosts.Select(host => host.Name));
        foreach (var host in hosts)
        {
            Context.Watch(host.Actor);
            Context.Watch(host.Supervisor);
        }

        ImmutableArray<HostExecutor> links =
            [.. hosts.Select((host, i) => new HostExecutor(host, _watch.Hosts[i], _hostLost.Token))];
        var (isAlone, board) = (scenario.Cluster is null, hosts[0].Board);
        var cluster = new HostCluster(scenario, [.. links], _hostLost.Token, isAlone ? board.Journal : null);
        var conductor = new Conductor(scenario, cluster, isAlone ? null : new Glances(scenario.Vms.Length, view.Take).Show);
        Receive<Interrupt>(_ =>
        {
            conductor.Interrupt();
            if (isAlone)
            {
                links[0].Halt();
            }
        });
        Receive<Terminated>(_ => _hostLost.Cancel());
        Receive<RunResult>(r =>
        {
            board.Series?.End(conductor.NowNs);
            view.Take(conductor.Look(), conductor.TakeEvents());
            view.End();
            result.TrySetResult(r);
        });
        Receive<Status.Failure>(f => result.TrySetException(f.Cause));
        ConductAsync(conductor).PipeTo(Self);
    }

    protected override void PostStop()
    {
        _watch.Dispose();
        _hostLost.Dispose();
    }

    private static async Task<RunResult> ConductAsync(Conductor conductor)
    {
        try
        {
            return await conductor.ConductAsync();
        }
        catch (OperationCanceledException)
        {
            throw new ScenarioFailedException("the host was lost in the middle of the run");
        }
    }

    /// <summary>To the scenario: end now; what was measured is the result.</summary>
    internal sealed record Interrupt
    {
        public static readonly Interrupt Instance = new();
    }
}
