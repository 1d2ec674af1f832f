using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Tracing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Memory;

namespace Mbsa.Actors.Runs;

/// <summary>
/// A scenario that runs in this process, all its hosts, as the program sees it: start it, look at it, interrupt it, await its result.
/// </summary>
public sealed class ScenarioRun : IRunningScenario
{
    private readonly ScenarioSpec _scenario;
    private readonly ImmutableArray<EmulatedHost> _hosts;
    private readonly RunView _view;
    private readonly IActorRef _actor;

    private ScenarioRun(
        ScenarioSpec scenario, ImmutableArray<EmulatedHost> hosts, RunView view, IActorRef actor, Task<RunResult> completion) =>
        (_scenario, _hosts, _view, _actor, Completion) = (scenario, hosts, view, actor, completion);

    /// <summary>
    /// Ends with the result when every actor is gone and the memory is freed, also after <see cref="Interrupt"/>; fails only when a host
    /// was lost.
    /// </summary>
    public Task<RunResult> Completion { get; }

    /// <summary>What happened in the run.</summary>
    public RunJournal Journal => IsAlone ? Only.Board.Journal : _view.Journal;

    /// <summary>The run as a time series so far; empty when the scenario asks for none.</summary>
    public ImmutableList<SeriesPoint> Series => IsAlone ? Only.Board.Series?.Points ?? [] : _view.Series;

    /// <summary>Whether there is a host that can be looked at without asking anybody what the others do.</summary>
    private bool IsAlone => _scenario.Cluster is null;

    private EmulatedHost Only => _hosts[0];

    /// <summary>Starts an actor system with the scenario in it.</summary>
    /// <param name="scenario">A checked scenario.</param>
    /// <param name="ledger">Where native memory is entered; empty again when the run is complete.</param>
    /// <param name="trace">Is told what goes on; null for nobody.</param>
    /// <exception cref="NvmException">
    /// An NVM device cannot be made, or its file holds something else than the scenario asks for.
    /// </exception>
    public static ScenarioRun Start(ScenarioSpec scenario, MemoryLedger? ledger = null, RunTrace? trace = null) =>
        Start(scenario, ledger ?? new MemoryLedger(), Math.Min(2, Environment.ProcessorCount), trace ?? RunTrace.None);

    /// <summary>The same with a number of threads for the actors under the virtual clock, whose result must not depend on it.</summary>
    internal static ScenarioRun Start(ScenarioSpec scenario, MemoryLedger ledger, int virtualThreads, RunTrace? trace = null)
    {
        (scenario, trace) = (scenario.OnRealCores(), trace ?? RunTrace.None);
        var devices = new Stack<HostDevice>();
        ActorSystem? system = null;
        try
        {
            var count = scenario.AllHosts.Hosts.Length;
            for (var host = count - 1; host >= 0; host--)
            {
                devices.Push(HostDevice.Attach(scenario.OfHost(host), ledger));
            }

            system = AkkaLog.CreateSystem("mbsa", Configuration(EmulatedHost.Threads(scenario, virtualThreads)), trace);
            var hosts = ImmutableArray.CreateBuilder<EmulatedHost>(count);
            while (devices.TryPop(out var device))
            {
                hosts.Add(EmulatedHost.Spawn(system, scenario.OfHost(hosts.Count), device, ledger, index: hosts.Count));
            }

            return Start(system, scenario, hosts.MoveToImmutable(), ledger, trace);
        }
        catch
        {
            system?.Terminate().Wait();
            foreach (var device in devices)
            {
                device.Dispose();
            }

            throw;
        }
    }

    /// <summary>How the run stands now; cheap, callable from any thread, also after the end. Of several hosts it is a moment old.</summary>
    public LiveSnapshot Snapshot()
    {
        if (!IsAlone)
        {
            return _view.Snapshot;
        }

        var nowNs = Only.Clock.NowNs;
        return new LiveSnapshot(nowNs, _scenario.WarmupNs + _scenario.DurationNs, nowNs >= _scenario.WarmupNs, Only.Board.Snapshot())
        {
            NvmAllocatedBytes = Only.Board.NvmAllocatedBytes,
            AdmissionRefusals = Only.Board.Refusals,
            Plans = Only.Board.Plans,
            SchedulerOverheadNs = Only.Clock.OverheadNs,
        };
    }

    /// <summary>
    /// The wear of the disks and the NVM devices as a picture, one host after the other. Looks at every block of every disk: not for every
    /// moment. Any thread.
    /// </summary>
    /// <param name="cells">Cells of the picture, shared out among the hosts; each has one at least.</param>
    public DeviceWear Wear(int cells)
    {
        ImmutableArray<DeviceWear> each = [.. _hosts.Select(host => host.Board.Wear(Math.Max(1, cells / _hosts.Length)))];
        return each.Length == 1 ? each[0] : DeviceWear.Beside(each);
    }

    /// <summary>Ends the run at once; what was measured until now is the result.</summary>
    public void Interrupt() => _actor.Tell(ScenarioActor.Interrupt.Instance);

    private static ScenarioRun Start(
        ActorSystem system, ScenarioSpec scenario, ImmutableArray<EmulatedHost> hosts, MemoryLedger ledger, RunTrace trace)
    {
        var view = new RunView(scenario);
        var result = new TaskCompletionSource<RunResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = system.ActorOf(Props.Create(() => new ScenarioActor(hosts, scenario, view, trace, result)), "scenario");
        return new ScenarioRun(scenario, hosts, view, actor, EndAsync(system, result.Task, ledger));
    }

    /// <summary>Takes the system down in the order of ownership, then checks that no native memory was left behind.</summary>
    private static async Task<RunResult> EndAsync(ActorSystem system, Task<RunResult> result, MemoryLedger ledger)
    {
        try
        {
            var run = await result;
            await system.Terminate();
            return ledger.IsEmpty ? run : run with { Problems = [.. run.Problems, $"memory was not freed: {ledger.Describe()}"] };
        }
        finally
        {
            await system.Terminate();
        }
    }

    private static Config Configuration(int threads) => ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          actor.guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy, Akka"
        }
        """).WithFallback(EmulatedHost.DispatcherConfiguration(threads));
}
