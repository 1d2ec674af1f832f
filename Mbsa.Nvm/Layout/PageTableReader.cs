using Mbsa.Nvm.Devices;

namespace Mbsa.Nvm.Layout;

/// <summary>One walk through one child device's page table, trusting nothing it finds there.</summary>
internal sealed class PageTableReader(NatEntry entry, DeviceGeometry geometry, PageTable.PageReader read)
{
    private readonly List<BlockExtent> _extents = [];
    private readonly List<long> _pages = [];

    public (List<BlockExtent> Extents, List<long> Pages) Walk()
    {
        if (entry.Blocks <= 0 || entry.Blocks > geometry.DataBlocks || entry.Levels != PageTable.Levels(entry.Blocks))
        {
            throw new NvmException($"NAT entry {entry.Index}", $"child device '{entry.Name}' of {entry.Blocks} blocks and {entry.Levels} page-table levels cannot be on this device");
        }

        RequireData(entry.RootBlock, 1, "the page table's root");
        Table(entry.RootBlock, entry.Levels - 1, 0);
        return (_extents, _pages);
    }

    private void Table(long block, int level, long firstLogical)
    {
        _pages.Add(block);
        var covered = 1L << (9 * level);
        for (var i = 0; i < PageTable.EntriesPerPage; i++)
        {
            Entry(block, i, level, firstLogical + i * covered, covered);
        }
    }

    private void Entry(long page, int index, int level, long logical, long covered)
    {
        (long Block, bool IsLarge)? found;
        try
        {
            found = PageTable.Get(read(page), index, entry.ChildId, logical, level);
        }
        catch (InvalidDataException problem)
        {
            throw Damaged(level, logical, problem.Message);
        }

        if (found is null != logical >= entry.Blocks)
        {
            throw Damaged(level, logical, found is null ? "it is missing" : "it lies behind the end");
        }

        if (found is not var (block, isLarge))
        {
            return;
        }

        if (isLarge && (logical + covered > entry.Blocks || block % covered != 0))
        {
            throw Damaged(level, logical, "a large page there would be out of line");
        }

        if (level == 0 || isLarge)
        {
            RequireData(block, covered, Where(level, logical));
            ExtentList.Append(_extents, new BlockExtent(block, covered));
        }
        else
        {
            RequireData(block, 1, Where(level, logical));
            Table(block, level - 1, logical);
        }
    }

    private void RequireData(long block, long blocks, string what)
    {
        if (block < geometry.DataFirstBlock || block + blocks > geometry.DeviceBlocks)
        {
            throw new NvmException($"page table of child device '{entry.Name}'", $"{what} points to block {block}, outside the data area");
        }
    }

    private static string Where(int level, long logical) => $"the entry of level {level} for block {logical}";

    private NvmException Damaged(int level, long logical, string problem) =>
        new($"page table of child device '{entry.Name}'", $"{Where(level, logical)} is damaged: {problem}");
}
