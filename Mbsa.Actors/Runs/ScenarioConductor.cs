using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Mbsa.Actors.Board;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Vms;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The score of a run, in order: start the VMs, warm up, measure with the events at their times, collect. Between two steps time stands
/// still, under both clocks, so whatever is decided there is decided at one moment.
/// </summary>
internal sealed class ScenarioConductor(IActorRef host, ScenarioSpec scenario, LiveBoard board, CancellationToken hostLost)
{
    private readonly bool[] _started = new bool[scenario.Vms.Length];
    private readonly List<WindowResult> _windows = [];
    private readonly List<string> _problems = [];
    private readonly HostPower _power = new(host, hostLost);
    private Reached _now = new(0, false, default, null);
    private volatile bool _interrupted;

    /// <summary>The run shall end now; set from outside.</summary>
    public bool IsInterrupted
    {
        get => _interrupted;
        set => _interrupted = value;
    }

    /// <summary>Conducts the run.</summary>
    /// <exception cref="ScenarioFailedException">The host was lost.</exception>
    public async Task<RunResult> ConductAsync()
    {
        var elapsed = Stopwatch.StartNew();
        try
        {
            await StartVmsAsync();
            if (scenario.WarmupNs > 0)
            {
                await RunToAsync(scenario.WarmupNs);
            }

            var began = _now;
            if (!IsInterrupted)
            {
                await MeasureFromHereAsync();
                await RunMeasuredPartAsync(began.Ns);
            }
            else
            {
                began = new Reached(0, false, default, null);
            }

            return await CollectAsync(began, elapsed);
        }
        catch (OperationCanceledException)
        {
            throw new ScenarioFailedException("the host was lost in the middle of the run");
        }
    }

    private async Task StartVmsAsync()
    {
        for (var vm = 0; vm < _started.Length; vm++)
        {
            if (scenario.Vms[vm].StartsAtOnce)
            {
                await StartAsync(vm);
            }
        }
    }

    private async Task StartAsync(int vm)
    {
        switch (await AskAsync<object>(host, new StartVm(vm)))
        {
            case VmRunning:
                _started[vm] = true;
                break;
            case VmRefused refused:
                _problems.Add($"{scenario.Vms[vm].Name}: not started: {refused.Reason}");
                board.ShowRefusal(vm, refused.Reason);
                break;
        }
    }

    private async Task MeasureFromHereAsync()
    {
        for (var vm = 0; vm < _started.Length; vm++)
        {
            if (_started[vm])
            {
                await AskVmAsync<Done>(vm, BeginMeasuring.Instance);
            }
        }

        await AskAsync<TenantUses>(host, BeginAccounts.Instance);
    }

    private async Task RunMeasuredPartAsync(long beganNs)
    {
        var agenda = new Agenda(scenario);
        var window = scenario.WindowNs ?? long.MaxValue;
        var (windowStartNs, before) = (0L, await ReadWindowAsync(window));
        for (var isOver = false; !isOver && !IsInterrupted;)
        {
            var eventNs = agenda.NextNs;
            // The wall clock ends a window a little late; the next one is shorter by that.
            var windowEndNs = window == long.MaxValue ? long.MaxValue : (windowStartNs / window + 1) * window;
            var untilNs = beganNs + Math.Min(scenario.DurationNs, Math.Min(eventNs, windowEndNs));
            await RunToAsync(untilNs);
            if (_now.AllFinished && eventNs != long.MaxValue)
            {
                await RunToAsync(untilNs, idle: true); // nobody is left, but an event may bring new ones
            }

            var nowNs = _now.Ns - beganNs;
            while (agenda.TryTake(nowNs, out var happening))
            {
                await HappenAsync(happening, agenda);
            }

            if (nowNs >= windowEndNs)
            {
                var now = await ReadWindowAsync(window);
                _windows.Add(now.Since(before, windowStartNs, nowNs));
                (windowStartNs, before) = (nowNs, now);
            }

            // It is also over when every job came to its end and no event will bring new ones.
            isOver = nowNs >= scenario.DurationNs || (_now.AllFinished && eventNs == long.MaxValue);
        }

        if (window != long.MaxValue && _now.Ns - beganNs > windowStartNs)
        {
            _windows.Add((await ReadWindowAsync(window)).Since(before, windowStartNs, _now.Ns - beganNs));
        }
    }

    private async Task<WindowCounts> ReadWindowAsync(long windowNs) => windowNs == long.MaxValue
        ? WindowCounts.None
        : new WindowCounts(board.Operations(), (await AskAsync<TenantUses>(host, ReadAccounts.Instance)).ByVm);

    private async Task HappenAsync(Happening happening, Agenda agenda)
    {
        switch (happening)
        {
            case Happening.OfVm { Event: var toVm } when _power.IsOn:
                await HappenAsync(toVm);
                break;
            case Happening.OfVm { Event: var toVm }:
                AddProblem($"{toVm.Vm}: the event at {toVm.AtNs / 1e6} ms came when the host had no power");
                break;
            case Happening.PowerFails { Failure: var failure } when _power.IsOn:
                await _power.FailAsync(failure);
                agenda.Add(new Happening.PowerReturns(failure.AtNs + failure.OutageNs));
                break;
            case Happening.PowerFails:
                AddProblem($"host: the power failure at {happening.AtNs / 1e6} ms came when the host had no power");
                break;
            case Happening.PowerReturns:
                await _power.ReturnAsync();
                break;
        }
    }

    private async Task HappenAsync(ScenarioEvent happening)
    {
        var vm = scenario.Vms.Select((spec, index) => (spec, index)).First(v => v.spec.Name == happening.Vm).index;
        switch (happening.Change)
        {
            case VmChange.Start when !_started[vm]:
                await StartAsync(vm);
                break;
            case VmChange.Stop when Runs(vm):
                await AskAsync<object>(host, new EndVm(vm));
                break;
            case VmChange.SetQos change when Runs(vm):
                await ChangeQosAsync(vm, change.Qos);
                break;
            case VmChange.Resize resize when Runs(vm):
                if (await AskAsync<object>(host, new ResizeVm(vm, resize.ChildBytes)) is VmRefused refused)
                {
                    AddProblem($"{happening.Vm}: not resized: {refused.Reason}");
                }

                break;
            case VmChange.FailVcpu failure when Runs(vm):
                await AskVmAsync<Done>(vm, new FailVcpu(failure.Vcpu));
                break;
            default:
                AddProblem($"{happening.Vm}: the event at {happening.AtNs / 1e6} ms came when the VM was not running");
                break;
        }
    }

    private async Task ChangeQosAsync(int vm, QosSpec qos)
    {
        switch (await AskAsync<object>(host, new ChangeTenant(vm, qos)))
        {
            case TenantRefused refused:
                AddProblem($"{scenario.Vms[vm].Name}: promises not changed: {refused.Reason}");
                break;
            case TenantAdmitted { WhyBestEffort: { } why }:
                AddProblem($"{scenario.Vms[vm].Name}: runs as best effort: {why}");
                break;
        }
    }

    /// <summary>Whether a VM was started and is neither stopped nor given up.</summary>
    private bool Runs(int vm) => _started[vm] && board.StateOf(vm) is VmState.Running or VmState.Finished;

    private async Task<RunResult> CollectAsync(Reached began, Stopwatch elapsed)
    {
        var measuredNs = _now.Ns - began.Ns;
        var uses = (await AskAsync<TenantUses>(host, ReadAccounts.Instance)).ByVm;
        board.Series?.End(_now.Ns);
        var vms = ImmutableArray.CreateBuilder<VmResult>(_started.Length);
        for (var vm = 0; vm < _started.Length; vm++)
        {
            var result = _started[vm] ? await AskVmAsync<VmResult>(vm, CollectResult.Instance) : null;
            vms.Add((result ?? VmResult.NotRun(scenario.Vms[vm], board.StateOf(vm))) with { Use = uses.GetValueOrDefault(vm) ?? new TenantUse() });
        }

        var allNs = vms.Sum(v => v.CpuNs);
        return new RunResult
        {
            Scenario = scenario,
            MeasuredNs = measuredNs,
            TraceHash = _now.TraceHash,
            Interrupted = IsInterrupted && measuredNs < scenario.DurationNs,
            ElapsedSeconds = elapsed.Elapsed.TotalSeconds,
            Utilisation = Utilisation(_now.Use - began.Use, measuredNs),
            Vms = [.. vms.Select(v => v with { CoreShare = allNs == 0 ? 0 : v.CpuNs / (double)allNs })],
            Windows = [.. _windows],
            PowerFailures = _power.Failures,
            Problems = [.. _problems, .. vms.SelectMany(v => v.Problems)],
        };
    }

    private HostUtilisation Utilisation(in CoreUse use, long measuredNs) => measuredNs == 0
        ? new HostUtilisation(0, 0, 0)
        : new HostUtilisation(
            Cpu: use.BusyNs / (double)measuredNs / scenario.Host.Machine.Cores,
            Bus: use.BusBytes * 1e9 / measuredNs / scenario.Host.Machine.MemoryBandwidthBytesPerSecond,
            Nvm: use.NvmNs / measuredNs);

    private async Task RunToAsync(long ns, bool idle = false) =>
        _now = await AskAsync<Reached>(host, new RunUntil(ns, idle));

    /// <summary>Asks a VM; a VM that died is a problem of the run, not its end.</summary>
    private async Task<T?> AskVmAsync<T>(int vm, object question)
        where T : class
    {
        var answer = await AskAsync<object>(host, new AskVm(vm, question));
        if (answer is VmRefused lost)
        {
            AddProblem($"{scenario.Vms[vm].Name}: lost: {lost.Reason}");
        }

        return answer as T;
    }

    private void AddProblem(string problem)
    {
        _problems.Add(problem);
        board.ShowProblem(problem);
    }

    private async Task<T> AskAsync<T>(IActorRef actor, object question) =>
        await actor.Ask<T>(question, Timeout.InfiniteTimeSpan, hostLost);
}
