using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Mbsa.Actors.Board;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Qos;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Memory;

namespace Mbsa.Actors.Tests.Migrating;

/// <summary>
/// Hosts in one actor system with the test in the place of whoever has VMs migrate between them: it lets their time pass in steps, and
/// asserts at the end that all memory was given back.
/// </summary>
internal sealed class MigrationRig : IAsyncDisposable
{
    private const string Dispatcher = "rig";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly MemoryLedger _ledger = new();
    private readonly ActorSystem _system;
    private readonly ScenarioSpec _scenario;
    private readonly EmulatedHost[] _hosts;
    private long _nowNs;

    public MigrationRig(ScenarioSpec scenario, int hosts = 2, int threads = 2, Func<int, HostSpec, HostSpec>? change = null)
    {
        _scenario = scenario;
        threads = scenario.Clock == ClockKind.Wall ? hosts * (scenario.Host.Machine.Cores + 1) : threads;
        _system = ActorSystem.Create("rig", ConfigurationFactory.ParseString($$"""
            akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, coordinated-shutdown.run-by-clr-shutdown-hook = off }
            akka.actor.guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy, Akka"
            {{Dispatcher}} { type = ForkJoinDispatcher, throughput = 1
            dedicated-thread-pool { thread-count = {{threads}}, threadtype = background } }
            """));
        _hosts = [.. Enumerable.Range(0, hosts)
            .Select(host => Start(scenario with { Host = change?.Invoke(host, scenario.Host) ?? scenario.Host }, host))];

        EmulatedHost Start(ScenarioSpec own, int index) =>
            EmulatedHost.Spawn(_system, own, HostDevice.Attach(own, _ledger), _ledger, Dispatcher, index);
    }

    /// <summary>What the host of this index shows.</summary>
    public LiveBoard Board(int host) => _hosts[host].Board;

    /// <summary>Has a host carry out a command, and answer so.</summary>
    public async Task<T> AskAsync<T>(int host, HostCommand command)
        where T : HostAnswer
    {
        var answer = await _hosts[host].Actor.Ask<HostAnswer>(command, _patience);
        return Assert.IsType<T>(answer is HostAnswer.Refused refused && typeof(T) != typeof(HostAnswer.Refused)
            ? throw new InvalidOperationException(refused.Reason)
            : answer);
    }

    /// <summary>The actor of a host, for who asks it in another way.</summary>
    public IActorRef Actor(int host) => _hosts[host].Actor;

    /// <summary>Starts a VM.</summary>
    public Task StartAsync(int vm, int host) => AskAsync<HostAnswer.Done>(host, new HostCommand.Start(vm));

    /// <summary>Lets the time of all hosts pass until a moment.</summary>
    public async Task RunToAsync(long ns)
    {
        _nowNs = Math.Max(_nowNs, ns);
        foreach (var host in Enumerable.Range(0, _hosts.Length))
        {
            await _hosts[host].Supervisor.Ask<Reached>(new RunUntil(_nowNs, Idle: true), _patience);
        }
    }

    /// <summary>Lets time pass for so long.</summary>
    public Task RunOnAsync(long ns) => RunToAsync(_nowNs + ns);

    /// <summary>The measured part begins for a VM on a host.</summary>
    public Task MeasureAsync(int vm, int host) => AskAsync<HostAnswer.Done>(host, new HostCommand.Measure(vm));

    /// <summary>Has a VM migrate, with so many rounds before it stops and so much time for each, and so much for the stop.</summary>
    public async Task<HostAnswer.Paused> MigrateAsync(
        int vm, int from, int to, int rounds = 2, long roundNs = Lab.Millisecond, long stopNs = 100_000)
    {
        var paused = await PauseAsync(vm, from, to, rounds, roundNs, stopNs);
        await AskAsync<HostAnswer.Done>(to, new HostCommand.Write(vm, paused.Last.Content));
        await AskAsync<HostAnswer.Done>(to, new HostCommand.Resume(vm, paused.Guest, paused.ContentHash));
        await AskAsync<HostAnswer.Done>(from, new HostCommand.Forget(vm));
        return paused;
    }

    /// <summary>Begins a migration, and lets the VM stay after all when it is paused and its blocks have been sent.</summary>
    public async Task ChangeOfMindAsync(int vm, int from, int to, int rounds, long roundNs, long stopNs)
    {
        await PauseAsync(vm, from, to, rounds, roundNs, stopNs);
        await AskAsync<HostAnswer.Done>(to, new HostCommand.Forget(vm));
        await AskAsync<HostAnswer.Done>(from, new HostCommand.CancelMigration(vm));
    }

    private async Task<HostAnswer.Paused> PauseAsync(int vm, int from, int to, int rounds, long roundNs, long stopNs)
    {
        await AskAsync<HostAnswer.Done>(to, new HostCommand.Prepare(vm, _scenario.Vms[vm].Qos));
        for (var round = 0; round < rounds; round++)
        {
            HostCommand command = round == 0 ? new HostCommand.BeginMigration(vm) : new HostCommand.NextRound(vm);
            var blocks = await AskAsync<HostAnswer.Round>(from, command);
            await RunOnAsync(roundNs);
            await AskAsync<HostAnswer.Done>(to, new HostCommand.Write(vm, blocks.Content));
        }

        var paused = await AskAsync<HostAnswer.Paused>(from, new HostCommand.Pause(vm));
        await RunToAsync(Math.Max(_nowNs + stopNs, paused.AtNs));
        return paused;
    }

    /// <summary>What every VM used of a host.</summary>
    public async Task<ImmutableDictionary<int, VmUse>> AccountAsync(int host) =>
        (await _hosts[host].Supervisor.Ask<VmUses>(new ReadAccounts(), _patience)).ByVm;

    /// <summary>Lets time pass until all that a VM has to do is done.</summary>
    public async Task FinishAsync(int vm, int host)
    {
        for (var step = 0; _hosts[host].Board.StateOf(vm) != VmState.Finished; step++)
        {
            Assert.True(step < 1000, "it never comes to its end");
            await RunOnAsync(Lab.Millisecond);
        }
    }

    /// <summary>What a VM measured.</summary>
    public async Task<VmResult> ResultAsync(int vm, int host) =>
        (await AskAsync<HostAnswer.Collected>(host, new HostCommand.Collect(vm))).Result;

    /// <summary>Hash over all quanta of a host.</summary>
    public ulong? TraceHash(int host) => _hosts[host].Clock.TraceHash;

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        Assert.True(_ledger.IsEmpty, _ledger.Describe());
    }
}
