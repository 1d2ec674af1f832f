namespace Mbsa.Cores.Policies;

/// <summary>How far a VM has come by its floor: when it would have had what it had, if that had been its floor and no more.</summary>
internal sealed class FloorTag
{
    /// <summary>Quanta of its own by which a VM may be behind its floor before it goes first.</summary>
    private const int MaxBehind = 2;

    /// <summary>
    /// Quanta of its own that its floor still owes it: others may hold the cores for as long as their quanta stretch each other.
    /// </summary>
    private const int MaxOwed = 16;

    /// <summary>
    /// Quanta of its own by which it may be ahead of its floor: more than that it is not held against a VM that it had when others
    /// wanted less.
    /// </summary>
    private const int MaxAhead = 16;

    /// <summary>A floor is kept a little above itself: what is measured is never below it for a quantum at an end.</summary>
    private const double Margin = 1.001;

    private double _ns = double.NegativeInfinity;

    /// <summary>The part of the host that it is kept at, 0 to 1; 0 without a floor.</summary>
    public double Share { get; private set; }

    /// <summary>Takes over what is promised: a part of the host, 0 to 1.</summary>
    public void Apply(double reservedShare) => Share = reservedShare * Margin;

    /// <summary>From when on a VM is behind, if it is served no more until then.</summary>
    /// <param name="quantumNs">What the most expensive of its quanta costs it, in nanoseconds of the host.</param>
    public double BehindFromNs(double quantumNs) => _ns + MaxBehind * quantumNs / Share;

    /// <summary>It has a quantum.</summary>
    /// <param name="costNs">What that costs, in nanoseconds of the host.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="quantumNs">What the most expensive of its quanta costs it.</param>
    public void Take(double costNs, long nowNs, double quantumNs)
    {
        var ownNs = quantumNs / Share;
        _ns = Math.Clamp(_ns, nowNs - MaxOwed * ownNs, nowNs + MaxAhead * ownNs) + costNs / Share;
    }

    /// <summary>It cost more, or less, than was taken.</summary>
    public void Correct(double moreNs) => _ns += moreNs / Share;
}
