using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Mbsa.Actors.Board;
using Mbsa.Actors.Hosts;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Memory;

namespace Mbsa.Actors.Runs;

/// <summary>A running scenario, as the program sees it: start it, look at it, interrupt it, await its result.</summary>
public sealed class ScenarioRun
{
    private readonly ScenarioSpec _scenario;
    private readonly LiveBoard _board;
    private readonly ICores _clock;
    private readonly IActorRef _actor;

    private ScenarioRun(ScenarioSpec scenario, LiveBoard board, ICores clock, IActorRef actor, Task<RunResult> completion) =>
        (_scenario, _board, _clock, _actor, Completion) = (scenario, board, clock, actor, completion);

    /// <summary>Ends with the result when every actor is gone and the memory is freed, also after <see cref="Interrupt"/>; fails only when the host was lost.</summary>
    public Task<RunResult> Completion { get; }

    /// <summary>Starts an actor system with the scenario in it.</summary>
    /// <param name="scenario">A checked scenario.</param>
    /// <param name="ledger">Where native memory is entered; empty again when the run is complete.</param>
    /// <exception cref="NvmException">The NVM device cannot be made, or its file holds something else than the scenario asks for.</exception>
    public static ScenarioRun Start(ScenarioSpec scenario, MemoryLedger? ledger = null) =>
        Start(scenario, ledger ?? new MemoryLedger(), Math.Min(2, Environment.ProcessorCount));

    /// <summary>The same with a number of threads for the actors under the virtual clock, whose result must not depend on it.</summary>
    internal static ScenarioRun Start(ScenarioSpec scenario, MemoryLedger ledger, int virtualThreads)
    {
        scenario = scenario.OnRealCores();
        var device = HostDevice.Attach(scenario, ledger);
        ActorSystem? system = null;
        try
        {
            system = ActorSystem.Create("mbsa", Configuration(HostEngine.Threads(scenario, virtualThreads)));
            return Start(system, scenario, device, ledger);
        }
        catch
        {
            system?.Terminate().Wait();
            device.Dispose();
            throw;
        }
    }

    /// <summary>How the run stands now; cheap, callable from any thread, also after the end.</summary>
    public LiveSnapshot Snapshot()
    {
        var nowNs = _clock.NowNs;
        return new LiveSnapshot(nowNs, _scenario.WarmupNs + _scenario.DurationNs, nowNs >= _scenario.WarmupNs, _board.Snapshot())
        {
            NvmAllocatedBytes = _board.NvmAllocatedBytes,
            AdmissionRefusals = _board.Refusals,
            Plans = _board.Plans,
            SchedulerOverheadNs = _clock.OverheadNs,
        };
    }

    /// <summary>What happened in the run.</summary>
    public RunJournal Journal => _board.Journal;

    /// <summary>The run as a time series so far; empty when the scenario asks for none.</summary>
    public ImmutableList<SeriesPoint> Series => _board.Series?.Points ?? [];

    /// <summary>The wear of the disks and the NVM device as a picture. Looks at every block of every disk: not for every moment. Any thread.</summary>
    /// <param name="cells">Cells of the picture.</param>
    public DeviceWear Wear(int cells) => _board.Wear(cells);

    /// <summary>Ends the run at once; what was measured until now is the result.</summary>
    public void Interrupt() => _actor.Tell(ScenarioActor.Interrupt.Instance);

    private static ScenarioRun Start(ActorSystem system, ScenarioSpec scenario, HostDevice device, MemoryLedger ledger)
    {
        var engine = HostEngine.Spawn(system, scenario, device, ledger);
        var result = new TaskCompletionSource<RunResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = system.ActorOf(Props.Create(() => new ScenarioActor(engine.Host, engine.Supervisor, scenario, engine.Board, result)), "scenario");
        return new ScenarioRun(scenario, engine.Board, engine.Clock, actor, EndAsync(system, result.Task, ledger));
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
        """).WithFallback(HostEngine.DispatcherConfiguration(threads));
}
