using System.Text;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
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
    private readonly DeviceMetadata _metadata;
    private readonly ExtentAllocator _allocator;
    private readonly DeviceProtection _protection;
    private readonly NatEntry[] _nat;
    private readonly SortedDictionary<int, ChildRecord> _children = [];
    private bool _disposed;

    private NvmDevice(DeviceMemory memory, DeviceMetadata metadata, NatEntry[] nat, MemoryLedger ledger, Action shut)
    {
        (_memory, _metadata, _nat, _ledger) = (memory, metadata, nat, ledger);
        _protection = new DeviceProtection(memory, ledger, shut);
        _allocator = new ExtentAllocator(metadata.Gmb.Geometry.DataFirstBlock, metadata.Gmb.Geometry.DeviceBlocks);
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
    /// <exception cref="NvmException">The size or the file will not do.</exception>
    public static NvmDevice Create(NvmDeviceOptions options, MemoryLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var geometry = DeviceGeometry.Plan(options.SizeBytes, options.MaxChildDevices);
        return Start(DeviceMemory.Create(options.SizeBytes, options.FilePath, ledger), ledger, lease => DeviceMetadata.Format(lease, options.DeviceId, geometry));
    }

    /// <summary>Mounts the device that a file holds: checks GMB, NAT and every page table, and makes the allocation bitmap anew.</summary>
    /// <exception cref="NvmException">The file cannot be opened, or a structure is damaged; the message names it.</exception>
    public static NvmDevice Open(string filePath, MemoryLedger ledger) =>
        Start(DeviceMemory.Open(filePath, ledger), ledger, DeviceMetadata.Load);

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
            var blocks = (sizeBytes + DeviceGeometry.BlockBytes - 1) / DeviceGeometry.BlockBytes;
            var (extents, tables) = AllocateWithTable(name, blocks);
            var generation = _metadata.Gmb.NatGeneration + 1;
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
            _metadata.WriteBitmap(_allocator, extents.Concat(tables));
            return Enter(entry, extents, pages).Child;
        }
    }

    /// <summary>Deletes a child device and frees its blocks. Its bytes are not wiped.</summary>
    /// <exception cref="NvmException">There is none of this name, or it is mapped.</exception>
    public void DeleteChild(string name)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var (index, record) = Find(name);
            if (Volatile.Read(ref record.Mappings) > 0)
            {
                throw new NvmException($"child device '{name}'", "it is mapped; stop its VM first");
            }

            _nat[index] = new NatEntry { Index = index, Generation = _metadata.Gmb.NatGeneration + 1, ChildId = record.Child.Id };
            _metadata.Commit(_nat[index], _children.Count - 1);
            _children.Remove(index);
            List<BlockExtent> freed = [.. record.Child.Extents, .. record.Pages.Select(page => new BlockExtent(page, 1))];
            freed.ForEach(_allocator.Free);
            _metadata.WriteBitmap(_allocator, freed);
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

            // The end of the area may come from any thread, and after the device's own end: it takes no lock.
            var area = NvmArea.Map(
                record.Child,
                _memory,
                prefault,
                _ledger,
                protect: start => _protection.Make(protection, record.Child, start),
                gate: null,
                () => Interlocked.Decrement(ref record.Mappings));
            Interlocked.Increment(ref record.Mappings);
            return area;
        }
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

    private static NvmDevice Start(DeviceMemory memory, MemoryLedger ledger, Func<NvmLease, DeviceMetadata> metadata)
    {
        NvmLease? whole = null;
        try
        {
            whole = DeviceMetadata.LeaseWhole(memory, ledger, out var shut);
            var loaded = metadata(whole);
            var device = new NvmDevice(memory, loaded, loaded.LoadNat(), ledger, shut);
            device.LoadChildren();
            return device;
        }
        catch
        {
            whole?.Dispose();
            memory.Leave();
            throw;
        }
    }

    private void LoadChildren()
    {
        foreach (var entry in _nat.Where(entry => entry.InUse))
        {
            var (extents, pages) = _metadata.ReadPageTable(entry);
            foreach (var extent in extents.Concat(pages.Select(page => new BlockExtent(page, 1))))
            {
                if (!_allocator.TryTake(extent))
                {
                    throw new NvmException($"page table of child device '{entry.Name}'", $"blocks {extent.FirstBlock} to {extent.EndBlock - 1} have two owners");
                }
            }

            Enter(entry, extents, pages);
        }

        _metadata.WriteBitmap(_allocator);
    }

    private ChildRecord Enter(NatEntry entry, IReadOnlyList<BlockExtent> extents, List<long> pages)
    {
        _nat[entry.Index] = entry;
        var child = new ChildDevice
        {
            Id = entry.ChildId,
            Name = entry.Name,
            SizeBytes = entry.Blocks * DeviceGeometry.BlockBytes,
            Extents = extents,
            PageTableBytes = (long)pages.Count * DeviceGeometry.BlockBytes,
        };
        return _children[entry.Index] = new ChildRecord(child, pages);
    }

    private (IReadOnlyList<BlockExtent> Extents, IReadOnlyList<BlockExtent> Tables) AllocateWithTable(string name, long blocks)
    {
        var freeBlocks = _allocator.FreeBlocks;
        var extents = _allocator.Allocate(blocks);
        var pages = extents is null ? 0 : PageTable.CountPages(extents);
        if (extents is not null && _allocator.Allocate(pages) is { } tables)
        {
            return (extents, tables);
        }

        foreach (var extent in extents ?? [])
        {
            _allocator.Free(extent);
        }

        throw new NvmException("data area", $"the device is too small: child device '{name}' needs {blocks * DeviceGeometry.BlockBytes} bytes"
            + $"{(pages > 0 ? $" and {pages * DeviceGeometry.BlockBytes} for its page table" : " and its page table")}, {freeBlocks * DeviceGeometry.BlockBytes} of {SizeBytes} are free");
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

    private static IEnumerable<long> BlocksOf(BlockExtent extent)
    {
        for (var block = extent.FirstBlock; block < extent.EndBlock; block++)
        {
            yield return block;
        }
    }
}
