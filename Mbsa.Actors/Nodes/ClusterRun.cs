using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Actors.Nodes;

/// <summary>A running scenario of several hosts, as the program sees it: on a cluster of its own in this process, or on one that is there.</summary>
public sealed class ClusterRun
{
    private readonly ScenarioSpec _scenario;
    private readonly RunSeries? _series;
    private volatile LiveSnapshot _snapshot;
    private IActorRef _actor = ActorRefs.Nobody;
    private long _eventNs;
    private long _eventsSeen;
    private long _eventsOfSubmission;

    private ClusterRun(ScenarioSpec scenario)
    {
        _scenario = scenario;
        _snapshot = new LiveSnapshot(
            0, scenario.WarmupNs + scenario.DurationNs, false, [.. scenario.Vms.Select(vm => new VmSample { Name = vm.Name, State = VmState.Waiting })]);
        Journal = new RunJournal(() => _eventNs);
        _series = scenario.SeriesPeriodNs is { } periodNs ? new RunSeries(periodNs, () => _snapshot.Vms) : null;
    }

    /// <summary>Ends with the result, also after <see cref="Interrupt"/>; fails when there is none.</summary>
    public Task<RunResult> Completion { get; private set; } = Task.FromException<RunResult>(new InvalidOperationException("not submitted"));

    /// <summary>What happened in the run.</summary>
    public RunJournal Journal { get; }

    /// <summary>The run as a time series so far; empty when the scenario asks for none.</summary>
    public ImmutableList<SeriesPoint> Series => _series?.Points ?? [];

    /// <summary>Runs a scenario on a cluster of one node in this process, which ends with it.</summary>
    /// <exception cref="InputException">It cannot listen on this machine.</exception>
    public static async Task<ClusterRun> StartAsync(ScenarioSpec scenario, CancellationToken cancellation = default)
    {
        var node = await ClusterNode.StartAsync(new NodeOptions { Port = 0 }, null, cancellation);
        return Submit(scenario, node.System, node.Address, node.LeaveAsync);
    }

    /// <summary>Runs a scenario on a cluster that is there.</summary>
    /// <param name="scenario">A scenario of several hosts.</param>
    /// <param name="node">Any node of it.</param>
    /// <param name="options">Secret and certificate, as its nodes have them; <see cref="NodeOptions.Host"/> is where their answers reach us.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InputException">There is no cluster, or it does not let us in; the message says which.</exception>
    public static async Task<ClusterRun> SubmitAsync(ScenarioSpec scenario, NodeAddress node, NodeOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var system = NodeSystem.Create(options with { Port = 0 }, NodeConfiguration.OfClient(options));
        try
        {
            await Knock.AtAsync(system, node, new Hello(WireFormat.Version, NodeSystem.Version, null), options.KnockPatience).WaitAsync(cancellation);
            return Submit(scenario, system, node, system.Terminate);
        }
        catch
        {
            await system.Terminate();
            throw;
        }
    }

    /// <summary>How the run stands; a moment old. Any thread.</summary>
    public LiveSnapshot Snapshot() => _snapshot;

    /// <summary>Ends the run at once; what was measured until now is the result.</summary>
    public void Interrupt() => _actor.Tell(InterruptRun.Instance);

    internal static ClusterRun Submit(ScenarioSpec scenario, ActorSystem system, NodeAddress node, Func<Task> end)
    {
        var run = new ClusterRun(scenario);
        var result = new TaskCompletionSource<RunParcel.Ended>(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<string, ActorSelection> gateOf = address => Knock.GateOf(system, address);
        Action<RunParcel.Progress> onProgress = progress => run.Take(progress.Snapshot, progress.Events);
        Action onSubmit = () => run._eventsOfSubmission = 0;
        run._actor = system.ActorOf(Props.Create(() => new SubmitActor(scenario, node.ToString(), gateOf, onSubmit, onProgress, result)));
        run.Completion = run.EndAsync(result.Task, end);
        return run;
    }

    private async Task<RunResult> EndAsync(Task<RunParcel.Ended> result, Func<Task> end)
    {
        try
        {
            var ended = await result;
            Take(ended.Snapshot ?? _snapshot, ended.Events);
            _series?.End(_snapshot.ClockNs);
            return ended.Result with { Scenario = _scenario, Vms = [.. ended.Result.Vms.Zip(_scenario.Vms, (vm, spec) => vm with { Spec = spec })] };
        }
        finally
        {
            await end();
        }
    }

    private void Take(LiveSnapshot snapshot, ImmutableArray<RunEvent> events)
    {
        foreach (var entry in events)
        {
            if (_eventsOfSubmission++ < _eventsSeen)
            {
                continue; // the run began again on a new coordinator, and this happened before
            }

            _eventsSeen++;
            _eventNs = entry.ClockNs;
            Journal.Add(entry);
        }

        _snapshot = snapshot;
        _series?.Advance(snapshot.ClockNs);
    }
}
