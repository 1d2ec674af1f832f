using System.Numerics;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// The buckets in which fio counts completion latencies: 64 for each power of two, so that a value is within 0.8 % of its bucket's.
/// They are fio's to the nanosecond, since its json+ names them and other programs add them up.
/// </summary>
public static class FioBuckets
{
    private const int BitsWithin = 6;
    private const int PerGroup = 1 << BitsWithin;
    private const int Groups = 29;

    /// <summary>Number of buckets; what is longer than 17 s falls into the last one.</summary>
    public static int Count => Groups * PerGroup;

    /// <summary>The bucket of a latency in nanoseconds.</summary>
    public static int IndexOf(long latencyNs)
    {
        var highest = latencyNs <= 0 ? 0 : BitOperations.Log2((ulong)latencyNs);
        if (highest <= BitsWithin)
        {
            return (int)Math.Max(0, latencyNs);
        }

        var dropped = highest - BitsWithin;
        var within = (int)(latencyNs >> dropped) & (PerGroup - 1);
        return Math.Min(((dropped + 1) << BitsWithin) + within, Count - 1);
    }

    /// <summary>The latency in nanoseconds that stands for a bucket: its middle.</summary>
    public static long ValueOf(int bucket)
    {
        if (bucket < 2 * PerGroup)
        {
            return bucket;
        }

        var dropped = (bucket >> BitsWithin) - 1;
        var middle = 1L << dropped >> 1;
        return (1L << (dropped + BitsWithin)) + ((long)(bucket % PerGroup) << dropped) + middle;
    }
}
