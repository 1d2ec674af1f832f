using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

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
