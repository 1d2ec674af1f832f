namespace Mbsa.Nvm.Layout;

/// <summary>Finds the device's block behind a child's block, for questions in ascending order.</summary>
internal struct ExtentCursor(IReadOnlyList<BlockExtent> extents)
{
    private int _extent;
    private long _extentStart;

    /// <summary>Blocks of all extents.</summary>
    public readonly long TotalBlocks => extents.Sum(extent => extent.Blocks);

    /// <summary>The block of the device, and how many adjacent ones follow in the child's order, itself included.</summary>
    public long BlockAt(long logicalBlock, out long adjacentBlocks)
    {
        while (logicalBlock >= _extentStart + extents[_extent].Blocks)
        {
            _extentStart += extents[_extent++].Blocks;
        }

        var within = logicalBlock - _extentStart;
        adjacentBlocks = extents[_extent].Blocks - within;
        return extents[_extent].FirstBlock + within;
    }
}
