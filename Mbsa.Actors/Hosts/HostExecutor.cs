using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Vms;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Hosts;

/// <summary>Does the steps of one host: its commands in their order, then time passes. What it answers follows from the steps so far alone (virtual clock).</summary>
/// <param name="engine">The host's actors.</param>
/// <param name="scenario">The scenario as this host sees it.</param>
/// <param name="lost">The host broke down.</param>
internal sealed class HostExecutor(HostEngine engine, ScenarioSpec scenario, CancellationToken lost)
{
    private readonly SortedSet<int> _seen = [];
    private readonly SortedSet<int> _running = [];
    private Reached _now = new(0, true, default, scenario.Clock == ClockKind.Virtual ? new TraceHash().Value : null);
    private long _nextEvent;

    /// <summary>Does a step.</summary>
    /// <exception cref="OperationCanceledException">The host broke down.</exception>
    /// <exception cref="ScenarioFailedException">Its NVM device cannot be mounted.</exception>
    public async Task<HostReport> ExecuteAsync(HostStep step)
    {
        if (_now.AllFinished && step.FromNs > _now.Ns)
        {
            _now = await AskAsync<Reached>(new RunUntil(step.FromNs, Idle: true));
        }

        var answers = ImmutableArray.CreateBuilder<HostAnswer>(step.Commands.Length);
        foreach (var command in step.Commands)
        {
            answers.Add(await DoAsync(command));
        }

        if (step.UntilNs > _now.Ns || step.Commands.IsEmpty)
        {
            _now = await AskAsync<Reached>(new RunUntil(step.UntilNs));
        }

        return await ReportAsync(step, answers.MoveToImmutable());
    }

    private async Task<HostAnswer> DoAsync(HostCommand command) => command switch
    {
        HostCommand.Start { Vm: var vm } => await StartAsync(vm),
        HostCommand.Stop { Vm: var vm } => await AnswerAsync(new EndVm(vm)),
        HostCommand.SetQos { Vm: var vm, Qos: var qos } => await AnswerAsync(new ChangeTenant(vm, qos)),
        HostCommand.Resize { Vm: var vm, ChildBytes: var bytes } => await AnswerAsync(new ResizeVm(vm, bytes)),
        HostCommand.FailVcpu { Vm: var vm, Vcpu: var vcpu } => await AnswerAsync(new AskVm(vm, new FailVcpu(vcpu))),
        HostCommand.Measure => await MeasureAsync(),
        HostCommand.LosePower => await AnswerAsync(LosePower.Instance),
        HostCommand.RestorePower => await AnswerAsync(RestorePower.Instance),
        HostCommand.Collect { Vms: var vms } => await CollectAsync(vms),
        HostCommand.BeginMove { Vm: var vm } => await AnswerAsync(new BeginMove(vm)),
        HostCommand.NextRound { Vm: var vm } => await AnswerAsync(new NextRound(vm)),
        HostCommand.Pause { Vm: var vm } => await AnswerAsync(new PauseVm(vm)),
        HostCommand.CancelMove { Vm: var vm } => await AnswerAsync(new CancelMove(vm)),
        HostCommand.Prepare { Vm: var vm, Qos: var qos } => await SeeAsync(vm, new PrepareVm(vm, qos)),
        HostCommand.Write { Vm: var vm, Content: var content } => await AnswerAsync(new WriteBlocks(vm, content)),
        HostCommand.Resume { Vm: var vm, Guest: var guest, ContentHash: var hash } => await ResumeAsync(vm, guest, hash),
        HostCommand.Forget { Vm: var vm } => await ForgetAsync(vm),
        _ => throw new InvalidOperationException($"{command.GetType().Name} is no command"),
    };

    private async Task<HostAnswer> StartAsync(int vm)
    {
        var answer = await SeeAsync(vm, new StartVm(vm));
        if (answer is HostAnswer.Refused { Reason: var reason })
        {
            engine.Board.ShowRefusal(vm, reason);
        }
        else
        {
            _running.Add(vm);
        }

        return answer;
    }

    private async Task<HostAnswer> ResumeAsync(int vm, byte[] guest, ulong contentHash)
    {
        var answer = await AnswerAsync(new ResumeVm(vm, guest, contentHash));
        if (answer is HostAnswer.Done)
        {
            _running.Add(vm);
        }

        return answer;
    }

    private async Task<HostAnswer> ForgetAsync(int vm)
    {
        _running.Remove(vm);
        return await AnswerAsync(new ForgetVm(vm));
    }

    private async Task<HostAnswer> SeeAsync(int vm, object message)
    {
        _seen.Add(vm);
        return await AnswerAsync(message);
    }

    private async Task<HostAnswer> AnswerAsync(object message) => await AskAsync<object>(message) switch
    {
        VmRefused refused => new HostAnswer.Refused(refused.Reason),
        TenantRefused refused => new HostAnswer.Refused(refused.Reason),
        TenantAdmitted { WhyBestEffort: { } why } => new HostAnswer.Done($"runs as best effort: {why}"),
        VmPrepared { WhyBestEffort: { } why } => new HostAnswer.Done($"runs as best effort: {why}"),
        Status.Failure failure => throw failure.Cause,
        PowerIsBack back => new HostAnswer.PowerBack(back.Vms, back.DisksRecovered, back.RecordsRecovered),
        MoveRound round => new HostAnswer.Round(round.Blocks, round.Content),
        VmPaused paused => new HostAnswer.Paused(paused.Last.Blocks, paused.Last.Content, paused.Guest, paused.GuestBytes, paused.ContentHash, paused.PausedNs),
        _ => new HostAnswer.Done(),
    };

    private async Task<HostAnswer> MeasureAsync()
    {
        foreach (var vm in _running)
        {
            await AskAsync<object>(new AskVm(vm, BeginMeasuring.Instance)); // one that died says so at the end
        }

        await AskAsync<TenantUses>(BeginAccounts.Instance);
        return new HostAnswer.Done();
    }

    private async Task<HostAnswer> CollectAsync(ImmutableArray<int> vms)
    {
        var outcomes = ImmutableArray.CreateBuilder<VmOutcome>(vms.Length);
        foreach (var vm in vms)
        {
            var result = !_running.Contains(vm) ? null : await AskAsync<object>(new AskVm(vm, CollectResult.Instance)) switch
            {
                VmResult measured => measured,
                VmRefused lost => VmResult.NotRun(scenario.Vms[vm], engine.Board.StateOf(vm)) with { Problems = [$"{scenario.Vms[vm].Name}: lost: {lost.Reason}"] },
                _ => null,
            };
            outcomes.Add(new VmOutcome(vm, result ?? VmResult.NotRun(scenario.Vms[vm], engine.Board.StateOf(vm))));
        }

        return new HostAnswer.Collected(outcomes.MoveToImmutable());
    }

    private async Task<HostReport> ReportAsync(HostStep step, ImmutableArray<HostAnswer> answers)
    {
        var uses = await AskAsync<TenantUses>(ReadAccounts.Instance);
        var events = engine.Board.Journal.Since(_nextEvent);
        _nextEvent = events.IsEmpty ? _nextEvent : events[^1].Number + 1;
        return new HostReport(step.Number, _now.Ns, _now.Use, _now.TraceHash, answers, [.. _seen.Select(vm => StandingOf(vm, uses))])
        {
            AllFinished = _now.AllFinished,
            View = step.WithView ? [.. _seen.Select(engine.Board.Snapshot)] : null,
            Events = RunJournal.InOrder(events.Where(entry => entry.Kind is not (RunEventKind.Plan or RunEventKind.Problem)), scenario.Vms),
            NvmAllocatedBytes = engine.Board.NvmAllocatedBytes,
            AdmissionRefusals = engine.Board.Refusals,
            Plans = engine.Board.Plans,
            SchedulerOverheadNs = engine.Clock.OverheadNs,
        };
    }

    private VmStanding StandingOf(int vm, TenantUses uses)
    {
        var counts = uses.SinceTheyCame.GetValueOrDefault(vm);
        return new VmStanding(vm, engine.Board.StateOf(vm), engine.Board.OperationsOf(vm), uses.ByVm.GetValueOrDefault(vm) ?? new TenantUse())
        {
            OperationsHere = counts.Operations,
            BytesHere = counts.Bytes,
            ReadyNs = counts.ReadyNs,
            BackloggedNs = counts.BackloggedNs,
        };
    }

    private async Task<T> AskAsync<T>(object question) => await engine.Host.Ask<T>(question, Timeout.InfiniteTimeSpan, lost);
}
