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
public sealed class ClusterRun : IRunningScenario
{
    private readonly RunView _view;
    private readonly IActorRef _actor;

    /// <summary>Submits a scenario to a cluster that lets us in.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="system">An actor system that its nodes can reach.</param>
    /// <param name="node">Any node of it.</param>
    /// <param name="ownsSystem">Whether the system ends with the run.</param>
    internal ClusterRun(ScenarioSpec scenario, ActorSystem system, NodeAddress node, bool ownsSystem = true)
    {
        var view = new RunView(scenario);
        var result = new TaskCompletionSource<RunResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        (_view, _actor) = (view, system.ActorOf(Props.Create(() => new SubmitActor(scenario, node.ToString(), view, result))));
        Completion = EndAsync(scenario, result.Task, ownsSystem ? system : null);
    }

    /// <summary>
    /// Ends with the result, also after <see cref="Interrupt"/>; fails when there is none, with an <see cref="InputException"/> when the
    /// cluster is busy or lost: that is no bug.
    /// </summary>
    public Task<RunResult> Completion { get; }

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
            return new ClusterRun(scenario, system, node);
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

    /// <summary>The disks are on many devices and perhaps on other machines: there is no picture of one.</summary>
    public DeviceWear Wear(int cells) => DeviceWear.None;

    private static async Task<RunResult> EndAsync(ScenarioSpec scenario, Task<RunResult> result, ActorSystem? system)
    {
        try
        {
            var run = await result;
            return run with { Scenario = scenario, Vms = [.. run.Vms.Zip(scenario.Vms, (vm, spec) => vm with { Spec = spec })] };
        }
        catch (ScenarioFailedException failed)
        {
            throw new InputException(failed.Message);
        }
        finally
        {
            await (system?.Terminate() ?? Task.CompletedTask);
        }
    }
}
