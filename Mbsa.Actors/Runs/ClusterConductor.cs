using System.Collections.Immutable;
using System.Diagnostics;
using Mbsa.Actors.Hosts;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The score of a run on several hosts: place and start the VMs, warm up, measure in epochs, collect. Hosts run on their own through an epoch; whatever one
/// host has to do with another is decided between two, so the result does not depend on where hosts are carried.
/// </summary>
internal sealed class ClusterConductor
{
    private readonly ScenarioSpec _scenario;
    private readonly ClusterState _state;
    private readonly Moves _moves;
    private readonly HostChanges _changes;
    private readonly VmEvents _events;
    private readonly Leases _leases;
    private readonly ClusterAgenda _agenda;
    private readonly ClusterWindows _windows;
    private readonly Action<ClusterConductor> _show;
    private bool _hasLooked;
    private long _nextPointNs;
    private long _epochs;
    private volatile bool _interrupted;

    /// <summary>A run about to begin.</summary>
    /// <param name="scenario">A scenario of several hosts.</param>
    /// <param name="hosts">The hosts, begun and at time 0.</param>
    /// <param name="show">Called between two epochs, for people who watch.</param>
    public ClusterConductor(ScenarioSpec scenario, HostCluster hosts, Action<ClusterConductor> show)
    {
        (_scenario, _state, _show) = (scenario, new ClusterState(scenario, hosts), show);
        _leases = new Leases(_state);
        _moves = new Moves(_state, _leases);
        _changes = new HostChanges(_state, _moves, _leases);
        _events = new VmEvents(_state, _moves, _leases);
        _agenda = new ClusterAgenda(scenario);
        _windows = new ClusterWindows(_state);
        _nextPointNs = scenario.SeriesPeriodNs ?? long.MaxValue;
    }

    /// <summary>The run shall end now; set from outside.</summary>
    public void Interrupt() => _interrupted = true;

    /// <summary>The hosts shall show their VMs after the next step.</summary>
    public void WantLook() => _state.Hosts.IsWatched = true;

    /// <summary>How the run stands, for people who watch; null where no host showed its VMs.</summary>
    public LiveSnapshot? Look() => !_hasLooked
        ? null
        : new LiveSnapshot(
            _state.Hosts.NowNs,
            _scenario.WarmupNs + _scenario.DurationNs,
            _state.Hosts.NowNs >= _scenario.WarmupNs,
            [.. Enumerable.Range(0, _scenario.Vms.Length).Select(_state.Hosts.SampleOf)])
        {
            NvmAllocatedBytes = Enumerable.Range(0, _state.Cluster.Hosts.Length).Sum(host => _state.Hosts.ReportOf(host).NvmAllocatedBytes),
            Cluster = ClusterView.Of(_state, _moves.Results, _changes.Losses.Length),
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
        await RunPartAsync(_scenario.WarmupNs, isMeasured: false);
        var collector = new ClusterCollector(_state);
        if (!_interrupted) // else what there is of the warm-up is the result
        {
            _state.MeasuredFromNs = _state.Hosts.NowNs;
            await _state.Hosts.DoOnAllAsync(_ => [new HostCommand.Measure()]);
            _leases.BeginMeasuring();
            collector.BeginMeasuring();
            _windows.Begin();
            await RunPartAsync(_state.MeasuredFromNs + _scenario.DurationNs, isMeasured: true);
            _windows.End();
        }

        WantLook();
        var result = await collector.CollectAsync();
        _hasLooked = _state.Hosts.LookAt(_state.LastHosts);
        return result with
        {
            Interrupted = _interrupted && result.MeasuredNs < _scenario.DurationNs,
            ElapsedSeconds = elapsed.Elapsed.TotalSeconds,
            Windows = _windows.Results,
            Cluster = result.Cluster! with
            {
                Migrations = _moves.Results,
                Losses = _changes.Losses,
                Tenants = _leases.Results,
                Epochs = _epochs,
            },
            TraceHash = _scenario.Clock == ClockKind.Virtual ? ClusterHash.Of(result.Cluster.Hosts.Select(host => host.TraceHash!.Value), _moves.Results) : null,
        };
    }

    private async Task RunPartAsync(long endNs, bool isMeasured)
    {
        var (hosts, epochNs) = (_state.Hosts, _state.Cluster.EpochNs);
        await HappenAsync(isMeasured);
        while (!_interrupted && hosts.NowNs < endNs)
        {
            var epochEndNs = (hosts.NowNs / epochNs + 1) * epochNs;
            var eventNs = isMeasured && _agenda.NextNs != long.MaxValue ? _state.MeasuredFromNs + _agenda.NextNs : long.MaxValue;
            var untilNs = Math.Min(Math.Min(endNs, epochEndNs), Math.Min(eventNs, isMeasured ? _windows.NextNs : long.MaxValue));
            await RunUntilAsync(Math.Max(hosts.NowNs, Math.Min(untilNs, _moves.NextNs)));
            CheckWhereabouts();
            await _events.TakeNoteOfLostAsync();
            await _moves.OnTimeAsync();
            await HappenAsync(isMeasured);
            _windows.Advance();
            if (hosts.NowNs == epochEndNs)
            {
                _epochs++;
                await _leases.DecideAsync();
            }

            _show(this);
        }
    }

    /// <summary>
    /// Lets time pass, and looks at the VMs before anything else happens to them: if somebody asked for it, and whenever a point of the run's series is due,
    /// so that the series does not depend on how fast the machine is.
    /// </summary>
    private async Task RunUntilAsync(long untilNs)
    {
        if (untilNs >= _nextPointNs)
        {
            WantLook();
            _nextPointNs = RunSeries.EndOfPointAfter(untilNs, _scenario.SeriesPeriodNs!.Value);
        }

        await _state.Hosts.RunUntilAsync(untilNs);
        _hasLooked = _state.Hosts.LookAt(_state.LastHosts);
    }

    private async Task HappenAsync(bool isMeasured)
    {
        while (isMeasured && _agenda.Take(_state.Hosts.NowNs - _state.MeasuredFromNs) is { } happening)
        {
            await (happening is HostEvent toHost ? _changes.HappenAsync(toHost) : _events.HappenAsync((ScenarioEvent)happening));
        }
    }

    /// <summary>Holds what the hosts say against what was decided: nobody runs in two places.</summary>
    private void CheckWhereabouts()
    {
        for (var host = 0; host < _state.Cluster.Hosts.Length; host++)
        {
            foreach (var vm in _state.Whereabouts.Check(host, _state.Hosts.ReportOf(host).Vms.Where(vm => vm.State == VmState.Running).Select(vm => vm.Vm)))
            {
                _state.AddProblem($"{_state.NameOf(vm)}: runs on {_state.HostName(host)} where it must not; this is a bug");
            }
        }
    }
}
