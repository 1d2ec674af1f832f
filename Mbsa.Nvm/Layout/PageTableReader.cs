namespace Mbsa.Nvm.Layout;

/// <summary>
/// One walk through one child device's page table, trusting nothing it finds there. With somebody to report to it goes on after a problem,
/// past what it cannot follow; else the first problem is thrown.
/// </summary>
internal sealed class PageTableReader(NatEntry entry, DeviceGeometry geometry, PageTable.PageReader read, Action<Finding>? report = null)
{
    private readonly List<BlockExtent> _extents = [];
    private readonly List<long> _pages = [];

    public (List<BlockExtent> Extents, List<long> Pages) Walk()
    {
        if (entry.Blocks <= 0 || entry.Blocks > geometry.DataBlocks || entry.Levels != PageTable.Levels(entry.Blocks))
        {
            Fail($"NAT entry {entry.Index}", NatEntry.OffsetBytes(entry.Index),
                $"child device '{entry.Name}' of {entry.Blocks} blocks and {entry.Levels} page-table levels cannot be on this device");
        }
        else if (IsData(entry.RootBlock, 1, NatEntry.OffsetBytes(entry.Index), "the page table's root"))
        {
            Table(entry.RootBlock, entry.Levels - 1, 0);
        }

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
        var offset = page * DeviceGeometry.BlockBytes + index * 8;
        (long Block, bool IsLarge)? found;
        try
        {
            found = PageTable.Get(read(page), index, entry.ChildId, logical, level);
        }
        catch (InvalidDataException problem)
        {
            Damaged(offset, level, logical, problem.Message);
            return;
        }

        if (found is null != logical >= entry.Blocks)
        {
            Damaged(offset, level, logical, found is null ? "it is missing" : "it lies behind the end");
        }
        else if (found is (var block, var isLarge))
        {
            Follow(offset, level, logical, covered, block, isLarge);
        }
    }

    private void Follow(long offset, int level, long logical, long covered, long block, bool isLarge)
    {
        if (isLarge && (logical + covered > entry.Blocks || block % covered != 0))
        {
            Damaged(offset, level, logical, "a large page there would be out of line");
            return;
        }

        var isData = level == 0 || isLarge;
        if (!IsData(block, isData ? covered : 1, offset, Where(level, logical)))
        {
            return;
        }

        if (isData)
        {
            ExtentList.Append(_extents, new BlockExtent(block, covered));
        }
        else
        {
            Table(block, level - 1, logical);
        }
    }

    private bool IsData(long block, long blocks, long offset, string what)
    {
        var isData = block >= geometry.DataFirstBlock && block + blocks <= geometry.DeviceBlocks;
        if (!isData)
        {
            Fail(PageTable.StructureOf(entry.Name), offset, $"{what} points to block {block}, outside the data area");
        }

        return isData;
    }

    private static string Where(int level, long logical) => $"the entry of level {level} for block {logical}";

    private void Damaged(long offset, int level, long logical, string problem) =>
        Fail(PageTable.StructureOf(entry.Name), offset, $"{Where(level, logical)} is damaged: {problem}");

    private void Fail(string structure, long offset, string problem)
    {
        if (report is null)
        {
            throw new NvmException(structure, problem);
        }

        report(new Finding(structure, offset, problem));
    }
}
