using Akka.Actor;
using Mbsa.Actors.Board;
using Mbsa.Actors.Qos;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>The life of one run: conducts the scenario, hears interruptions and the loss of its host, and hands out the result.</summary>
internal sealed class ScenarioActor : ReceiveActor
{
    private readonly CancellationTokenSource _hostLost = new();

    /// <summary>A run that starts at once.</summary>
    /// <param name="host">The host actor, made by the caller.</param>
    /// <param name="supervisor">The host's QoS supervisor: without it the host is lost.</param>
    /// <param name="scenario">What to run.</param>
    /// <param name="board">Where the VMs show how they stand.</param>
    /// <param name="result">Receives the result, or why there is none.</param>
    public ScenarioActor(IActorRef host, IActorRef supervisor, ScenarioSpec scenario, LiveBoard board, TaskCompletionSource<RunResult> result)
    {
        var conductor = new ScenarioConductor(host, scenario, board, _hostLost.Token);
        Context.Watch(host);
        Context.Watch(supervisor);
        Receive<Interrupt>(_ =>
        {
            conductor.IsInterrupted = true;
            host.Tell(Halt.Instance);
        });
        Receive<Terminated>(_ => _hostLost.Cancel());
        Receive<RunResult>(r => result.TrySetResult(r));
        Receive<Status.Failure>(f => result.TrySetException(f.Cause));
        conductor.ConductAsync().PipeTo(Self);
    }

    protected override void PostStop() => _hostLost.Dispose();

    /// <summary>To the scenario: end now; what was measured is the result.</summary>
    internal sealed record Interrupt
    {
        public static readonly Interrupt Instance = new();
    }
}
