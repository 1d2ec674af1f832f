namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// Strews ranks of popularity over a region, so that hot blocks are not neighbours: block = rank * step mod count,
/// with a step next to count divided by the golden ratio and without a common divisor, which makes it a bijection. The golden
/// ratio keeps the hottest k blocks about count / k apart for every k. fio scatters by hashing, which puts several ranks on one block;
/// a bijection leaves the distribution exact. It depends on the count alone: all jobs on a region of a size share their hot blocks.
/// </summary>
public readonly struct BlockScatter
{
    private readonly ulong _count;
    private readonly ulong _step;
    private readonly ulong _reciprocal;

    /// <summary>A scatter over this many blocks, from 1 to 2^62.</summary>
    public BlockScatter(long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1L << 62);
        _count = (ulong)count;
        _step = (ulong)((UInt128)_count * 0x9E3779B97F4A7C15 >> 64);
        while (GreatestCommonDivisor(_step, _count) != 1)
        {
            _step++;
        }

        _step = _count == 1 ? 0 : _step;
        _reciprocal = (ulong)(((UInt128)_step << 64) / _count);
    }

    /// <summary>
    /// The block of a rank; both count from 0. The remainder is taken without a division:
    /// a quotient by way of a reciprocal is short by one at most. (V. Shoup's trick, as in his library NTL's MulModPrecon.)
    /// </summary>
    public long BlockOf(long rank)
    {
        var quotient = Math.BigMul((ulong)rank, _reciprocal, out _);
        var block = ((ulong)rank * _step) - (quotient * _count);
        return (long)(block >= _count ? block - _count : block);
    }

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
