using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Devices;

/// <summary>What a mount finds on a device, all of it checked.</summary>
/// <param name="Nat">Every entry of the NAT.</param>
/// <param name="Children">The child devices there are, by NAT entry.</param>
/// <param name="Allocator">Which blocks they leave free.</param>
internal sealed record DeviceContents(NatEntry[] Nat, SortedDictionary<int, ChildRecord> Children, ExtentAllocator Allocator)
{
    /// <summary>Reads NAT and page tables. Stores nothing.</summary>
    /// <exception cref="NvmException">Something is damaged; the message names it.</exception>
    public static DeviceContents Load(DeviceMetadata metadata)
    {
        var geometry = metadata.Gmb.Geometry;
        var contents = new DeviceContents(metadata.LoadNat(), [], new ExtentAllocator(geometry.DataFirstBlock, geometry.DeviceBlocks));
        foreach (var entry in contents.Nat.Where(entry => entry.InUse))
        {
            var (extents, pages) = metadata.ReadPageTable(entry);
            var record = new ChildRecord(ChildDevice.Of(entry, extents, pages.Count), pages);
            foreach (var extent in record.AllExtents)
            {
                if (!contents.Allocator.TryTake(extent))
                {
                    throw new NvmException(PageTable.StructureOf(entry.Name),
                        $"blocks {extent.FirstBlock} to {extent.EndBlock - 1} have two owners");
                }
            }

            contents.Children[entry.Index] = record;
        }

        return contents;
    }
}
