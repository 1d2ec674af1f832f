using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Deciding;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Tracing;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Hosts;

/// <summary>
/// Does the steps of one host of this process: its commands in their order, then time passes. What it answers follows from the steps so far
/// alone (virtual clock).
/// </summary>
/// <param name="host">The host's actors.</param>
/// <param name="watch">Sees what it is at.</param>
/// <param name="lost">The host broke down.</param>
internal sealed class HostExecutor(EmulatedHost host, HostWatch watch, CancellationToken lost) : IHostLink
{
    private readonly HostWatch _watch = Seeing(watch, host.Clock);
    private readonly SortedSet<int> _seen = [];
    private Reached _now = new(0, true, default, host.Scenario.Clock == ClockKind.Virtual ? new TraceHash().Value : null);
    private long _nextEvent;

    /// <summary>Does a step.</summary>
    /// <exception cref="OperationCanceledException">The host broke down.</exception>
    /// <exception cref="ScenarioFailedException">Its NVM device cannot be mounted.</exception>
    public async Task<HostReport> StepAsync(HostStep step, CancellationToken ended)
    {
        if (_now.AllFinished && step.FromNs > _now.Ns)
        {
            _now = await PassAsync(new RunUntil(step.FromNs, Idle: true));
        }

        var answers = ImmutableArray.CreateBuilder<HostAnswer>(step.Commands.Length);
        foreach (var command in step.Commands)
        {
            answers.Add(await DoAsync(command));
        }

        if (step.UntilNs > _now.Ns || step.Commands.IsEmpty)
        {
            _now = await PassAsync(new RunUntil(step.UntilNs));
        }

        return await ReportAsync(step, answers.MoveToImmutable());
    }

    /// <summary>Time stands still as soon as possible, in the middle of a step.</summary>
    public void Halt() => host.Supervisor.Tell(new Halt());

    private async Task<HostAnswer> DoAsync(HostCommand command)
    {
        if (command is HostCommand.OfVm { Vm: var vm } and (HostCommand.Start or HostCommand.Prepare))
        {
            _seen.Add(vm);
        }

        var answer = await _watch.OverAsync(
            () => command.Describe(host.Scenario),
            host.Clock.NowNs,
            host.Actor.Ask<HostAnswer>(command, Timeout.InfiniteTimeSpan, lost),
            answer => answer.Describe());
        if (command is HostCommand.Start start && answer is HostAnswer.Refused { Reason: var reason })
        {
            host.Board.ShowRefusal(start.Vm, reason);
        }

        return answer;
    }

    private Task<Reached> PassAsync(RunUntil until) => _watch.OverAsync(
        () => $"{nameof(RunUntil)} {until.Ns / 1e6} ms",
        until.Ns,
        AskAsync<Reached>(until),
        reached => reached.AllFinished ? "everybody has finished" : "reached");

    private async Task<HostReport> ReportAsync(HostStep step, ImmutableArray<HostAnswer> answers)
    {
        var uses = await AskAsync<VmUses>(new ReadAccounts());
        var events = host.Board.Journal.Since(_nextEvent);
        _nextEvent = events.IsEmpty ? _nextEvent : events[^1].Number + 1;
        return new HostReport(step.Number, _now.Ns, _now.Use, _now.TraceHash, answers, [.. _seen.Select(vm => StandingOf(vm, uses))])
        {
            AllFinished = _now.AllFinished,
            View = step.WithView ? [.. _seen.Select(host.Board.Snapshot)] : null,
            Events = RunJournal.InOrder(
                events.Where(entry => entry.Kind is not (RunEventKind.Plan or RunEventKind.Problem)), host.Scenario.Vms),
            NvmAllocatedBytes = host.Board.NvmAllocatedBytes,
            AdmissionRefusals = host.Board.Refusals,
            Plans = host.Board.Plans,
            SchedulerOverheadNs = host.Clock.OverheadNs,
        };
    }

    private VmStanding StandingOf(int vm, VmUses uses)
    {
        var counts = uses.SinceTheyCame.GetValueOrDefault(vm);
        var (board, use) = (host.Board, uses.ByVm.GetValueOrDefault(vm) ?? new VmUse());
        var here = new VmCounts(counts.Operations, counts.Bytes, counts.ReadyNs, counts.BackloggedNs);
        return new VmStanding(vm, board.StateOf(vm), board.OperationsOf(vm), use, here);
    }

    private Task<T> AskAsync<T>(ISupervisorMessage question) => host.Supervisor.Ask<T>(question, Timeout.InfiniteTimeSpan, lost);

    private static HostWatch Seeing(HostWatch watch, ICores clock)
    {
        watch.Clock = () => clock.NowNs;
        return watch;
    }
}
