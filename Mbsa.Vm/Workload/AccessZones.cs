using System.Collections.Immutable;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>fio's <c>zoned</c> and <c>zoned_abs</c>: stretches of the region one behind the other, each with a part of all I/Os.</summary>
/// <param name="isInBytes">Whether lengths are bytes; else they are percent of the region.</param>
/// <param name="zones">The stretches, in their order; their shares add up to 100 %.</param>
public sealed class AccessZones(bool isInBytes, ImmutableArray<AccessZone> zones) : IEquatable<AccessZones>
{
    private readonly bool _isInBytes = isInBytes;
    private readonly ImmutableArray<AccessZone> _zones = zones;

    /// <summary>Bytes they take together; 0 where they are percent.</summary>
    public long Bytes => _isInBytes ? _zones.Sum(zone => zone.Length) : 0;

    /// <summary>Where each zone lies on a region of so many blocks of a size.</summary>
    /// <exception cref="InputException">A zone holds no block.</exception>
    internal ImmutableArray<PlacedZone> Place(long blocks, int blockBytes)
    {
        var placed = ImmutableArray.CreateBuilder<PlacedZone>();
        var (percent, before) = (0, (Int128)0);
        foreach (var zone in _zones)
        {
            percent += zone.AccessPercent;
            long At(Int128 place) => (long)(_isInBytes ? place / blockBytes : blocks * place / 100);
            var (first, end) = (At(before), Math.Min(blocks, At(before + zone.Length)));
            before += zone.Length;
            if (zone.AccessPercent > 0 && end <= first)
            {
                throw new InputException($"zone {placed.Count + 1} of its random_distribution holds no block of {blockBytes} bytes");
            }

            placed.Add(new PlacedZone(percent, first, Math.Max(1, end - first)));
        }

        return placed.ToImmutable();
    }

    /// <inheritdoc/>
    public bool Equals(AccessZones? other) =>
        other is not null && _isInBytes == other._isInBytes && _zones.SequenceEqual(other._zones);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AccessZones);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_isInBytes, _zones.Length);
}

/// <summary>A stretch of a region.</summary>
/// <param name="AccessPercent">Its part of all I/Os.</param>
/// <param name="Length">Its length, in bytes or in percent of the region.</param>
public readonly record struct AccessZone(int AccessPercent, long Length);

/// <summary>A zone on a region.</summary>
/// <param name="UpToPercent">Part of all I/Os that it gets together with those before it.</param>
/// <param name="FirstBlock">Its first block.</param>
/// <param name="Blocks">How many it has.</param>
internal readonly record struct PlacedZone(int UpToPercent, long FirstBlock, long Blocks)
{
    /// <summary>Draws a block of one of some zones.</summary>
    public static long Next(ImmutableArray<PlacedZone> zones, ref Xoshiro256 random)
    {
        var (percent, i) = (random.Below(100), 0);
        while (i < zones.Length - 1 && percent >= zones[i].UpToPercent)
        {
            i++;
        }

        return zones[i].FirstBlock + random.Below(zones[i].Blocks);
    }
}
