using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>How long a disk lives if it goes on being written as it was.</summary>
/// <param name="UsedFraction">Share of its life that the most written block has behind it; 1 is its end.</param>
/// <param name="TotalWrites">Block writes, from the first on, until the most written block reaches its endurance.</param>
/// <param name="FractionOfIdeal">Share of the writes that the disk would take if all its blocks wore alike: mean over maximum.</param>
public readonly record struct EnduranceProjection(double UsedFraction, double TotalWrites, double FractionOfIdeal)
{
    /// <summary>Projects the life of a disk: the most written block keeps its share of all writes.</summary>
    /// <param name="wear">The wear so far.</param>
    /// <param name="enduranceWrites">Writes that a block bears, of the device profile; infinity for one that bears all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The endurance is not above 0.</exception>
    public static EnduranceProjection Of(WearSummary wear, double enduranceWrites)
    {
        if (!(enduranceWrites > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(enduranceWrites), enduranceWrites, "must be above 0");
        }

        return wear.Max == 0
            ? new EnduranceProjection(0, double.PositiveInfinity, 1)
            : new EnduranceProjection(wear.Max / enduranceWrites, wear.Writes * (enduranceWrites / wear.Max), wear.Mean / wear.Max);
    }
}
