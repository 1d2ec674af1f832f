namespace Mbsa.Model.Watching;

/// <summary>Wear of a VM's disk at one moment. Counts are totals since the disk was made.</summary>
/// <param name="BlockWrites">Writes of its physical blocks, those of the wear policy included.</param>
/// <param name="ExtraWrites">Writes of the wear policy's own among them.</param>
/// <param name="Worst">Writes of the block written most.</param>
/// <param name="Mean">Writes of a block on average.</param>
/// <param name="WorstRatio">
/// Share of its life that the block written most has behind it: its writes over the device's endurance; null where that has no end.
/// </param>
public sealed record WearSample(long BlockWrites, long ExtraWrites, long Worst, double Mean, double? WorstRatio)
{
    /// <summary>How uneven the wear is: standard deviation over mean of the writes of a block; 0 when nothing was written.</summary>
    public double Variation { get; init; }

    /// <summary>
    /// Time until the first block fails at the rate since the disk was first looked at, in nanoseconds of the scenario's clock; null
    /// where nobody knows.
    /// </summary>
    public double? LeftNs { get; init; }
}
