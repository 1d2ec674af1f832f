using System.Numerics;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// Which blocks of a device are taken: a bit each, and the choice of free ones.
/// It prefers adjacent blocks (the tightest run that holds all) and, for 2 MiB and more, runs that can start at a multiple of 2 MiB.
/// When no run holds all it takes whole large pages from the longest runs first, then the rest. Pure; not thread-safe.
/// </summary>
public sealed class ExtentAllocator
{
    private readonly ulong[] _taken;
    private readonly long _firstBlock, _endBlock;

    /// <summary>Makes a map in which all blocks of the data area are free.</summary>
    /// <param name="firstBlock">First block that may be given; those before it are taken for ever.</param>
    /// <param name="endBlock">The block after the last.</param>
    public ExtentAllocator(long firstBlock, long endBlock)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstBlock);
        ArgumentOutOfRangeException.ThrowIfLessThan(endBlock, firstBlock);
        (_firstBlock, _endBlock) = (firstBlock, endBlock);
        _taken = new ulong[(endBlock + 63) / 64];
        Set(0, firstBlock, true);
        Set(endBlock, _taken.Length * 64L, true);
        FreeBlocks = endBlock - firstBlock;
    }

    /// <summary>Blocks that are free.</summary>
    public long FreeBlocks { get; private set; }

    /// <summary>The map, a bit for every block of the device: 1 is taken. Bit b of word w is block 64 w + b.</summary>
    public ReadOnlySpan<ulong> Words => _taken;

    /// <summary>Takes this many blocks.</summary>
    /// <returns>Where they are, in the order to use them; null when fewer are free, in which case nothing is taken.</returns>
    public IReadOnlyList<BlockExtent>? Allocate(long blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blocks);
        if (blocks > FreeBlocks)
        {
            return null;
        }

        List<BlockExtent> extents = [];
        if (TightestRun(blocks) is { } whole)
        {
            Take(whole, extents);
            return extents;
        }

        var remaining = blocks;
        foreach (var run in LongestFirst())
        {
            var aligned = LargePagesOf(run, remaining);
            if (aligned.Blocks > 0)
            {
                Take(aligned, extents);
                remaining -= aligned.Blocks;
            }
        }

        foreach (var run in remaining > 0 ? LongestFirst() : [])
        {
            var part = run with { Blocks = Math.Min(run.Blocks, remaining) };
            Take(part, extents);
            remaining -= part.Blocks;
            if (remaining == 0)
            {
                break;
            }
        }

        return extents;
    }

    /// <summary>
    /// Takes blocks for a child device that grows: those right behind its last one as far as they are free, then others,
    /// and such that what lies behind the next multiple of 2 MiB of the child's own order can be large pages.
    /// </summary>
    /// <param name="extents">What it has.</param>
    /// <param name="blocks">How many more.</param>
    /// <returns>The new blocks in the order to use them; null when fewer are free, in which case nothing is taken.</returns>
    public IReadOnlyList<BlockExtent>? AllocateBehind(IReadOnlyList<BlockExtent> extents, long blocks)
    {
        if (blocks > FreeBlocks)
        {
            return null;
        }

        List<BlockExtent> taken = [];
        var end = extents[^1].EndBlock;
        var adjacent = Math.Min(end < _endBlock ? Next(end, taken: true) - end : 0, blocks);
        if (adjacent > 0)
        {
            Take(new BlockExtent(end, adjacent), taken);
        }

        var logical = extents.Sum(extent => extent.Blocks) + adjacent;
        var toLargePage = Math.Min(-logical & (DeviceGeometry.LargePageBlocks - 1), blocks - adjacent);
        foreach (var part in new[] { toLargePage, blocks - adjacent - toLargePage })
        {
            taken = part > 0 ? ExtentList.Join(taken, Allocate(part)!) : taken;
        }

        return taken;
    }

    /// <summary>Takes certain blocks, as a mount does for those it finds in use.</summary>
    /// <returns>False, and nothing is taken, when one of them is taken already or is none of the data area's.</returns>
    public bool TryTake(BlockExtent extent)
    {
        if (extent.FirstBlock < _firstBlock || extent.Blocks < 1 || extent.Blocks > _endBlock - extent.FirstBlock
            || Next(extent.FirstBlock, taken: true) < extent.EndBlock)
        {
            return false;
        }

        Set(extent.FirstBlock, extent.EndBlock, true);
        FreeBlocks -= extent.Blocks;
        return true;
    }

    /// <summary>Gives blocks back.</summary>
    /// <exception cref="ArgumentException">One of them is free already: somebody gave back what was not theirs.</exception>
    public void Free(BlockExtent extent)
    {
        if (extent.FirstBlock < _firstBlock || extent.Blocks < 1 || extent.Blocks > _endBlock - extent.FirstBlock
            || Next(extent.FirstBlock, taken: false) < extent.EndBlock)
        {
            throw new ArgumentException($"{extent} is not taken", nameof(extent));
        }

        Set(extent.FirstBlock, extent.EndBlock, false);
        FreeBlocks += extent.Blocks;
    }

    /// <summary>The free runs in ascending order, each as long as it can be.</summary>
    public IEnumerable<BlockExtent> FreeRuns()
    {
        for (var start = Next(_firstBlock, taken: false); start < _endBlock;)
        {
            var end = Next(start, taken: true);
            yield return new BlockExtent(start, end - start);
            start = Next(end, taken: false);
        }
    }

    private BlockExtent? TightestRun(long blocks)
    {
        (long Start, long Length)? aligned = null, any = null;
        foreach (var run in FreeRuns())
        {
            if (run.Blocks >= blocks && run.Blocks < (any?.Length ?? long.MaxValue))
            {
                any = (run.FirstBlock, run.Blocks);
            }

            var start = AlignUp(run.FirstBlock);
            if (blocks >= DeviceGeometry.LargePageBlocks && run.EndBlock - start >= blocks
                && run.Blocks < (aligned?.Length ?? long.MaxValue))
            {
                aligned = (start, run.Blocks);
            }
        }

        return (aligned ?? any) is var (first, _) ? new BlockExtent(first, blocks) : null;
    }

    private static BlockExtent LargePagesOf(BlockExtent run, long max)
    {
        var start = AlignUp(run.FirstBlock);
        var blocks = Math.Min(run.EndBlock - start, max) / DeviceGeometry.LargePageBlocks * DeviceGeometry.LargePageBlocks;
        return new BlockExtent(start, blocks);
    }

    private List<BlockExtent> LongestFirst() => [.. FreeRuns().OrderByDescending(run => run.Blocks).ThenBy(run => run.FirstBlock)];

    private void Take(BlockExtent extent, List<BlockExtent> extents)
    {
        Set(extent.FirstBlock, extent.EndBlock, true);
        FreeBlocks -= extent.Blocks;
        ExtentList.Append(extents, extent);
    }

    private static long AlignUp(long block) => (block + DeviceGeometry.LargePageBlocks - 1) & -DeviceGeometry.LargePageBlocks;

    /// <summary>The first block from here on that is taken, or that is free; the end when there is none.</summary>
    private long Next(long block, bool taken)
    {
        while (block < _endBlock)
        {
            var word = _taken[block >> 6];
            word = (taken ? word : ~word) >> (int)(block & 63);
            if (word != 0)
            {
                return Math.Min(block + BitOperations.TrailingZeroCount(word), _endBlock);
            }

            block = (block | 63) + 1;
        }

        return _endBlock;
    }

    private void Set(long from, long to, bool taken)
    {
        while (from < to)
        {
            var end = Math.Min((from | 63) + 1, to);
            var mask = (ulong.MaxValue >> (int)(64 - (end - from))) << (int)(from & 63);
            _taken[from >> 6] = taken ? _taken[from >> 6] | mask : _taken[from >> 6] & ~mask;
            from = end;
        }
    }
}
