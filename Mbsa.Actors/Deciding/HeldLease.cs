namespace Mbsa.Actors.Deciding;

/// <summary>What a host has of a tenant's promise: a lease until it expires, the static floor after that.</summary>
/// <param name="Rate">The lease, in the unit of the promise.</param>
/// <param name="ExpiresNs">When it expires, on the scenario's clock.</param>
/// <param name="Floor">The static floor, in the same unit.</param>
internal readonly record struct HeldLease(double Rate, long ExpiresNs, double Floor)
{
    /// <summary>What the host may give at a moment.</summary>
    public double InForce(long nowNs) => nowNs < ExpiresNs ? Rate : Floor;

    /// <summary>The most it may give at a moment or later, if it hears of no other lease.</summary>
    public double Max(long nowNs) => nowNs < ExpiresNs ? Math.Max(Rate, Floor) : Floor;
}
