using System.Collections.Immutable;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>
/// A run as people see it who are told now and then how it stands: a snapshot a moment old, the journal, the series. Any thread may look;
/// one tells.
/// </summary>
internal sealed class RunView
{
    private readonly RunSeries? _series;
    private volatile LiveSnapshot _snapshot;
    private long _eventNs;
    private long _eventsSeen;
    private long _eventsOfSubmission;

    /// <summary>A run that has not begun.</summary>
    public RunView(ScenarioSpec scenario)
    {
        _snapshot = new LiveSnapshot(
            0,
            scenario.WarmupNs + scenario.DurationNs,
            false,
            [.. scenario.Vms.Select(vm => new VmSample { Name = vm.Name, State = VmState.Waiting })]);
        Journal = new RunJournal(() => _eventNs);
        _series = scenario.SeriesPeriodNs is { } periodNs ? new RunSeries(periodNs, () => _snapshot.Vms) : null;
    }

    /// <summary>How it stood when that was last told.</summary>
    public LiveSnapshot Snapshot => _snapshot;

    /// <summary>What happened.</summary>
    public RunJournal Journal { get; }

    /// <summary>The run as a time series so far; empty when the scenario asks for none.</summary>
    public ImmutableList<SeriesPoint> Series => _series?.Points ?? [];

    /// <summary>The run begins anew: what has happened already happens again.</summary>
    public void BeginAnew() => _eventsOfSubmission = 0;

    /// <summary>It stands so, and this has happened since.</summary>
    public void Take(LiveSnapshot? snapshot, ImmutableArray<RunEvent> events)
    {
        foreach (var entry in events)
        {
            if (_eventsOfSubmission++ < _eventsSeen)
            {
                continue;
            }

            _eventsSeen++;
            _eventNs = entry.ClockNs;
            Journal.Add(entry);
        }

        _snapshot = snapshot ?? _snapshot;
        _series?.Advance(_snapshot.ClockNs);
    }

    /// <summary>The run is over.</summary>
    public void End() => _series?.End(_snapshot.ClockNs);
}
