using Akka.Actor;
using Akka.Configuration;
using Mbsa.Actors.Board;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Vms;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Hosts;

/// <summary>The actors of one emulated host and what they share: its NVM device, clock, board, QoS supervisor and host actor.</summary>
internal sealed class EmulatedHost
{
    /// <summary>The dispatcher that every actor of a host runs on; its threads are nobody else's.</summary>
    public const string Dispatcher = "mbsa-cores";

    /// <summary>
    /// The same for hosts of a cluster's node under the wall clock, whose cores hold their threads as long as time passes.
    /// </summary>
    public const string WallDispatcher = "mbsa-wall-cores";

    /// <summary>
    /// Threads for many hosts under the wall clock: a core of a host holds one as long as time passes, and its actors need another. They
    /// mostly sleep.
    /// </summary>
    public const int MaxWallThreads = 64;

    private readonly HostServices _services;

    private EmulatedHost(IActorRef actor, HostServices services) => (Actor, _services) = (actor, services);

    /// <summary>The host actor. It ends the NVM device.</summary>
    public IActorRef Actor { get; }

    /// <summary>The host's QoS supervisor: without it the host is lost.</summary>
    public IActorRef Supervisor => _services.Supervisor;

    /// <summary>The scenario as this host sees it.</summary>
    public ScenarioSpec Scenario => _services.Scenario;

    /// <summary>Where the VMs show how they stand.</summary>
    public LiveBoard Board => _services.Board;

    /// <summary>The scenario's clock on this host.</summary>
    public ICores Clock => _services.Clock;

    /// <summary>
    /// Threads for all hosts: under the wall clock one more than cores for each, so that its actors are heard without calling a core back
    /// from its work.
    /// </summary>
    /// <param name="scenario">The scenario, on real cores.</param>
    /// <param name="virtualThreads">Threads under the virtual clock, whose result must not depend on it.</param>
    public static int Threads(ScenarioSpec scenario, int virtualThreads) => scenario.Clock == ClockKind.Virtual
        ? virtualThreads
        : Math.Max(
            scenario.Host.Machine.Cores + 1,
            Math.Min(MaxWallThreads, scenario.AllHosts.Hosts.Sum(host => host.Host.Machine.Cores + 1)));

    /// <summary>
    /// The dispatcher. Quanta are CPU-bound, so they get threads of their own, with the supervisor among them; everything else stays on the
    /// thread pool. A host or supervisor that breaks is stopped, not restarted without its state: its parent must supervise so, and watch
    /// both.
    /// </summary>
    public static Config DispatcherConfiguration(int threads) => ConfigurationFactory.ParseString($$"""
        {{Dispatcher}} {
          type = ForkJoinDispatcher
          throughput = 1
          dedicated-thread-pool {
            thread-count = {{threads}}
            threadtype = background
          }
        }
        """);

    /// <summary>Spawns a host without VMs.</summary>
    /// <param name="parent">Where its actors are spawned.</param>
    /// <param name="scenario">The scenario, on real cores.</param>
    /// <param name="device">Its NVM device; the host's from now on, also when this throws.</param>
    /// <param name="ledger">Where native memory is entered.</param>
    /// <param name="dispatcher">What its actors run on.</param>
    /// <param name="index">Tells it from other hosts of the same parent.</param>
    public static EmulatedHost Spawn(
        IActorRefFactory parent,
        ScenarioSpec scenario,
        HostDevice device,
        MemoryLedger ledger,
        string dispatcher = Dispatcher,
        int index = 0)
    {
        try
        {
            var policy = QosPolicies.Named(scenario.Host.Policy);
            var wall = scenario.Clock == ClockKind.Wall
                ? new WallServices(new RunClock(), DramCalibration.DelayFor(scenario.Host.Device, ledger))
                : null;
            var capacity = HostCapacity.Of(scenario.Host, scenario.Clock);
            var queue = policy.CreateQueue(capacity, scenario.Host.QuantumNs, scenario.Host.Order);
            var (clock, board, supervisorProps) = CreateClock(scenario, policy, capacity, queue, wall);
            if (scenario.SeriesPeriodNs is { } periodNs)
            {
                board.KeepSeries(periodNs);
            }

            var supervisor = parent.ActorOf(supervisorProps.WithDispatcher(dispatcher), $"qos-supervisor-{index}");
            var services = new HostServices(scenario, board, clock, supervisor, capacity, wall);
            var actor = parent.ActorOf(Props.Create(() => new HostActor(services, device)).WithDispatcher(dispatcher), $"host-{index}");
            return new EmulatedHost(actor, services);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Ends the host and frees all it has, while its actor system goes on.</summary>
    public async Task EndAsync()
    {
        await Actor.GracefulStop(Timeout.InfiniteTimeSpan);
        await Supervisor.GracefulStop(Timeout.InfiniteTimeSpan);
    }

    private static (ICores Cores, LiveBoard Board, Props Supervisor) CreateClock(
        ScenarioSpec scenario, IQosPolicy policy, HostCapacity capacity, RunQueue queue, WallServices? wall)
    {
        if (wall is null)
        {
            var virtualCores = new VirtualCores(capacity, queue);
            var board = new LiveBoard(scenario.Vms, () => virtualCores.NowNs, scenario.Host.Device.EnduranceWrites);
            return (virtualCores, board, Props.Create(() => new VirtualQosSupervisor(policy, capacity, virtualCores, queue, board)));
        }
        else
        {
            var wallCores = new WallCores(queue, wall.Clock);
            var board = new LiveBoard(scenario.Vms, () => wallCores.NowNs, scenario.Host.Device.EnduranceWrites);
            return (wallCores, board, Props.Create(() => new WallQosSupervisor(policy, capacity, wallCores, wall.Clock, board)));
        }
    }
}
