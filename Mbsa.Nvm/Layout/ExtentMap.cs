namespace Mbsa.Nvm.Layout;

/// <summary>
/// Finds the device's block behind any block of a child device, in no particular order (<see cref="ExtentCursor"/> goes through all of
/// them). Does not change.
/// </summary>
internal sealed class ExtentMap
{
    private readonly BlockExtent[] _extents;
    private readonly long[] _firstBlocks;

    /// <summary>The map of some extents, in the child device's order.</summary>
    public ExtentMap(IEnumerable<BlockExtent> extents)
    {
        _extents = [.. extents];
        _firstBlocks = new long[_extents.Length];
        for (var i = 1; i < _extents.Length; i++)
        {
            _firstBlocks[i] = _firstBlocks[i - 1] + _extents[i - 1].Blocks;
        }
    }

    /// <summary>The block of the device.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The child device has no such block; it may have been cut short meanwhile.</exception>
    public long BlockAt(long childBlock)
    {
        var index = Array.BinarySearch(_firstBlocks, childBlock);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && childBlock - _firstBlocks[index] < _extents[index].Blocks
            ? _extents[index].FirstBlock + childBlock - _firstBlocks[index]
            : throw new ArgumentOutOfRangeException(nameof(childBlock), childBlock, "the child device has no such block");
    }
}
