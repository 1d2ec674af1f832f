using System.Collections.Immutable;
using System.Diagnostics;
using Mbsa.Actors.Commands;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The score of a run, in order: place and start the VMs, warm up, measure with the events at their times, collect. Between two steps time
/// stands still on every host, under both clocks, so whatever is decided there is decided at one moment. Several hosts run on their own
/// through an epoch, and whatever one has to do with another is decided between two, so the result does not depend on where hosts are
/// carried.
/// </summary>
internal sealed class Conductor
{
    private readonly ScenarioSpec _scenario;
    private readonly Situation _state;
    private readonly Migrations _migrations;
    private readonly HostChanges _changes;
    private readonly VmEvents _events;
    private readonly Leases _leases;
    private readonly Agenda _agenda;
    private readonly Windows _windows;
    private readonly Action<Conductor>? _show;
    private readonly long _epochNs;
    private bool _hasLooked;
    private long _nextPointNs;
    private long _epochs;
    private volatile bool _interrupted;

    /// <summary>A run about to begin.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="hosts">The hosts, begun and at time 0.</param>
    /// <param name="show">
    /// Called between two epochs, for people who watch; null where they look at the only host themselves, so that it needs no epochs.
    /// </param>
    public Conductor(ScenarioSpec scenario, HostCluster hosts, Action<Conductor>? show)
    {
        (_scenario, _state, _show) = (scenario, new Situation(scenario, hosts), show);
        _leases = new Leases(_state);
        _migrations = new Migrations(_state, _leases);
        _changes = new HostChanges(_state, _migrations, _leases);
        _events = new VmEvents(_state, _migrations, _leases);
        _agenda = new Agenda(scenario);
        _windows = new Windows(_state);
        _nextPointNs = show is null ? long.MaxValue : scenario.SeriesPeriodNs ?? long.MaxValue;
        _epochNs = show is null ? 0 : _state.Cluster.EpochNs;
    }

    /// <summary>The run shall end now; set from outside.</summary>
    public void Interrupt() => _interrupted = true;

    /// <summary>The hosts shall show their VMs after the next step.</summary>
    public void WantLook() => _state.Hosts.IsWatched = true;

    /// <summary>Where every clock stands, in nanoseconds.</summary>
    public long NowNs => _state.Hosts.NowNs;

    /// <summary>How the run stands, for people who watch; null where no host showed its VMs.</summary>
    public LiveSnapshot? Look() => !_hasLooked
        ? null
        : new LiveSnapshot(
            _state.Hosts.NowNs,
            _scenario.WarmupNs + _scenario.DurationNs,
            _state.Hosts.NowNs >= _scenario.WarmupNs,
            [.. Enumerable.Range(0, _scenario.Vms.Length).Select(_state.Hosts.SampleOf)])
        {
            NvmAllocatedBytes = _state.AllHosts.Sum(host => _state.Hosts.ReportOf(host).NvmAllocatedBytes),
            Cluster = LiveView.Of(_state, _migrations.Results, _changes.Losses.Length),
        };

    /// <summary>What happened since somebody was last shown how the run stands.</summary>
    public ImmutableArray<RunEvent> TakeEvents() => _state.Hosts.TakeEvents();

    /// <summary>Conducts the run.</summary>
    /// <exception cref="OperationCanceledException">It ends without a result.</exception>
    /// <exception cref="ScenarioFailedException">A host broke down.</exception>
    public async Task<RunResult> ConductAsync()
    {
        var elapsed = Stopwatch.StartNew();
        await _events.StartAsync(Enumerable.Range(0, _scenario.Vms.Length).Where(vm => _scenario.Vms[vm].StartsAtOnce));
        if (_scenario.WarmupNs > 0)
        {
            await RunPartAsync(_scenario.WarmupNs, isMeasured: false);
        }

        var collector = new Collector(_state);
        if (!_interrupted) // else what there is of the warm-up is the result
        {
            _state.MeasuredFromNs = _state.Hosts.NowNs;
            await _state.Hosts.DoOnAllAsync(host =>
                [.. _state.LastOn(host).Select(vm => new HostCommand.Measure(vm)), new HostCommand.BeginAccounts()]);
            _leases.BeginMeasuring();
            collector.BeginMeasuring();
            _windows.Begin();
            await RunPartAsync(_state.MeasuredFromNs + _scenario.DurationNs, isMeasured: true);
            _windows.End();
        }

        _events.GiveUpPostponed();
        WantLook();
        var result = await collector.CollectAsync();
        _hasLooked = _state.Hosts.LookAt(_state.LastHosts);
        var isInterrupted = _interrupted && result.MeasuredNs < _scenario.DurationNs;
        var idle = isInterrupted ? [] : result.Vms.SelectMany(vm =>
            IdleJobs.Of(vm, _scenario.WarmupNs, _state.Hosts.NowNs, _scenario.DurationNs));
        return Complete(result) with
        {
            Interrupted = isInterrupted,
            Problems = [.. result.Problems, .. idle],
            ElapsedSeconds = elapsed.Elapsed.TotalSeconds,
            Windows = _windows.Results,
        };
    }

    /// <summary>What only the conductor knows of the hosts.</summary>
    private RunResult Complete(RunResult result) => result with
    {
        PowerFailures = _changes.PowerFailures,
        TraceHash = _scenario.Clock == ClockKind.Virtual
            ? RunHash.Of(result.Cluster!.Hosts.Select(host => host.TraceHash!.Value), _migrations.Results)
            : null,
        Cluster = _scenario.Cluster is null ? null : result.Cluster! with
        {
            Migrations = _migrations.Results,
            Losses = _changes.Losses,
            Tenants = _leases.Results,
            Epochs = _epochs,
        },
    };

    private async Task RunPartAsync(long endNs, bool isMeasured)
    {
        var hosts = _state.Hosts;
        for (var isOver = false; !isOver && !_interrupted;)
        {
            var epochEndNs = _epochNs == 0 ? long.MaxValue : (hosts.NowNs / _epochNs + 1) * _epochNs;
            var hasEvents = isMeasured && _agenda.NextNs != long.MaxValue;
            var eventNs = hasEvents ? _state.MeasuredFromNs + _agenda.NextNs : long.MaxValue;
            var untilNs = Math.Min(Math.Min(endNs, epochEndNs), Math.Min(eventNs, isMeasured ? _windows.NextNs : long.MaxValue));
            var goesOn = hasEvents || _migrations.AreUnderWay || _state.IsAnyLost; // or it is over when every job came to its end
            var allFinished = await RunUntilAsync(Math.Min(untilNs, Math.Max(hosts.NowNs, _migrations.NextNs)), goesOn);
            CheckWhereabouts();
            await _events.TakeNoteOfLostAsync();
            await _migrations.OnTimeAsync();
            await HappenAsync(isMeasured);
            _windows.Advance();
            if (hosts.NowNs >= epochEndNs)
            {
                _epochs++;
                await _leases.DecideAsync();
            }

            _show?.Invoke(this);
            isOver = hosts.NowNs >= endNs || (allFinished && !goesOn);
        }
    }

    /// <summary>
    /// Lets time pass, and looks at the VMs before anything else happens to them: if somebody asked for it, and whenever a point of the
    /// run's series is due, so that the series does not depend on how fast the machine is.
    /// </summary>
    private async Task<bool> RunUntilAsync(long untilNs, bool goesOn)
    {
        if (untilNs >= _nextPointNs)
        {
            WantLook();
            _nextPointNs = RunSeries.EndOfPointAfter(untilNs, _scenario.SeriesPeriodNs!.Value);
        }

        var allFinished = await _state.Hosts.RunUntilAsync(untilNs, goesOn);
        _hasLooked = _state.Hosts.LookAt(_state.LastHosts);
        return allFinished;
    }

    private async Task HappenAsync(bool isMeasured)
    {
        while (isMeasured && _agenda.TryTake(_state.Hosts.NowNs - _state.MeasuredFromNs, out var happening))
        {
            switch (happening)
            {
                case Happening.ToVm { Event: var toVm }:
                    await _events.HappenAsync(toVm);
                    break;
                case Happening.ToHost { Event: var toHost }:
                    await _changes.HappenAsync(toHost);
                    await _events.CatchUpAsync();
                    break;
                case Happening.PowerFails { Failure: var failure } when await _changes.FailPowerAsync(failure) is { } back:
                    _agenda.Add(new Happening.ToHost(back));
                    break;
            }
        }
    }

    /// <summary>Holds what the hosts say against what was decided: nobody runs in two places.</summary>
    private void CheckWhereabouts()
    {
        foreach (var host in _state.AllHosts)
        {
            var running = _state.Hosts.ReportOf(host).Vms.Where(vm => vm.State == VmState.Running).Select(vm => vm.Vm);
            foreach (var vm in _state.Whereabouts.Check(host, running))
            {
                _state.AddProblem(_state.NameOf(vm), $"runs on {_state.HostName(host)} where it must not; this is a bug");
            }
        }
    }
}
