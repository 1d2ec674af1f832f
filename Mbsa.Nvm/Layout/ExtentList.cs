using System.Numerics;

namespace Mbsa.Nvm.Layout;

/// <summary>Extents of a child device in its own order: what can be said and made of them. Pure.</summary>
internal static class ExtentList
{
    /// <summary>Blocks one by one, adjacent ones joined.</summary>
    public static List<BlockExtent> OfBlocks(IEnumerable<long> blocks)
    {
        List<BlockExtent> extents = [];
        foreach (var block in blocks)
        {
            Append(extents, new BlockExtent(block, 1));
        }

        return extents;
    }

    /// <summary>Adds an extent at the end, joined with the last one if it follows that on the device too.</summary>
    public static void Append(List<BlockExtent> extents, BlockExtent next)
    {
        if (extents.Count > 0 && extents[^1].EndBlock == next.FirstBlock)
        {
            extents[^1] = extents[^1] with { Blocks = extents[^1].Blocks + next.Blocks };
        }
        else
        {
            extents.Add(next);
        }
    }

    /// <summary>Adds the blocks whose bits are set in a word of a bitmap.</summary>
    /// <param name="extents">In ascending order.</param>
    /// <param name="firstBlock">The block of bit 0, behind those that are there.</param>
    /// <param name="bits">A bit a block.</param>
    public static void AppendBits(List<BlockExtent> extents, long firstBlock, ulong bits)
    {
        for (; bits != 0; bits &= bits - 1)
        {
            Append(extents, new BlockExtent(firstBlock + BitOperations.TrailingZeroCount(bits), 1));
        }
    }

    /// <summary>Two lists, one behind the other.</summary>
    public static List<BlockExtent> Join(IEnumerable<BlockExtent> first, IEnumerable<BlockExtent> second)
    {
        List<BlockExtent> joined = [];
        foreach (var extent in first.Concat(second))
        {
            Append(joined, extent);
        }

        return joined;
    }

    /// <summary>Cuts a list in two: so many blocks, and those behind them.</summary>
    public static (List<BlockExtent> Head, List<BlockExtent> Tail) Cut(IEnumerable<BlockExtent> extents, long headBlocks)
    {
        List<BlockExtent> head = [], tail = [];
        foreach (var extent in extents)
        {
            var kept = Math.Clamp(headBlocks, 0, extent.Blocks);
            headBlocks -= kept;
            if (kept > 0)
            {
                head.Add(extent with { Blocks = kept });
            }

            if (kept < extent.Blocks)
            {
                tail.Add(new BlockExtent(extent.FirstBlock + kept, extent.Blocks - kept));
            }
        }

        return (head, tail);
    }
}
