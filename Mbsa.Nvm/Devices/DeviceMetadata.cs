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
    private readonly NvmLease _device;
    private int _gmbCopy;

    private DeviceMetadata(NvmLease device, GlobalMetadataBlock gmb, int gmbCopy) => (_device, Gmb, _gmbCopy) = (device, gmb, gmbCopy);

    /// <summary>The GMB that counts.</summary>
    public GlobalMetadataBlock Gmb { get; private set; }

    /// <summary>Maps the whole device for its own bookkeeping.</summary>
    /// <param name="memory">The device's bytes.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <param name="shut">Makes the mapping read-only but for the bookkeeping's own writes, from then on.</param>
    /// <exception cref="NvmException">It has not even room for the GMB, or cannot be mapped.</exception>
    public static NvmLease LeaseWhole(DeviceMemory memory, MemoryLedger ledger, out Action shut)
    {
        if (memory.SizeBytes < GlobalMetadataBlock.Copies * DeviceGeometry.BlockBytes)
        {
            throw new NvmException("GMB", $"{memory.SizeBytes} bytes are too few for a device");
        }

        var range = AddressRange.Reserve(memory.SizeBytes, ledger);
        try
        {
            range.Map(0, memory, 0, memory.SizeBytes, prefault: false);
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
    public static DeviceMetadata Format(NvmLease device, Guid deviceId, DeviceGeometry geometry)
    {
        var metadata = new DeviceMetadata(device, new GlobalMetadataBlock(deviceId, geometry, 0, 0, 0), 1);
        metadata.WriteGmb(metadata.Gmb);
        return metadata;
    }

    /// <summary>Reads the metadata of a device.</summary>
    /// <exception cref="NvmException">Neither GMB copy is valid, or the device has another size than its memory.</exception>
    public static DeviceMetadata Load(NvmLease device)
    {
        var (gmb, copy) = GlobalMetadataBlock.Choose(device.View(0, DeviceGeometry.BlockBytes), device.View(DeviceGeometry.BlockBytes, DeviceGeometry.BlockBytes));
        var sizeBytes = gmb.Geometry.DeviceBlocks * DeviceGeometry.BlockBytes;
        return sizeBytes == device.LengthBytes
            ? new DeviceMetadata(device, gmb, copy)
            : throw new NvmException("GMB", $"the device has {sizeBytes} bytes, but the file holds {device.LengthBytes}");
    }

    /// <summary>Reads the whole NAT, free entries included, and completes what a power failure has cut short.</summary>
    /// <exception cref="NvmException">An entry has no valid slot, or NAT and GMB contradict each other.</exception>
    public NatEntry[] LoadNat()
    {
        var entries = new NatEntry[Gmb.Geometry.NatEntries];
        ulong newest = 0;
        for (var index = 0; index < entries.Length; index++)
        {
            entries[index] = NatEntry.Choose(_device.View(NatOffset(index), NatEntry.EntryBytes), index).Entry;
            newest = Math.Max(newest, entries[index].Generation);
        }

        // The entry is committed before the GMB counts it, so after a power failure the NAT may be one change ahead; anything else is damage.
        var inUse = entries.Count(entry => entry.InUse);
        var ahead = newest - Gmb.NatGeneration;
        if (newest < Gmb.NatGeneration || ahead > 1 || (ahead == 0 && inUse != Gmb.ChildDevices) || Math.Abs(inUse - Gmb.ChildDevices) > 1)
        {
            throw new NvmException("NAT", $"it holds {inUse} child devices after {newest} changes; the GMB counts {Gmb.ChildDevices} after {Gmb.NatGeneration}");
        }

        if (ahead == 1)
        {
            Commit(entries.First(entry => entry.Generation == newest), inUse);
        }

        return entries;
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

    /// <summary>Replaces an entry of the NAT. The change is made once the first slot is fenced; the rest brings copies and counts up to date.</summary>
    public void Commit(NatEntry entry, int childDevices)
    {
        Span<byte> slot = stackalloc byte[NatEntry.SlotBytes];
        entry.Encode(slot);
        var (_, current) = NatEntry.Choose(_device.View(NatOffset(entry.Index), NatEntry.EntryBytes), entry.Index);
        _device.Write(NatOffset(entry.Index) + (1 - current) * NatEntry.SlotBytes, slot);
        _device.Write(NatOffset(entry.Index) + current * NatEntry.SlotBytes, slot);
        WriteGmb(Gmb with { ChildDevices = childDevices, Generation = Gmb.Generation + 1, NatGeneration = entry.Generation });
    }

    /// <summary>Brings the bitmap on the device up to date for some blocks. It can be made anew from the page tables, so no order is needed.</summary>
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

    /// <summary>Writes the whole bitmap, where it differs from the one on the device.</summary>
    public void WriteBitmap(ExtentAllocator allocator)
    {
        const int wordsPerBlock = DeviceGeometry.BlockBytes / 8;
        for (var first = 0; first < allocator.Words.Length; first += wordsPerBlock)
        {
            var words = allocator.Words[first..Math.Min(first + wordsPerBlock, allocator.Words.Length)];
            if (!_device.View(BitmapOffset(first), words.Length * 8).SequenceEqual(MemoryMarshal.AsBytes(words)))
            {
                StreamBitmap(first, words);
            }
        }

        _device.Fence();
    }

    /// <summary>Gives the mapping of the device back.</summary>
    public void Dispose() => _device.Dispose();

    private static long NatOffset(int index) => DeviceGeometry.NatFirstBlock * DeviceGeometry.BlockBytes + (long)index * NatEntry.EntryBytes;

    private long BitmapOffset(int word) => Gmb.Geometry.BitmapFirstBlock * DeviceGeometry.BlockBytes + word * 8L;

    // Words are little endian in memory on every machine that .NET runs on Linux with non-temporal stores; the format is little endian.
    private void StreamBitmap(int firstWord, ReadOnlySpan<ulong> words) => _device.Stream(BitmapOffset(firstWord), MemoryMarshal.AsBytes(words));

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
