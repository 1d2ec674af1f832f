using System.Numerics;

namespace Mbsa.Vm.Jobs;

/// <summary>What is exact of many whole numbers: how many, their extremes, mean and standard deviation. The default has none.</summary>
/// <param name="Count">How many.</param>
/// <param name="Min">The smallest; 0 when there are none.</param>
/// <param name="Max">The largest; 0 when there are none.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Squares">The sum of their squares.</param>
public readonly record struct Moments(long Count, long Min, long Max, Int128 Sum, Int128 Squares)
{
    /// <summary>Their mean; 0 when there are none.</summary>
    public double Mean => Count == 0 ? 0 : (double)Sum / Count;

    /// <summary>Their standard deviation as fio has it, of a sample (n - 1); 0 of fewer than two.</summary>
    public double Deviation
    {
        get
        {
            if (Count < 2)
            {
                return 0;
            }

            // In whole numbers: the difference of two large sums would lose what is sought.
            var above = ((BigInteger)Count * (BigInteger)Squares) - ((BigInteger)Sum * (BigInteger)Sum);
            return Math.Sqrt((double)above / Count / (Count - 1));
        }
    }

    /// <summary>With <paramref name="count"/> more of one value.</summary>
    public Moments With(long value, long count) => this + new Moments(
        count, value, value, (Int128)value * count, (Int128)value * value * count);

    /// <summary>Those of both.</summary>
    public static Moments operator +(Moments a, Moments b) => a.Count == 0 ? b : b.Count == 0 ? a : new Moments(
        a.Count + b.Count, Math.Min(a.Min, b.Min), Math.Max(a.Max, b.Max), a.Sum + b.Sum, a.Squares + b.Squares);

    /// <summary>Those of both.</summary>
    public static Moments Add(Moments left, Moments right) => left + right;

    /// <summary>Writes them down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(Count);
        to.Write(Min);
        to.Write(Max);
        foreach (var sum in (ReadOnlySpan<Int128>)[Sum, Squares])
        {
            to.Write((long)(sum >> 64));
            to.Write((ulong)(sum & ulong.MaxValue));
        }
    }

    /// <summary>What was written down.</summary>
    internal static Moments ReadFrom(BinaryReader from)
    {
        Int128 Wide() => ((Int128)from.ReadInt64() << 64) | from.ReadUInt64();
        return new Moments(from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), Wide(), Wide());
    }
}
