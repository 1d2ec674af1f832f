using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Xunit.Abstractions;

namespace Mbsa.Nvm.Tests.Checking;

/// <summary>
/// Flips every bit of the metadata of a small device, one at a time and none left out.
/// What has a twin is mounted and renewed, what has none is refused and named; nothing else ever happens.
/// </summary>
public sealed class BitFlipTests(ITestOutputHelper output) : IDisposable
{
    private const int Block = DeviceGeometry.BlockBytes;

    private readonly FlippedDevice _device = new();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void A_device_without_a_flipped_bit_is_in_order() => Assert.Equal(0, _device.Check().Count);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_flipped_bit_of_the_GMB_is_renewed_from_the_other_copy(int copy) =>
        Sweep(copy * Block, Block, bit => _device.AssertRenewed(bit, $"GMB copy {copy}", copy * Block));

    [Fact]
    public void A_flipped_bit_of_the_NAT_is_renewed_from_the_other_slot() => Sweep(
        (int)NatEntry.OffsetBytes(0),
        _device.Geometry.NatEntries * NatEntry.EntryBytes,
        bit =>
        {
            var slot = bit / 8 / NatEntry.SlotBytes * NatEntry.SlotBytes;
            _device.AssertRenewed(bit, $"NAT entry {(slot - NatEntry.OffsetBytes(0)) / NatEntry.EntryBytes}", slot);
        });

    [Fact]
    public void A_flipped_bit_of_the_bitmap_is_renewed_from_the_page_tables()
    {
        var offset = (int)_device.Geometry.BitmapFirstBlock * Block;
        var bytes = (int)(_device.Geometry.DeviceBlocks + 63) / 64 * 8;
        Sweep(offset, bytes, bit => _device.AssertRenewed(bit, "bitmap", bit / 8));

        // Behind the bits of the last block nothing is kept, and nothing is read.
        Sweep(offset + bytes, Block - bytes, _device.AssertIgnored);
    }

    [Fact]
    public void A_flipped_bit_of_a_page_table_is_refused_and_the_entry_named()
    {
        foreach (var (name, page) in _device.TablePages)
        {
            Sweep((int)page * Block, Block, bit => _device.AssertRefused(bit, PageTable.StructureOf(name), bit / 64 * 8));
        }
    }

    [Fact]
    public void Whatever_two_flipped_bits_do_is_named_too()
    {
        var random = new Random(1);
        var places = _device.MetadataBits;
        for (var round = 0; round < 2000; round++)
        {
            var (a, b) = (places[random.Next(places.Count)], places[random.Next(places.Count)]);
            _device.Flip(a);
            _device.Flip(b);
            _device.AssertRightOrRefused(a == b);
            _device.Flip(a);
            _device.Flip(b);
        }
    }

    private void Sweep(int offsetBytes, int lengthBytes, Action<int> assert)
    {
        for (var bit = offsetBytes * 8; bit < (offsetBytes + lengthBytes) * 8; bit++)
        {
            assert(bit);
        }

        output.WriteLine($"bytes {offsetBytes} to {offsetBytes + lengthBytes - 1}: all {lengthBytes * 8} bits");
    }
}

/// <summary>A small device in memory that is mapped once and mounted thousands of times.</summary>
internal sealed class FlippedDevice : IDisposable
{
    private const int Block = DeviceGeometry.BlockBytes;

    private readonly MemoryLedger _ledger = new();
    private readonly DeviceMemory _memory;
    private readonly NvmLease _lease;
    private readonly List<(string Name, IReadOnlyList<BlockExtent> Extents)> _children;

    public FlippedDevice()
    {
        using var made = new TestDevicePicture();
        Image = made.Bytes;
        _memory = DeviceMemory.Create(Image.Length, null, _ledger);
        _lease = DeviceMetadata.LeaseWhole(_memory, _ledger, powerFailures: null, out _);
        _lease.Write(0, Image);
        var (metadata, contents) = Load();
        Geometry = metadata.Gmb.Geometry;
        _children = Describe(contents);
        TablePages = [.. contents.Children.Values.SelectMany(record => record.Pages.Select(page => (record.Child.Name, page)))];
        Assert.Equal(["large", "scattered", "small"], _children.Select(child => child.Name).Order());
        Assert.True(_children.Single(child => child.Name == "scattered").Extents.Count > 1);
    }

    public byte[] Image { get; }

    public DeviceGeometry Geometry { get; }

    public List<(string Name, long Page)> TablePages { get; }

    public List<int> MetadataBits => [.. Enumerable.Range(0, (int)Geometry.BitmapFirstBlock * Block)
        .Concat(TablePages.SelectMany(table => Enumerable.Range((int)table.Page * Block, Block)))
        .Where(offset => Image[offset] != 0)
        .SelectMany(offset => Enumerable.Range(offset * 8, 8))];

    public FindingList Check() => new DeviceCheck(_lease).Findings;

    public void Flip(int bit) => _lease.Write(bit / 8, [(byte)(_lease.View(bit / 8, 1)[0] ^ (1 << (bit % 8)))]);

    public void AssertRenewed(int bit, string structure, long offsetBytes)
    {
        Flip(bit);
        Assert.Equal((structure, offsetBytes, true), Named(Assert.Single(Check().Kept)));
        var (metadata, contents) = Load();
        Assert.Equal(_children, Describe(contents), Same);
        metadata.Settle(contents.Nat, contents.Allocator);
        Assert.True(IsWhole(), $"bit {bit} was not renewed");
    }

    public void AssertRefused(int bit, string structure, long offsetBytes)
    {
        Flip(bit);
        Assert.Contains((structure, offsetBytes, false), Check().Kept.Select(Named));
        Assert.Equal(structure, Assert.Throws<NvmException>(() => Load()).Structure);
        Flip(bit);
        Assert.True(IsWhole(), $"a mount that refused bit {bit} has stored something");
    }

    public void AssertIgnored(int bit)
    {
        Flip(bit);
        Assert.Equal(0, Check().Count);
        Assert.Equal(_children, Describe(Load().Contents), Same);
        Flip(bit);
    }

    public void AssertRightOrRefused(bool isWhole)
    {
        try
        {
            Assert.Equal(isWhole, Check().Count == 0);
            Assert.Equal(_children, Describe(Load().Contents), Same);
        }
        catch (NvmException refused)
        {
            Assert.NotEmpty(refused.Structure);
        }
    }

    public void Dispose()
    {
        _lease.Dispose();
        _memory.Leave();
        Assert.True(_ledger.IsEmpty, _ledger.Describe());
    }

    private static (string, long, bool) Named(Finding finding) => (finding.Structure, finding.OffsetBytes, finding.Renewal is not null);

    private static List<(string, IReadOnlyList<BlockExtent>)> Describe(DeviceContents contents) =>
        [.. contents.Children.Values.Select(record => (record.Child.Name, record.Child.Extents))];

    private static bool Same((string Name, IReadOnlyList<BlockExtent> Extents) a, (string Name, IReadOnlyList<BlockExtent> Extents) b) =>
        a.Name == b.Name && a.Extents.SequenceEqual(b.Extents);

    private (DeviceMetadata Metadata, DeviceContents Contents) Load()
    {
        var metadata = DeviceMetadata.Load(_memory, _lease);
        return (metadata, DeviceContents.Load(metadata));
    }

    /// <summary>Whether all metadata is as it was; nothing else is ever stored here.</summary>
    private bool IsWhole() =>
        TablePages.Select(table => ((int)table.Page * Block, Block)).Prepend((0, (int)Geometry.DataFirstBlock * Block))
        .All(part => _lease.View(part.Item1, part.Item2).SequenceEqual(Image.AsSpan(part.Item1, part.Item2)));
}
