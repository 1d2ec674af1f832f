using System.Globalization;
using System.Runtime.InteropServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Checking;

/// <summary>
/// One check of everything that a device knows of itself: both GMB copies, both slots of every NAT entry, every entry of every page table,
/// who owns which block, the bitmap. Goes on after a problem and stores nothing.
/// </summary>
internal sealed class DeviceCheck
{
    private readonly NvmLease _device;
    private readonly List<(string Name, BlockExtent Extent)> _owners = [];
    private readonly List<ChildDevice> _children = [];
    private readonly List<BlockExtent> _leaked = [];
    private readonly ExtentAllocator _allocator;
    private bool _isComplete = true;

    /// <summary>Checks a device.</summary>
    /// <param name="device">All of it, mapped.</param>
    /// <exception cref="NvmException">It cannot be read at all:
    /// neither GMB copy is valid, or it has another size than they say.</exception>
    public DeviceCheck(NvmLease device)
    {
        _device = device;
        Gmb = CheckGmb();
        _allocator = new ExtentAllocator(Gmb.Geometry.DataFirstBlock, Gmb.Geometry.DeviceBlocks);
        var nat = CheckNat();
        foreach (var entry in nat.Where(entry => entry.InUse))
        {
            CheckPageTable(entry);
        }

        CheckBitmap();
    }

    /// <summary>The GMB copy that counts.</summary>
    public GlobalMetadataBlock Gmb { get; }

    /// <summary>What is wrong.</summary>
    public FindingList Findings { get; } = new();

    /// <summary>The child devices whose page tables are good.</summary>
    public IReadOnlyList<ChildDevice> Children => _children;

    /// <summary>Blocks that none of them has, in ascending runs.</summary>
    public IEnumerable<BlockExtent> FreeRuns => _allocator.FreeRuns();

    /// <summary>
    /// Blocks that the bitmap calls taken and none of them has, all of them, in ascending order: they may still hold somebody's bytes.
    /// Empty while that cannot be known.
    /// </summary>
    public IReadOnlyList<BlockExtent> Leaked => _leaked;

    private GlobalMetadataBlock CheckGmb()
    {
        const int bytes = DeviceGeometry.BlockBytes;
        var (gmb, good) = GlobalMetadataBlock.Choose(_device.View(0, bytes), _device.View(bytes, bytes));
        if (gmb.Geometry.DeviceBlocks * bytes != _device.LengthBytes)
        {
            throw new NvmException("GMB",
                $"the device has {gmb.Geometry.DeviceBlocks * bytes} bytes, but the file holds {_device.LengthBytes}");
        }

        var goodBytes = _device.View(good * bytes, bytes);
        var other = _device.View((1 - good) * bytes, bytes);
        if (!goodBytes.SequenceEqual(other))
        {
            var older = GlobalMetadataBlock.Decode(other, out var problem);
            Findings.Add(new Finding($"GMB copy {1 - good}", (1 - good) * bytes,
                older is null ? problem : Lagging(older.Generation, gmb.Generation))
            { Renewal = goodBytes.ToArray() });
        }

        return gmb;
    }

    private List<NatEntry> CheckNat()
    {
        List<NatEntry> entries = [];
        for (var index = 0; index < Gmb.Geometry.NatEntries; index++)
        {
            if (CheckNatEntry(index) is { } entry)
            {
                entries.Add(entry);
            }
        }

        foreach (var twice in entries.Where(entry => entry.InUse).GroupBy(entry => entry.Name).Where(group => group.Count() > 1))
        {
            Findings.Add(new Finding($"NAT entry {twice.Last().Index}", NatEntry.OffsetBytes(twice.Last().Index),
                $"entry {twice.First().Index} has the name '{twice.Key}' as well"));
        }

        if (_isComplete)
        {
            CheckCounts(entries);
        }

        return entries;
    }

    private NatEntry? CheckNatEntry(int index)
    {
        const int bytes = NatEntry.SlotBytes;
        var offset = NatEntry.OffsetBytes(index);
        var slotA = _device.View(offset, bytes);
        var slotB = _device.View(offset + bytes, bytes);
        var (a, b) = (NatEntry.Decode(slotA, index), NatEntry.Decode(slotB, index));
        if (a is null && b is null)
        {
            _isComplete = false;
            Findings.Add(new Finding($"NAT entry {index}", offset, "neither slot is valid: both checksums are wrong"));
            return null;
        }

        var good = a is null || b?.Generation > a.Generation ? 1 : 0;
        if (!slotA.SequenceEqual(slotB))
        {
            var (entry, older) = good == 0 ? (a!, b) : (b!, a);
            Findings.Add(new Finding($"NAT entry {index}", offset + (1 - good) * bytes,
                $"slot {1 - good}: {(older is null ? "its checksum is wrong" : Lagging(older.Generation, entry.Generation))}")
            {
                Renewal = (good == 0 ? slotA : slotB).ToArray(),
            });
        }

        return good == 0 ? a : b;
    }

    private void CheckCounts(List<NatEntry> entries)
    {
        var newest = entries.Max(entry => entry.Generation);
        if (Gmb.Contradicts(entries) is { } problem)
        {
            Findings.Add(new Finding("NAT", NatEntry.OffsetBytes(0), problem));
        }
        else if (newest != Gmb.NatGeneration)
        {
            var gmb = Gmb with
            {
                ChildDevices = entries.Count(entry => entry.InUse),
                Generation = Gmb.Generation + 1,
                NatGeneration = newest,
            };
            var both = new byte[GlobalMetadataBlock.Copies * DeviceGeometry.BlockBytes];
            gmb.Encode(both);
            gmb.Encode(both.AsSpan(DeviceGeometry.BlockBytes));
            Findings.Add(new Finding("GMB", 0, $"it does not count change {newest} of the NAT yet: that was cut short") { Renewal = both });
        }
    }

    private void CheckPageTable(NatEntry entry)
    {
        var before = Findings.Count;
        var (extents, pages) = new PageTableReader(
            entry, Gmb.Geometry, block => _device.View(block * DeviceGeometry.BlockBytes, DeviceGeometry.BlockBytes), Findings.Add).Walk();
        foreach (var extent in extents.Concat(ExtentList.OfBlocks(pages)))
        {
            Own(entry, extent);
        }

        _isComplete &= Findings.Count == before;
        if (Findings.Count == before)
        {
            _children.Add(ChildDevice.Of(entry, extents, pages.Count));
        }
    }

    private void Own(NatEntry entry, BlockExtent extent)
    {
        if (!_allocator.TryTake(extent))
        {
            var (name, other) = _owners.Find(owner =>
                owner.Extent.FirstBlock < extent.EndBlock && extent.FirstBlock < owner.Extent.EndBlock);
            Findings.Add(new Finding(
                PageTable.StructureOf(entry.Name),
                Math.Max(other.FirstBlock, extent.FirstBlock) * DeviceGeometry.BlockBytes,
                $"{Blocks(extent)} have two owners: child device '{name}' has some of them"));
            for (var block = extent.FirstBlock; block < extent.EndBlock; block++)
            {
                _allocator.TryTake(new BlockExtent(block, 1));
            }
        }

        _owners.Add((entry.Name, extent));
    }

    private void CheckBitmap()
    {
        const int wordsPerBlock = DeviceGeometry.BlockBytes / 8;
        List<BlockExtent> missing = [];
        for (var first = 0; first < _allocator.Words.Length; first += wordsPerBlock)
        {
            var right = _allocator.Words[first..Math.Min(first + wordsPerBlock, _allocator.Words.Length)];
            var stored = MemoryMarshal.Cast<byte, ulong>(_device.View(BitmapOffset(first * 64L), right.Length * 8));
            for (var word = stored.CommonPrefixLength(right); word < right.Length; word++)
            {
                ExtentList.AppendBits(missing, (first + word) * 64L, right[word] & ~stored[word]);
                ExtentList.AppendBits(_leaked, (first + word) * 64L, _isComplete ? stored[word] & ~right[word] : 0);
            }
        }

        missing.ForEach(extent => AddBitmapFinding(extent, "are free by it, but a child device has them, or they are no data"));
        _leaked.ForEach(extent =>
            AddBitmapFinding(extent, "are taken by it, but no child device has them: a change was cut short, or it is damaged"));
    }

    private void AddBitmapFinding(BlockExtent extent, string problem)
    {
        var (firstByte, endByte) = (extent.FirstBlock / 8, (extent.EndBlock + 7) / 8);
        var right = MemoryMarshal.AsBytes(_allocator.Words)[(int)firstByte..(int)endByte].ToArray();
        Findings.Add(new Finding("bitmap", BitmapOffset(extent.FirstBlock), $"{Blocks(extent)} {problem}")
        {
            Renewal = _isComplete ? right : null,
            IsOfBitmap = true,
        });
    }

    private long BitmapOffset(long block) => Gmb.Geometry.BitmapFirstBlock * DeviceGeometry.BlockBytes + block / 8;

    private static string Blocks(BlockExtent extent) =>
        string.Create(CultureInfo.InvariantCulture, $"blocks {extent.FirstBlock} to {extent.EndBlock - 1}");

    private static string Lagging(ulong generation, ulong newer) =>
        $"it is of generation {generation}, the other of {newer}: a change was cut short";
}
