using System.Text;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// The NVM allocation table at work: which child devices there are, who has which blocks, and the order of steps in which that changes.
/// Each change is committed by one slot of the NAT: it happened or it did not, whenever the power fails. Not thread-safe; the device locks.
/// </summary>
internal sealed class AllocationTable
{
    /// <summary>Names that a message lists before it says how many more there are.</summary>
    private const int MaxNamed = 8;

    private readonly DeviceMetadata _metadata;
    private readonly ExtentAllocator _allocator;
    private readonly NatEntry[] _nat;
    private readonly SortedDictionary<int, ChildRecord> _children;

    /// <summary>The table of a mounted device.</summary>
    /// <param name="metadata">Stores the changes.</param>
    /// <param name="contents">What the mount found; the table takes it over.</param>
    public AllocationTable(DeviceMetadata metadata, DeviceContents contents)
    {
        _metadata = metadata;
        (_nat, _children, _allocator) = (contents.Nat, contents.Children, contents.Allocator);
    }

    /// <summary>The child devices there are, in the order of the NAT.</summary>
    public IEnumerable<ChildRecord> Children => _children.Values;

    /// <summary>Bytes of the data area that are free.</summary>
    public long FreeBytes => _allocator.FreeBlocks * DeviceGeometry.BlockBytes;

    private long DeviceBytes => _metadata.Gmb.Geometry.DeviceBlocks * DeviceGeometry.BlockBytes;

    /// <summary>The child device of a name.</summary>
    /// <exception cref="NvmException">There is none; the message says which there are.</exception>
    public ChildRecord Find(string name) => Locate(name).Value;

    /// <summary>Cuts a child device from the data area: blocks, page table, then the NAT entry that makes it be.</summary>
    /// <exception cref="NvmException">The name will not do, the NAT is full, or the device has too little free.</exception>
    public ChildDevice Create(string name, long sizeBytes)
    {
        RequireFreeName(name);
        if (sizeBytes <= 0 || sizeBytes > DeviceBytes)
        {
            throw new NvmException("data area", $"child device '{name}' cannot have {sizeBytes} bytes on a device of {DeviceBytes}");
        }

        var free = Array.Find(_nat, entry => !entry.InUse)
            ?? throw new NvmException("NAT", $"all {_nat.Length} entries are taken; no room for child device '{name}'");
        var blocks = DeviceGeometry.BlocksOf(sizeBytes);
        var (extents, tables) = AllocateWithTable(name, [], blocks, () => _allocator.Allocate(blocks));
        var generation = _metadata.Gmb.NatGeneration + 1;
        _metadata.WriteBitmap(_allocator, extents.Concat(tables));
        List<long> pages = [.. tables.SelectMany(BlocksOf)];
        var entry = new NatEntry
        {
            Index = free.Index,
            Generation = generation,
            InUse = true,
            ChildId = (uint)generation,
            Name = name,
            Blocks = blocks,
            Levels = PageTable.Levels(blocks),
            RootBlock = _metadata.WritePageTable((uint)generation, extents, pages),
        };
        _metadata.Commit(entry, _children.Count + 1);
        _nat[entry.Index] = entry;
        return (_children[entry.Index] = new ChildRecord(ChildDevice.Of(entry, extents, pages.Count), pages)).Child;
    }

    /// <summary>Grows or shrinks a child device, and its areas with it.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="sizeBytes">Its new size; rounded up to a multiple of 4096.</param>
    /// <param name="usedBytes">What must stay of it.</param>
    /// <returns>What it is now.</returns>
    /// <exception cref="NvmException">There is none of this name, the size is less than what is used,
    /// or there is too little room on the device or behind an area.</exception>
    public ChildDevice Resize(string name, long sizeBytes, long usedBytes)
    {
        var (index, record) = Locate(name);
        if (sizeBytes <= 0 || sizeBytes > DeviceBytes || sizeBytes < usedBytes)
        {
            throw new NvmException($"child device '{name}'", $"it cannot have {sizeBytes} bytes: "
                + (sizeBytes > 0 && sizeBytes < usedBytes
                ? $"{usedBytes} of its {record.Child.SizeBytes} are used"
                : $"the device has {DeviceBytes}"));
        }

        var areas = record.JoinAreas();
        try
        {
            if (DeviceGeometry.BlocksOf(sizeBytes) * DeviceGeometry.BlockBytes != record.Child.SizeBytes)
            {
                Resize(_nat[index], record, DeviceGeometry.BlocksOf(sizeBytes), areas);
            }

            return record.Child;
        }
        finally
        {
            areas.ForEach(area => area.Leave());
        }
    }

    /// <summary>Deletes a child device, wipes its blocks and frees them.</summary>
    /// <exception cref="NvmException">There is none of this name, or it is mapped.</exception>
    public void Delete(string name)
    {
        var (index, record) = Locate(name);
        if (record.IsMapped)
        {
            throw new NvmException($"child device '{name}'", "it is mapped; stop its VM first");
        }

        _nat[index] = new NatEntry { Index = index, Generation = _metadata.Gmb.NatGeneration + 1, ChildId = record.Child.Id };
        _metadata.Commit(_nat[index], _children.Count - 1);
        _children.Remove(index);
        WipeAndFree([.. record.AllExtents]);
    }

    /// <summary>Copy on write: a whole new page table in fresh blocks, made valid by the NAT; then the old one is freed.</summary>
    private void Resize(NatEntry entry, ChildRecord record, long blocks, List<NvmArea> areas)
    {
        var old = record.Child;
        var (kept, cut) = ExtentList.Cut(old.Extents, blocks);
        var more = Math.Max(0, blocks - entry.Blocks);
        var (added, tables) = AllocateWithTable(old.Name, kept, more, () => more > 0 ? _allocator.AllocateBehind(kept, more) : []);
        List<long> pages = [.. tables.SelectMany(BlocksOf)];
        var extents = ExtentList.Join(kept, added);
        entry = entry with { Generation = _metadata.Gmb.NatGeneration + 1, Blocks = blocks, Levels = PageTable.Levels(blocks) };
        var child = ChildDevice.Of(entry, extents, pages.Count);
        if (more > 0)
        {
            GiveRoom(areas, child, [.. added, .. tables]);
        }

        _metadata.WriteBitmap(_allocator, added.Concat(tables));
        entry = entry with { RootBlock = _metadata.WritePageTable(entry.ChildId, extents, pages) };
        _metadata.Commit(entry, _children.Count);
        var freed = cut.Concat(ExtentList.OfBlocks(record.Pages)).ToList();
        _nat[entry.Index] = entry;
        record.Become(child, pages);

        // From here on nobody reaches what was cut off: only then may it be wiped and given to others.
        areas.ForEach(area => area.Follow(child));
        WipeAndFree(freed);
    }

    /// <summary>Maps what a child device will have more behind all its areas, or behind none.</summary>
    private void GiveRoom(List<NvmArea> areas, ChildDevice child, List<BlockExtent> taken)
    {
        var given = 0;
        try
        {
            if (areas.Find(area => area.RoomBytes < child.SizeBytes) is { } narrow)
            {
                throw new NvmException($"child device '{child.Name}'",
                    $"it is mapped with room for {narrow.RoomBytes} bytes; stop its VM to grow it to {child.SizeBytes}");
            }

            for (; given < areas.Count; given++)
            {
                areas[given].MapBehind(child);
            }
        }
        catch
        {
            areas.Take(given).ToList().ForEach(area => area.UnmapBehind(child.SizeBytes));
            taken.ForEach(_allocator.Free);
            throw;
        }
    }

    private void WipeAndFree(List<BlockExtent> extents)
    {
        extents.ForEach(_metadata.Wipe);
        extents.ForEach(_allocator.Free);
        _metadata.WriteBitmap(_allocator, extents);
    }

    /// <summary>Takes blocks, and those for the page table of all that a child device will have then.</summary>
    private (IReadOnlyList<BlockExtent> Extents, IReadOnlyList<BlockExtent> Tables) AllocateWithTable(
        string name, List<BlockExtent> kept, long blocks, Func<IReadOnlyList<BlockExtent>?> allocate)
    {
        var freeBlocks = _allocator.FreeBlocks;
        var extents = allocate();
        var pages = extents is null ? 0 : PageTable.CountPages(ExtentList.Join(kept, extents));
        if (extents is not null && _allocator.Allocate(pages) is { } tables)
        {
            return (extents, tables);
        }

        foreach (var extent in extents ?? [])
        {
            _allocator.Free(extent);
        }

        var more = kept.Count > 0 ? " more" : "";
        var table = pages > 0 ? $"{pages * DeviceGeometry.BlockBytes} for its page table" : "its page table";
        throw new NvmException("data area",
            $"the device is too small: child device '{name}' needs {blocks * DeviceGeometry.BlockBytes} bytes{more} and {table}, "
            + $"{freeBlocks * DeviceGeometry.BlockBytes} of {DeviceBytes} are free");
    }

    private void RequireFreeName(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || Encoding.UTF8.GetByteCount(name) > NatEntry.MaxNameBytes || name.Any(char.IsControl))
        {
            throw new NvmException("NAT", $"a child device cannot be called '{name}'; "
                + $"a name has 1 to {NatEntry.MaxNameBytes} bytes, none of them a control character");
        }

        if (_children.Values.Any(record => record.Child.Name == name))
        {
            throw new NvmException("NAT", $"there is a child device '{name}' already");
        }
    }

    private KeyValuePair<int, ChildRecord> Locate(string name) =>
        _children.FirstOrDefault(pair => pair.Value.Child.Name == name) is { Value: not null } found
        ? found
        : throw new NvmException("NAT", $"there is no child device '{name}'; there {Present()}");

    private string Present()
    {
        var more = _children.Count > MaxNamed ? $" and {_children.Count - MaxNamed} more" : "";
        return _children.Count == 0 ? "are none"
            : $"are: {string.Join(", ", _children.Values.Take(MaxNamed).Select(record => record.Child.Name))}{more}";
    }

    private static IEnumerable<long> BlocksOf(BlockExtent extent)
    {
        for (var block = extent.FirstBlock; block < extent.EndBlock; block++)
        {
            yield return block;
        }
    }
}
