using System.Diagnostics.CodeAnalysis;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>
/// What is still to happen in a run, in order of time. At one moment hosts come first that are added or come back, and links; then VMs have
/// their events; then hosts are drained, lost or cut off, and the power fails.
/// </summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Happening, (long AtNs, int Rank, int Place)> _happenings = new();
    private int _places;

    /// <summary>All that a scenario asks for.</summary>
    public Agenda(ScenarioSpec scenario)
    {
        foreach (var happening in scenario.Events)
        {
            Add(new Happening.ToVm(happening));
        }

        var lastNs = new Dictionary<int, long>();
        foreach (var happening in scenario.AllHosts.Events)
        {
            var isAtOnce = happening.Change is HostChange.Return or HostChange.LinkUp
                && lastNs.GetValueOrDefault(happening.Host, -1) == happening.AtNs;
            Add(new Happening.ToHost(happening, isAtOnce));
            lastNs[happening.Host] = happening.AtNs;
        }

        foreach (var failure in scenario.PowerFailures)
        {
            Add(new Happening.PowerFails(failure));
        }
    }

    /// <summary>
    /// When the next thing happens, in nanoseconds after the measured part began; <see cref="long.MaxValue"/> when nothing will.
    /// </summary>
    public long NextNs => _happenings.TryPeek(out _, out var order) ? order.AtNs : long.MaxValue;

    /// <summary>Something more is to happen; of two at one moment, this one later.</summary>
    public void Add(Happening happening) => _happenings.Enqueue(happening, (happening.AtNs, happening.Rank, _places++));

    /// <summary>Takes the next thing that happens until a moment.</summary>
    public bool TryTake(long untilNs, [MaybeNullWhen(false)] out Happening happening)
    {
        happening = null;
        return NextNs <= untilNs && _happenings.TryDequeue(out happening, out _);
    }
}

/// <summary>Something that happens at a moment of a run.</summary>
/// <param name="AtNs">Nanoseconds after the measured part began.</param>
/// <param name="Rank">What comes first at one moment.</param>
internal abstract record Happening(long AtNs, int Rank)
{
    /// <summary>Something happens to a host or its link; what was taken at the same moment comes back at once, after that.</summary>
    internal sealed record ToHost(HostEvent Event, bool IsAtOnce = false)
        : Happening(Event.AtNs, IsAtOnce ? 3 : Event.Change is HostChange.Add or HostChange.Return or HostChange.LinkUp ? 0 : 2);

    /// <summary>Something happens to a VM.</summary>
    internal sealed record ToVm(ScenarioEvent Event) : Happening(Event.AtNs, 1);

    /// <summary>The power of the only host fails.</summary>
    internal sealed record PowerFails(PowerFailure Failure) : Happening(Failure.AtNs, 2);
}
