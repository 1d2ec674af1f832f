namespace Mbsa.Host.Reproduction;

/// <summary>Writes of the blocks of a part of a disk.</summary>
/// <param name="Mean">On average.</param>
/// <param name="Min">Of the block written least.</param>
/// <param name="Max">Of the block written most.</param>
internal readonly record struct RegionWear(double Mean, uint Min, uint Max)
{
    /// <summary>Of blocks that there are.</summary>
    public static RegionWear Of(ReadOnlySpan<uint> writes)
    {
        var (sum, min, max) = (0L, uint.MaxValue, 0u);
        foreach (var count in writes)
        {
            (sum, min, max) = (sum + count, Math.Min(min, count), Math.Max(max, count));
        }

        return new RegionWear(sum / (double)writes.Length, min, max);
    }
}
