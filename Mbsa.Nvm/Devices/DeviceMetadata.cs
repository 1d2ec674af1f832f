using System.Runtime.InteropServices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// The device's metadata where it lies: every store to GMB, NAT, page tables and bitmap goes through here, in the order that survives a
/// power failure at any point. Not thread-safe; the device locks.
/// </summary>
internal sealed class DeviceMetadata : IDisposable
{
    private const int WordsPerBlock = DeviceGeometry.BlockBytes / 8;

    private readonly DeviceMemory _memory;
    private readonly NvmLease _device;
    private int _gmbCopy;

    private DeviceMetadata(DeviceMemory memory, NvmLease device, GlobalMetadataBlock gmb, int gmbCopy) =>
        (_memory, _device, Gmb, _gmbCopy) = (memory, device, gmb, gmbCopy);

    /// <summary>The GMB that counts.</summary>
    public GlobalMetadataBlock Gmb { get; private set; }

    /// <summary>Maps the whole device for its own bookkeeping; the power-failure model, if there is one, watches it from here on.</summary>
    /// <param name="memory">The device's bytes.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <param name="powerFailures">The model; null for none.</param>
    /// <param name="shut">Makes the mapping read-only but for the bookkeeping's own writes, from then on.
    /// A device that is watched stays open.</param>
    /// <exception cref="NvmException">It has not even room for the GMB, or cannot be mapped.</exception>
    public static NvmLease LeaseWhole(DeviceMemory memory, MemoryLedger ledger, IStoreWatch? powerFailures, out Action shut)
    {
        if (memory.SizeBytes < GlobalMetadataBlock.Copies * DeviceGeometry.BlockBytes)
        {
            throw new NvmException("GMB", $"{memory.SizeBytes} bytes are too few for a device");
        }

        var range = AddressRange.Reserve(memory.SizeBytes, ledger, $"metadata of {memory.Name}");
        try
        {
            range.Map(0, memory, 0, memory.SizeBytes, prefault: false);
            if (powerFailures is not null)
            {
                shut = () => { };
                powerFailures.Watch(memory, range.Start);
                return new NvmLease(new SharedLifetime(range.Release), range.Start,
                    memory.SizeBytes, powerFailures.GateForDevice(range.Start));
            }

            var pages = new PageProtection(range.Start);
            shut = () => pages.Shut(range, 0, memory.SizeBytes);
            return new NvmLease(new SharedLifetime(range.Release), range.Start, memory.SizeBytes, pages.MakeGate());
        }
        catch
        {
            range.Release();
            throw;
        }
    }

    /// <summary>Writes the metadata of an empty device. NAT and bitmap of new memory are zero, which is what they have to be.</summary>
    public static DeviceMetadata Format(DeviceMemory memory, NvmLease device, Guid deviceId, DeviceGeometry geometry)
    {
        var metadata = new DeviceMetadata(memory, device, new GlobalMetadataBlock(deviceId, geometry, 0, 0, 0), 1);
        metadata.WriteGmb(metadata.Gmb);
        return metadata;
    }

    /// <summary>Reads the metadata of a device. Stores nothing.</summary>
    /// <exception cref="NvmException">Neither GMB copy is valid, or the device has another size than its memory.</exception>
    public static DeviceMetadata Load(DeviceMemory memory, NvmLease device)
    {
        var (gmb, copy) = GlobalMetadataBlock.Choose(device.View(0, DeviceGeometry.BlockBytes),
            device.View(DeviceGeometry.BlockBytes, DeviceGeometry.BlockBytes));
        var sizeBytes = gmb.Geometry.DeviceBlocks * DeviceGeometry.BlockBytes;
        return sizeBytes == device.LengthBytes
            ? new DeviceMetadata(memory, device, gmb, copy)
            : throw new NvmException("GMB", $"the device has {sizeBytes} bytes, but the file holds {device.LengthBytes}");
    }

    /// <summary>Reads the whole NAT, free entries included. Stores nothing.</summary>
    /// <exception cref="NvmException">An entry has no valid slot, or NAT and GMB contradict each other.</exception>
    public NatEntry[] LoadNat()
    {
        var entries = new NatEntry[Gmb.Geometry.NatEntries];
        for (var index = 0; index < entries.Length; index++)
        {
            entries[index] = NatEntry.Choose(_device.View(NatEntry.OffsetBytes(index), NatEntry.EntryBytes), index).Entry;
        }

        return Gmb.Contradicts(entries) is { } problem ? throw new NvmException("NAT", problem) : entries;
    }

    /// <summary>
    /// Completes what a power failure has cut short and renews what is damaged, once everything is known to be right: NAT slots and GMB
    /// copies from their twins, the bitmap from the page tables. Blocks that the bitmap says are taken and nobody has were not wiped yet.
    /// </summary>
    public void Settle(NatEntry[] entries, ExtentAllocator allocator)
    {
        for (var index = 0; index < entries.Length; index++)
        {
            var offset = NatEntry.OffsetBytes(index);
            var (_, good) = NatEntry.Choose(_device.View(offset, NatEntry.EntryBytes), index);
            Renew(offset + (1 - good) * NatEntry.SlotBytes, offset + good * NatEntry.SlotBytes, NatEntry.SlotBytes);
        }

        Renew((1 - _gmbCopy) * DeviceGeometry.BlockBytes, _gmbCopy * DeviceGeometry.BlockBytes, DeviceGeometry.BlockBytes);
        var newest = entries.Max(entry => entry.Generation);
        if (newest != Gmb.NatGeneration)
        {
            WriteGmb(Gmb with
            {
                ChildDevices = entries.Count(entry => entry.InUse),
                Generation = Gmb.Generation + 1,
                NatGeneration = newest,
            });
        }

        foreach (var extent in Unwiped(allocator))
        {
            Wipe(extent);
        }

        WriteBitmap(allocator);
    }

    /// <summary>Writes a child device's page table and fences, so that the NAT may point to it.</summary>
    /// <returns>The block of its root.</returns>
    public long WritePageTable(uint childId, IReadOnlyList<BlockExtent> extents, IReadOnlyList<long> pages)
    {
        var root = PageTable.Write(childId, extents, pages, (block, page) => _device.Stream(block * DeviceGeometry.BlockBytes, page));
        _device.Fence();
        return root;
    }

    /// <summary>Reads a child device's page table.</summary>
    public (List<BlockExtent> Extents, List<long> Pages) ReadPageTable(NatEntry entry) =>
        PageTable.Read(entry, Gmb.Geometry, block => _device.View(block * DeviceGeometry.BlockBytes, DeviceGeometry.BlockBytes));

    /// <summary>
    /// Replaces an entry of the NAT. The change is made once the first slot is fenced; the rest brings copies and counts up to date.
    /// </summary>
    public void Commit(NatEntry entry, int childDevices)
    {
        Span<byte> slot = stackalloc byte[NatEntry.SlotBytes];
        entry.Encode(slot);
        var (_, current) = NatEntry.Choose(_device.View(NatEntry.OffsetBytes(entry.Index), NatEntry.EntryBytes), entry.Index);
        _device.Write(NatEntry.OffsetBytes(entry.Index) + (1 - current) * NatEntry.SlotBytes, slot);
        _device.Write(NatEntry.OffsetBytes(entry.Index) + current * NatEntry.SlotBytes, slot);
        WriteGmb(Gmb with { ChildDevices = childDevices, Generation = Gmb.Generation + 1, NatGeneration = entry.Generation });
    }

    /// <summary>
    /// Brings the bitmap on the device up to date for some blocks: before they are written when they were taken,
    /// after they are wiped when they are freed. So a block that the bitmap calls free is zero, whenever the power fails.
    /// </summary>
    public void WriteBitmap(ExtentAllocator allocator, IEnumerable<BlockExtent> changed)
    {
        foreach (var extent in changed)
        {
            var first = (int)(extent.FirstBlock / 64);
            var words = allocator.Words[first..(int)((extent.EndBlock + 63) / 64)];
            StreamBitmap(first, words);
        }

        _device.Fence();
    }

    /// <summary>
    /// Makes blocks zero that nobody has any more, so that who gets them next cannot read what was there. Persistent when it returns.
    /// </summary>
    public void Wipe(BlockExtent extent)
    {
        if (_device.IsDirect && _memory.TryWipe(extent.FirstBlock * DeviceGeometry.BlockBytes, extent.Blocks * DeviceGeometry.BlockBytes))
        {
            return;
        }

        ReadOnlySpan<byte> zeros = stackalloc byte[DeviceGeometry.BlockBytes];
        for (var block = extent.FirstBlock; block < extent.EndBlock; block++)
        {
            _device.Stream(block * DeviceGeometry.BlockBytes, zeros);
        }

        _device.Fence();
    }

    /// <summary>Writes the whole bitmap, where it differs from the one on the device.</summary>
    public void WriteBitmap(ExtentAllocator allocator)
    {
        for (var first = 0; first < allocator.Words.Length; first += WordsPerBlock)
        {
            var words = allocator.Words[first..Math.Min(first + WordsPerBlock, allocator.Words.Length)];
            if (!_device.View(BitmapOffset(first), words.Length * 8).SequenceEqual(MemoryMarshal.AsBytes(words)))
            {
                StreamBitmap(first, words);
            }
        }

        _device.Fence();
    }

    /// <summary>Gives the mapping of the device back.</summary>
    public void Dispose() => _device.Dispose();

    private long BitmapOffset(int word) => Gmb.Geometry.BitmapFirstBlock * DeviceGeometry.BlockBytes + word * 8L;

    // Words are little endian in memory on every machine that .NET runs on Linux with non-temporal stores; the format is little endian.
    private void StreamBitmap(int firstWord, ReadOnlySpan<ulong> words) =>
        _device.Stream(BitmapOffset(firstWord), MemoryMarshal.AsBytes(words));

    /// <summary>Copies one of two twins over the other, where they differ.</summary>
    private void Renew(long offsetBytes, long goodOffsetBytes, int lengthBytes)
    {
        var good = _device.View(goodOffsetBytes, lengthBytes);
        if (!_device.View(offsetBytes, lengthBytes).SequenceEqual(good))
        {
            Span<byte> copy = stackalloc byte[DeviceGeometry.BlockBytes];
            good.CopyTo(copy);
            _device.Write(offsetBytes, copy[..lengthBytes]);
        }
    }

    private List<BlockExtent> Unwiped(ExtentAllocator allocator)
    {
        List<BlockExtent> extents = [];
        for (var first = 0; first < allocator.Words.Length; first += WordsPerBlock)
        {
            var words = allocator.Words[first..Math.Min(first + WordsPerBlock, allocator.Words.Length)];
            var stored = MemoryMarshal.Cast<byte, ulong>(_device.View(BitmapOffset(first), words.Length * 8));
            for (var word = stored.CommonPrefixLength(words); word < words.Length; word++)
            {
                ExtentList.AppendBits(extents, (first + word) * 64L, stored[word] & ~words[word]);
            }
        }

        return extents;
    }

    private void WriteGmb(GlobalMetadataBlock gmb)
    {
        Span<byte> block = stackalloc byte[DeviceGeometry.BlockBytes];
        gmb.Encode(block);
        _device.Write((1 - _gmbCopy) * DeviceGeometry.BlockBytes, block);
        _device.Write(_gmbCopy * DeviceGeometry.BlockBytes, block);
        _gmbCopy = 1 - _gmbCopy;
        Gmb = gmb;
    }
}
