using System.Collections.Immutable;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>
/// Which block of a region a random I/O of one direction goes to, by the job's <see cref="AccessDistribution"/>, for jobs that are done
/// step by step (<see cref="SteppedOperations"/>). It remembers nothing.
/// </summary>
internal sealed class RandomBlocks
{
    private readonly long _count;
    private readonly long _shift;
    private readonly BlockScatter _scatter;
    private readonly ZipfRanks? _zipf;
    private readonly ParetoRanks? _pareto;
    private readonly NormalRanks? _normal;
    private readonly ImmutableArray<PlacedZone> _zones = [];

    /// <summary>Prepares the draws.</summary>
    /// <param name="distribution">How often each block is chosen.</param>
    /// <param name="count">Blocks of the region.</param>
    /// <param name="blockBytes">Bytes of one.</param>
    public RandomBlocks(AccessDistribution distribution, long count, int blockBytes)
    {
        (_count, _scatter) = (count, new BlockScatter(count));
        _shift = Math.Min(count - 1, (long)((distribution.Centre ?? 0) * count));
        var parameter = distribution.Parameter;
        switch (distribution.Kind)
        {
            case DistributionKind.Zipf:
                _zipf = new ZipfRanks(count, parameter);
                break;
            case DistributionKind.Pareto:
                _pareto = new ParetoRanks(count, parameter);
                break;
            case DistributionKind.Normal:
                _normal = new NormalRanks(count, parameter);
                break;
            case DistributionKind.Zoned:
                _zones = distribution.Zones!.Place(count, blockBytes);
                break;
        }
    }

    /// <summary>Draws a block.</summary>
    public long Next(ref Xoshiro256 random)
    {
        if (!_zones.IsEmpty)
        {
            return PlacedZone.Next(_zones, ref random);
        }

        var rank = _zipf?.Next(ref random) ?? _pareto?.Next(ref random) ?? _normal?.Next(ref random);
        if (rank is null)
        {
            return random.Below(_count);
        }

        var block = _scatter.BlockOf(rank.Value) + _shift;
        return block >= _count ? block - _count : block;
    }
}
