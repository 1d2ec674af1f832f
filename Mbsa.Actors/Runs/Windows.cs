using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>The time series of a run on all hosts, if it has one.</summary>
internal sealed class Windows(Situation state)
{
    private readonly List<WindowResult> _windows = [];
    private ImmutableArray<long> _operations = [];
    private ImmutableArray<ResourceUse> _uses = [];
    private long _startNs = long.MaxValue;

    /// <summary>The windows so far.</summary>
    public ImmutableArray<WindowResult> Results => [.. _windows];

    /// <summary>When the next window ends, on the scenario's clock; <see cref="long.MaxValue"/> for never.</summary>
    /// <remarks>The wall clock ends a window a little late; the next one is shorter by that.</remarks>
    public long NextNs => _startNs == long.MaxValue ? long.MaxValue : EndNs(state.Scenario.WindowNs!.Value);

    /// <summary>The first window begins.</summary>
    public void Begin()
    {
        if (state.Scenario.WindowNs is not null)
        {
            (_startNs, _operations, _uses) = (state.Hosts.NowNs, state.Operations(), state.Uses());
        }
    }

    /// <summary>Time has passed.</summary>
    public void Advance()
    {
        if (state.Hosts.NowNs >= NextNs)
        {
            Close(state.Hosts.NowNs);
        }
    }

    /// <summary>The measured part is over: what there is of a window is the last one.</summary>
    public void End()
    {
        if (state.Hosts.NowNs > _startNs)
        {
            Close(state.Hosts.NowNs);
        }
    }

    private long EndNs(long windowNs) => state.MeasuredFromNs + ((_startNs - state.MeasuredFromNs) / windowNs + 1) * windowNs;

    private void Close(long endNs)
    {
        var (operations, uses) = (state.Operations(), state.Uses());
        _windows.Add(new WindowResult(
            _startNs - state.MeasuredFromNs,
            endNs - state.MeasuredFromNs,
            [.. operations.Zip(_operations, (now, then) => now - then)],
            [.. uses.Zip(_uses, (now, then) => now - then)]));
        (_startNs, _operations, _uses) = (endNs, operations, uses);
    }
}
