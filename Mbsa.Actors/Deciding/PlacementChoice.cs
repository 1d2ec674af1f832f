namespace Mbsa.Actors.Deciding;

/// <summary>Where a VM goes.</summary>
/// <param name="Host">Index of the host; null for none.</param>
/// <param name="WhyNot">Why there is none; with a host, why the VM runs there without its reservation; else null.</param>
internal sealed record PlacementChoice(int? Host, string? WhyNot)
{
    /// <summary>Whether it goes there as best effort, its reservation fitting nowhere.</summary>
    public bool IsBestEffort => Host is not null && WhyNot is not null;
}
