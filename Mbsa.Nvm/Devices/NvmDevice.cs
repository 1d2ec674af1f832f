using System.Diagnostics;
using System.Text;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// The emulated NVM device: memory with a global metadata block, an NVM allocation table and a data area from which child devices are cut.
/// Thread-safe; making and deleting child devices takes a lock, their bytes do not go through here. Disposing it ends the bookkeeping;
/// areas and leases stay good, and the last of them frees the memory.
/// </summary>
public sealed class NvmDevice : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MemoryLedger _ledger;
    private readonly DeviceMemory _memory;
    private readonly PowerFailureModel? _powerFailures;
    private readonly DeviceMetadata _metadata;
    private readonly ExtentAllocator _allocator;
    private readonly DeviceProtection _protection;
    private readonly NatEntry[] _nat;
    private readonly SortedDictionary<int, ChildRecord> _children;
    private bool _disposed;

    private NvmDevice(
        DeviceMemory memory, DeviceMetadata metadata, DeviceContents contents, MemoryLedger ledger, PowerFailureModel? powerFailures, Action shut)
    {
        (_memory, _metadata, _ledger, _powerFailures) = (memory, metadata, ledger, powerFailures);
        (_nat, _children, _allocator) = (contents.Nat, contents.Children, contents.Allocator);
        _protection = new DeviceProtection(memory, ledger, shut);
    }

    /// <summary>The device's UUID.</summary>
    public Guid DeviceId => _metadata.Gmb.DeviceId;

    /// <summary>Where things lie on it.</summary>
    public DeviceGeometry Geometry => _metadata.Gmb.Geometry;

    /// <summary>Size in bytes, metadata included.</summary>
    public long SizeBytes => _memory.SizeBytes;

    /// <summary>The file it is kept in; null for memory alone.</summary>
    public string? FilePath => _memory.FilePath;

    /// <summary>Bytes of the data area that are free; a child device takes its size and its page table of them.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_lock)
            {
                return _allocator.FreeBlocks * DeviceGeometry.BlockBytes;
            }
        }
    }

    /// <summary>The child devices there are, in the order of the NAT.</summary>
    public IReadOnlyList<ChildDevice> Children
    {
        get
        {
            lock (_lock)
            {
                return [.. _children.Values.Select(record => record.Child)];
            }
        }
    }

    /// <summary>Makes an empty device.</summary>
    /// <exception cref="NvmException">The size or the file will not do; no file is left behind.</exception>
    public static NvmDevice Create(NvmDeviceOptions options, MemoryLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var geometry = DeviceGeometry.Plan(options.SizeBytes, options.MaxChildDevices);
        var memory = DeviceMemory.Create(options.SizeBytes, options.FilePath, ledger);
        try
        {
            return Start(memory, ledger, options.PowerFailures, lease => DeviceMetadata.Format(memory, lease, options.DeviceId, geometry));
        }
        catch when (options.FilePath is not null)
        {
            File.Delete(options.FilePath);
            throw;
        }
    }

    /// <summary>
    /// Mounts the device that a file holds: checks GMB, NAT and every page table. Once all of it is known to be right, damaged copies are renewed from
    /// their twins and the allocation bitmap from the page tables; a refused file is left as it is.
    /// </summary>
    /// <exception cref="NvmException">The file cannot be opened, another process has it, or a structure is damaged; the message names it.</exception>
    public static NvmDevice Open(string filePath, MemoryLedger ledger)
    {
        var memory = DeviceMemory.Open(filePath, ledger);
        return Start(memory, ledger, powerFailures: null, lease => DeviceMetadata.Load(memory, lease));
    }

    /// <summary>Cuts a child device from the data area. It is there, whole, or not at all, whenever the power fails.</summary>
    /// <param name="name">Its name, 1 to 64 bytes of UTF-8, not yet used on this device.</param>
    /// <param name="sizeBytes">Its size; rounded up to a multiple of 4096.</param>
    /// <exception cref="NvmException">The name will not do, the NAT is full, or the device has too little free.</exception>
    public ChildDevice CreateChild(string name, long sizeBytes)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            RequireFreeName(name);
            if (sizeBytes <= 0 || sizeBytes > SizeBytes)
            {
                throw new NvmException("data area", $"child device '{name}' cannot have {sizeBytes} bytes on a device of {SizeBytes}");
            }

            var free = Array.Find(_nat, entry => !entry.InUse) ?? throw new NvmException("NAT", $"all {_nat.Length} entries are taken; no room for child device '{name}'");
            var blocks = BlocksOf(sizeBytes);
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
    }

    /// <summary>
    /// Grows or shrinks a child device while others are used, and it too: its areas and their leases follow. It has the old size or the new one,
    /// whenever the power fails. What it grows by is zero; what it loses is wiped.
    /// </summary>
    /// <param name="name">Which one.</param>
    /// <param name="sizeBytes">Its new size; rounded up to a multiple of 4096.</param>
    /// <param name="usedBytes">What must stay of it, such as a virtual disk on it.</param>
    /// <returns>What it is now.</returns>
    /// <exception cref="NvmException">There is none of this name, the size is less than what is used, or there is too little room on the device or behind an area.</exception>
    public ChildDevice ResizeChild(string name, long sizeBytes, long usedBytes = 0)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var (index, record) = Find(name);
            if (sizeBytes <= 0 || sizeBytes > SizeBytes || sizeBytes < usedBytes)
            {
                throw new NvmException($"child device '{name}'", $"it cannot have {sizeBytes} bytes: "
                    + (sizeBytes > 0 && sizeBytes < usedBytes ? $"{usedBytes} of its {record.Child.SizeBytes} are used" : $"the device has {SizeBytes}"));
            }

            var areas = record.JoinAreas();
            try
            {
                if (BlocksOf(sizeBytes) * DeviceGeometry.BlockBytes != record.Child.SizeBytes)
                {
                    Resize(_nat[index], record, BlocksOf(sizeBytes), areas);
                }

                return record.Child;
            }
            finally
            {
                areas.ForEach(area => area.Leave());
            }
        }
    }

    /// <summary>Deletes a child device, wipes its blocks and frees them.</summary>
    /// <exception cref="NvmException">There is none of this name, or it is mapped.</exception>
    public void DeleteChild(string name)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var (index, record) = Find(name);
            if (record.IsMapped)
            {
                throw new NvmException($"child device '{name}'", "it is mapped; stop its VM first");
            }

            _nat[index] = new NatEntry { Index = index, Generation = _metadata.Gmb.NatGeneration + 1, ChildId = record.Child.Id };
            _metadata.Commit(_nat[index], _children.Count - 1);
            _children.Remove(index);
            WipeAndFree([.. record.AllExtents]);
        }
    }

    /// <summary>Maps a child device as one contiguous range of addresses.</summary>
    /// <param name="child">One of <see cref="Children"/>.</param>
    /// <param name="prefault">Whether every page gets memory now instead of at its first touch; takes time and memory for the whole child device.</param>
    /// <param name="protection">How the area is kept from wild stores.</param>
    /// <exception cref="NvmException">There is no such child device any more, the kernel refuses the mapping, or this machine cannot protect it in this way.</exception>
    public NvmArea Map(ChildDevice child, bool prefault = false, ProtectionMethod protection = ProtectionMethod.None)
    {
        ArgumentNullException.ThrowIfNull(child);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var (_, record) = Find(child.Name);
            if (record.Child.Id != child.Id)
            {
                throw new NvmException($"child device '{child.Name}'", "it was deleted; another has its name now");
            }

            var area = NvmArea.Map(
                record.Child,
                _memory,
                prefault,
                _ledger,
                protect: start => _protection.Make(protection, record.Child, start),
                gate: GateFor(record),
                record.Remove);
            record.Add(area);
            return area;
        }
    }

    /// <summary>
    /// The power fails and comes back: this device ends without another store, and what its memory holds is mounted as <see cref="Open"/> mounts a
    /// file. Every store made so far is there; <see cref="PowerFailureModel"/> is for failures that lose some.
    /// </summary>
    /// <returns>The device from now on; it has the memory that this one had.</returns>
    /// <exception cref="NvmException">A child device is mapped, or a structure is damaged; the message names it.</exception>
    /// <exception cref="InvalidOperationException">A <see cref="PowerFailureModel"/> watches the device: what its power failures leave is the model's to say.</exception>
    public NvmDevice MountAfterPowerFailure()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_powerFailures is not null)
            {
                throw new InvalidOperationException("the device is watched by a model of power failures; its explorer mounts what they leave");
            }

            if (_children.Values.FirstOrDefault(record => record.IsMapped) is { } mapped)
            {
                throw new NvmException($"child device '{mapped.Child.Name}'", "it is mapped; whoever uses it loses power first");
            }

            var isThere = _memory.TryJoin(); // for the new device; this one has not left yet
            Debug.Assert(isThere, "a device that was not disposed is a user of its memory");
            Dispose();
        }

        return Start(_memory, _ledger, powerFailures: null, lease => DeviceMetadata.Load(_memory, lease));
    }

    /// <summary>Ends the device; areas and leases stay good. Twice does no harm.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _metadata.Dispose();
                _memory.Leave();
            }
        }
    }

    /// <summary>Mounts the device that some memory holds; takes over one user's place in it, and the lease on the whole of it.</summary>
    internal static NvmDevice Mount(DeviceMemory memory, NvmLease whole, MemoryLedger ledger, PowerFailureModel? powerFailures) =>
        Start(memory, whole, ledger, powerFailures, () => { }, lease => DeviceMetadata.Load(memory, lease));

    private static NvmDevice Start(DeviceMemory memory, MemoryLedger ledger, PowerFailureModel? powerFailures, Func<NvmLease, DeviceMetadata> load)
    {
        NvmLease whole;
        Action shut;
        try
        {
            whole = DeviceMetadata.LeaseWhole(memory, ledger, powerFailures, out shut);
        }
        catch
        {
            memory.Leave();
            throw;
        }

        return Start(memory, whole, ledger, powerFailures, shut, load);
    }

    private static NvmDevice Start(
        DeviceMemory memory, NvmLease whole, MemoryLedger ledger, PowerFailureModel? powerFailures, Action shut, Func<NvmLease, DeviceMetadata> load)
    {
        try
        {
            var metadata = load(whole);
            var contents = DeviceContents.Load(metadata);
            metadata.Settle(contents.Nat, contents.Allocator);
            return new NvmDevice(memory, metadata, contents, ledger, powerFailures, shut);
        }
        catch
        {
            whole.Dispose();
            memory.Leave();
            throw;
        }
    }

    private Func<nint, AccessGate>? GateFor(ChildRecord record) =>
        _powerFailures is { } model ? start => model.GateFor(start, () => record.Child.Extents) : null;

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
                throw new NvmException($"child device '{child.Name}'", $"it is mapped with room for {narrow.RoomBytes} bytes; stop its VM to grow it to {child.SizeBytes}");
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

        throw new NvmException("data area", $"the device is too small: child device '{name}' needs {blocks * DeviceGeometry.BlockBytes} bytes"
            + $"{(kept.Count > 0 ? " more" : "")}{(pages > 0 ? $" and {pages * DeviceGeometry.BlockBytes} for its page table" : " and its page table")}, "
            + $"{freeBlocks * DeviceGeometry.BlockBytes} of {SizeBytes} are free");
    }

    private void RequireFreeName(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || Encoding.UTF8.GetByteCount(name) > NatEntry.MaxNameBytes || name.Any(char.IsControl))
        {
            throw new NvmException("NAT", $"a child device cannot be called '{name}'; a name has 1 to {NatEntry.MaxNameBytes} bytes, none of them a control character");
        }

        if (_children.Values.Any(record => record.Child.Name == name))
        {
            throw new NvmException("NAT", $"there is a child device '{name}' already");
        }
    }

    private KeyValuePair<int, ChildRecord> Find(string name) => _children.FirstOrDefault(pair => pair.Value.Child.Name == name) is { Value: not null } found
        ? found
        : throw new NvmException("NAT", $"there is no child device '{name}'");

    private static long BlocksOf(long sizeBytes) => (sizeBytes + DeviceGeometry.BlockBytes - 1) / DeviceGeometry.BlockBytes;

    private static IEnumerable<long> BlocksOf(BlockExtent extent)
    {
        for (var block = extent.FirstBlock; block < extent.EndBlock; block++)
        {
            yield return block;
        }
    }
}
