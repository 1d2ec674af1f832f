using System.Collections.Immutable;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>
/// The sizes of a job's reads or writes where they are not all alike: fio's <c>bssplit</c> or <c>bsrange</c>. As in fio every size is a
/// multiple of the smallest one, but for the largest of a range.
/// </summary>
public sealed class BlockSizes : IEquatable<BlockSizes>
{
    /// <summary>The parts of a split, in their order; of a range none.</summary>
    private readonly ImmutableArray<BlockShare> _parts;

    /// <summary>Up to which random number each part is drawn, or one before it.</summary>
    private readonly ulong[] _below;

    private BlockSizes(ImmutableArray<BlockShare> parts, int minBytes, int maxBytes)
    {
        (_parts, MinBytes, MaxBytes) = (parts, minBytes, maxBytes);
        _below = new ulong[parts.Length];
        var percent = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            percent += parts[i].Percent;
            _below[i] = percent >= 100 ? ulong.MaxValue : (ulong)(((UInt128)1 << 64) * (uint)percent / 100);
        }

        SmallestDrawnBytes = parts.IsEmpty ? minBytes : parts.Where(part => part.Percent > 0).Min(part => Aligned(part.Bytes));
    }

    /// <summary>The smallest size; random offsets are aligned to it.</summary>
    public int MinBytes { get; }

    /// <summary>The largest size.</summary>
    public int MaxBytes { get; }

    /// <summary>The smallest size that is drawn: one with a share of 0 % is not.</summary>
    public int SmallestDrawnBytes { get; }

    /// <summary>Bytes of an I/O on the average, where there is room for all sizes.</summary>
    public double MeanBytes => _parts.IsEmpty ? MeanOfRange() : _parts.Sum(part => Aligned(part.Bytes) * part.Percent / 100.0);

    /// <summary>fio's <c>bssplit</c>: sizes and how often each is drawn, in percent, 100 together.</summary>
    public static BlockSizes Split(IEnumerable<BlockShare> parts)
    {
        var all = parts.ToImmutableArray();
        return all.Sum(part => part.Percent) == 100
            ? new BlockSizes(all, all.Min(part => part.Bytes), all.Max(part => part.Bytes))
            : throw new ArgumentException("shares must add up to 100 %", nameof(parts));
    }

    /// <summary>fio's <c>bsrange</c>: multiples of the smallest size, up to the largest.</summary>
    public static BlockSizes Range(int minBytes, int maxBytes) => new([], minBytes, maxBytes);

    /// <summary>Draws a size; as in fio one that does not fit is drawn again.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="roomBytes">What there is room for.</param>
    /// <returns>Bytes; 0 when no size fits.</returns>
    public int Next(ref Xoshiro256 random, long roomBytes)
    {
        while (roomBytes >= SmallestDrawnBytes)
        {
            var bytes = _parts.IsEmpty ? InRange(random.Next()) : InSplit(random.Next(), roomBytes);
            if (bytes <= Math.Min(roomBytes, MaxBytes))
            {
                return bytes;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public bool Equals(BlockSizes? other) => other is not null
        && (MinBytes, MaxBytes) == (other.MinBytes, other.MaxBytes) && _parts.SequenceEqual(other._parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BlockSizes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MinBytes, MaxBytes, _parts.Length);

    private int InRange(ulong random) =>
        Math.Min(MaxBytes, Aligned(MinBytes + (long)Math.BigMul(random, (ulong)MaxBytes, out _)));

    private int InSplit(ulong random, long roomBytes)
    {
        for (var i = 0; i < _below.Length; i++)
        {
            if (random <= _below[i] && _parts[i].Percent > 0 && Aligned(_parts[i].Bytes) is var bytes && bytes <= roomBytes)
            {
                return bytes;
            }
        }

        return int.MaxValue;
    }

    private int Aligned(long bytes) => (int)(bytes / MinBytes * MinBytes);

    private double MeanOfRange()
    {
        var multiples = MaxBytes / MinBytes;
        var ofMultiples = (double)MinBytes * MinBytes * multiples * (multiples + 1) / 2;
        return (ofMultiples + ((double)MaxBytes * (MaxBytes - ((double)multiples * MinBytes)))) / MaxBytes;
    }
}

/// <summary>A size of a <c>bssplit</c>.</summary>
/// <param name="Bytes">Bytes of an I/O.</param>
/// <param name="Percent">How often it is drawn.</param>
public readonly record struct BlockShare(int Bytes, int Percent);
