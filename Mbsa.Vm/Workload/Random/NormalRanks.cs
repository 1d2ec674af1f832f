namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// The distribution that fio 3.33 calls normal, as its draws come out: the mean of twelve uniform places of the region, whose standard
/// deviation is a twelfth of it, and beside that a uniform place of a stretch as wide as the deviation asked for, in percent of the region,
/// and at most half of it. So a deviation below some 10 % says next to nothing: measured once with the program, where half
/// and nine tenths of its draws lay.
/// </summary>
/// <param name="count">Number of ranks, from 1 to 2^52.</param>
/// <param name="deviationPercent">fio's deviation, from 0 up to but not including 100.</param>
public sealed class NormalRanks(long count, double deviationPercent)
{
    private const int Draws = 12;
    private readonly double _width = Math.Min(deviationPercent / 100, 0.5);

    /// <summary>Draws a rank, from 0; those in the middle are the hottest.</summary>
    public long Next(ref Xoshiro256 random)
    {
        var sum = 0.0;
        for (var i = 0; i < Draws; i++)
        {
            sum += random.NextAboveZero();
        }

        var place = (sum / Draws) + (_width * (random.NextAboveZero() - 0.5));
        return Math.Clamp((long)(place * count), 0, count - 1);
    }
}
