namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// The distribution that fio calls pareto: rank = (n - 1) u^p with u uniform and p = ln h / ln (1 - h), so the first share h of the ranks
/// gets the share 1 - h of the draws: 80/20 at h = 0.2. (fio's HOWTO, <c>random_distribution</c>; its lib/zipf.c has the formula.)
/// </summary>
public sealed class ParetoRanks
{
    private readonly double _last;
    private readonly double _power;

    /// <summary>Prepares the power.</summary>
    /// <param name="count">Number of ranks, from 1 to 2^52.</param>
    /// <param name="h">Between 0 and 1, both excluded.</param>
    public ParetoRanks(long count, double h)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1L << 52);
        if (!(h > 0 && h < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(h), h, "must be between 0 and 1");
        }

        _last = count - 1;
        _power = DeterministicMath.Log(h) / DeterministicMath.Log(1 - h);
    }

    /// <summary>Draws a rank, from 0.</summary>
    public long Next(ref Xoshiro256 random) => (long)(_last * DeterministicMath.Pow(random.NextAboveZero(), _power));
}
