using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Runs;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Actors.Nodes;

/// <summary>A scenario that a cluster runs, as the program sees it.</summary>
public sealed class ClusterRun
{
    private readonly ScenarioSpec _scenario;
    private readonly RunView _view;
    private IActorRef _actor = ActorRefs.Nobody;

    private ClusterRun(ScenarioSpec scenario) => (_scenario, _view) = (scenario, new RunView(scenario));

    /// <summary>Ends with the result, also after <see cref="Interrupt"/>; fails when there is none.</summary>
    public Task<RunResult> Completion { get; private set; } = Task.FromException<RunResult>(new InvalidOperationException("not submitted"));

    /// <summary>What happened in the run.</summary>
    public RunJournal Journal => _view.Journal;

    /// <summary>The run as a time series so far; empty when the scenario asks for none.</summary>
    public ImmutableList<SeriesPoint> Series => _view.Series;

    /// <summary>Runs a scenario on a cluster that is there.</summary>
    /// <param name="scenario">A scenario of several hosts.</param>
    /// <param name="node">Any node of it.</param>
    /// <param name="options">
    /// Secret and certificate, as its nodes have them; <see cref="NodeOptions.Host"/> is where their answers reach us.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InputException">
    /// A node cannot carry a host of the scenario, there is no cluster, or it does not let us in; the message says which.
    /// </exception>
    public static async Task<ClusterRun> SubmitAsync(
        ScenarioSpec scenario, NodeAddress node, NodeOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (RemoteHosts.WhyNot(scenario) is { } why)
        {
            throw new InputException(why);
        }

        var system = NodeSystem.Create(options with { Port = 0 }, NodeConfiguration.OfClient(options));
        try
        {
            var hello = new Hello(WireFormat.Version, NodeSystem.Version, null);
            await Knock.AtAsync(system, node, hello, options.KnockPatience).WaitAsync(cancellation);
            return Submit(scenario, system, node, system.Terminate);
        }
        catch
        {
            await system.Terminate();
            throw;
        }
    }

    /// <summary>How the run stands; a moment old. Any thread.</summary>
    public LiveSnapshot Snapshot() => _view.Snapshot;

    /// <summary>Ends the run at once; what was measured until now is the result.</summary>
    public void Interrupt() => _actor.Tell(new InterruptRun());

    internal static ClusterRun Submit(ScenarioSpec scenario, ActorSystem system, NodeAddress node, Func<Task> end)
    {
        var run = new ClusterRun(scenario);
        var result = new TaskCompletionSource<RunResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        run._actor = system.ActorOf(Props.Create(() => new SubmitActor(scenario, node.ToString(), run._view, result)));
        run.Completion = run.EndAsync(result.Task, end);
        return run;
    }

    private async Task<RunResult> EndAsync(Task<RunResult> result, Func<Task> end)
    {
        try
        {
            var run = await result;
            return run with { Scenario = _scenario, Vms = [.. run.Vms.Zip(_scenario.Vms, (vm, spec) => vm with { Spec = spec })] };
        }
        finally
        {
            await end();
        }
    }
}
