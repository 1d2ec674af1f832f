using System.Numerics;

namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// Draws one of a power of two of cells in proportion to their masses, in constant time and from one random number:
/// its upper bits name a cell, the rest decides between that cell and its alias (Vose,
/// "A linear algorithm for generating random numbers with a given distribution", IEEE TSE 1991).
/// </summary>
public sealed class AliasTable
{
    private readonly Cell[] _cells;
    private readonly int _bits;

    /// <summary>Builds the table.</summary>
    /// <param name="masses">Not negative, not all 0, as many as a power of two; they need not add up to 1.</param>
    public AliasTable(ReadOnlySpan<double> masses)
    {
        if (!BitOperations.IsPow2(masses.Length))
        {
            throw new ArgumentException("their number must be a power of two", nameof(masses));
        }

        _bits = BitOperations.Log2((uint)masses.Length);
        _cells = new Cell[masses.Length];
        var total = 0.0;
        foreach (var mass in masses)
        {
            total += mass;
        }

        var scaled = new double[masses.Length];
        var poor = new Stack<int>();
        var rich = new Stack<int>();
        for (var cell = 0; cell < scaled.Length; cell++)
        {
            scaled[cell] = masses[cell] / total * scaled.Length;
            (scaled[cell] < 1 ? poor : rich).Push(cell);
        }

        while (poor.Count > 0 && rich.Count > 0)
        {
            int taker = poor.Pop(), giver = rich.Peek();
            _cells[taker] = new Cell(Threshold(scaled[taker]), giver);
            scaled[giver] = scaled[giver] + scaled[taker] - 1;
            if (scaled[giver] < 1)
            {
                poor.Push(rich.Pop());
            }
        }

        // What is left has a mass of 1 but for rounding.
        foreach (var cell in poor.Concat(rich))
        {
            _cells[cell] = new Cell(ulong.MaxValue, cell);
        }
    }

    /// <summary>The cell that 64 random bits mean.</summary>
    public int Next(ulong random)
    {
        var index = (int)(random >> (64 - _bits));
        ref readonly var cell = ref _cells[index];
        return random << _bits < cell.Threshold ? index : cell.Alias;
    }

    // By way of 53 bits and a signed number: conversions of doubles to 64 unsigned bits have differed between processors.
    private static ulong Threshold(double share) => share <= 0 ? 0 : (ulong)(long)(share * 9007199254740992.0) << 11;

    private readonly record struct Cell(ulong Threshold, int Alias);
}
