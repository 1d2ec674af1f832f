namespace Mbsa.Cores.Planning;

/// <summary>
/// The generic cell rate algorithm as a virtual-scheduling leaky bucket (ITU-T I.371, annex A):
/// a rate with a tolerance for what comes too early. Nothing is saved up beyond the tolerance, however long nothing was taken.
/// </summary>
/// <param name="unitsPerSecond">The rate, above 0.</param>
/// <param name="toleranceNs">How much earlier than by the rate something may be taken, in nanoseconds.</param>
internal struct Gcra(double unitsPerSecond, double toleranceNs)
{
    /// <summary>When the next unit would be due if all had come by the rate.</summary>
    private double _dueNs = double.NegativeInfinity;

    /// <summary>Nanoseconds that one unit takes by the rate.</summary>
    public double NsPerUnit { get; } = 1e9 / unitsPerSecond;

    /// <summary>From when on something may be taken.</summary>
    public readonly double ConformsFromNs => _dueNs - toleranceNs;

    /// <summary>The same, at another rate or tolerance: what was taken stays taken, in time.</summary>
    public readonly Gcra With(double unitsPerSecond, double toleranceNs) => new(unitsPerSecond, toleranceNs) { _dueNs = _dueNs };

    /// <summary>Whether something may be taken.</summary>
    public readonly bool Conforms(long nowNs) => ConformsFromNs <= nowNs;

    /// <summary>Takes so many units.</summary>
    public void Take(long nowNs, double units) => _dueNs = Math.Max(_dueNs, nowNs) + units * NsPerUnit;

    /// <summary>It was more, or less, than was taken.</summary>
    public void Correct(double units) => _dueNs += units * NsPerUnit;
}
