using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>Something that happens at a moment of a run.</summary>
/// <param name="AtNs">Nanoseconds after the measured part began.</param>
/// <param name="Rank">What comes first at one moment.</param>
internal abstract record Happening(long AtNs, int Rank)
{
    /// <summary>The power of the host comes back.</summary>
    internal sealed record PowerReturns(long AtNs) : Happening(AtNs, 0);

    /// <summary>Something happens to a VM.</summary>
    internal sealed record OfVm(ScenarioEvent Event) : Happening(Event.AtNs, 1);

    /// <summary>The power of the host fails.</summary>
    internal sealed record PowerFails(PowerFailure Failure) : Happening(Failure.AtNs, 2);
}
