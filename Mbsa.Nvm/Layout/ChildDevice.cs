namespace Mbsa.Nvm.Layout;

/// <summary>A part of the device given to one VM. A snapshot: it does not change when the device does.</summary>
public sealed record ChildDevice
{
    /// <summary>Its id; never used twice on a device.</summary>
    public required uint Id { get; init; }

    /// <summary>Its name; unique among the child devices there are.</summary>
    public required string Name { get; init; }

    /// <summary>Its size in bytes, a multiple of 4096.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Stretches of adjacent blocks that it lies in, in order.</summary>
    public required IReadOnlyList<BlockExtent> Extents { get; init; }

    /// <summary>Bytes its page table takes of the data area.</summary>
    public required long PageTableBytes { get; init; }

    /// <summary>Share of its bytes that lie in large pages of 2 MiB, 0 to 1.</summary>
    public double LargePageShare
    {
        get
        {
            long logical = 0, large = 0;
            foreach (var extent in Extents)
            {
                // Only where the child's own order and the device's are aligned alike can the MMU take 2 MiB at once.
                var skip = -logical & (DeviceGeometry.LargePageBlocks - 1);
                if ((extent.FirstBlock + skip) % DeviceGeometry.LargePageBlocks == 0 && extent.Blocks > skip)
                {
                    large += (extent.Blocks - skip) / DeviceGeometry.LargePageBlocks * DeviceGeometry.LargePageBlocks;
                }

                logical += extent.Blocks;
            }

            return (double)large / logical;
        }
    }

    /// <summary>What a NAT entry and its page table say.</summary>
    internal static ChildDevice Of(NatEntry entry, IReadOnlyList<BlockExtent> extents, long tablePages) => new()
    {
        Id = entry.ChildId,
        Name = entry.Name,
        SizeBytes = entry.Blocks * DeviceGeometry.BlockBytes,
        Extents = extents,
        PageTableBytes = tablePages * DeviceGeometry.BlockBytes,
    };
}
