using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Checking;

public sealed class DeviceInspectionTests : IDisposable
{
    private const int Block = DeviceGeometry.BlockBytes;

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-inspect-test-").FullName;
    private readonly MemoryLedger _ledger = new();
    private readonly byte[] _image;

    public DeviceInspectionTests()
    {
        using var picture = new TestDevicePicture();
        _image = picture.Bytes;
    }

    private string FilePath => Path.Combine(_folder, "device.nvm");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Assert.True(_ledger.IsEmpty, _ledger.Describe());
    }

    [Fact]
    public void It_shows_what_a_mount_shows()
    {
        Write(_ => { });
        List<ChildDevice> children;
        long free;
        using (var device = NvmDevice.Open(FilePath, _ledger))
        {
            (children, free) = ([.. device.Children], device.FreeBytes);
        }

        using var inspection = DeviceInspection.Open(FilePath, _ledger);

        Assert.Equal(0, inspection.Findings.Count);
        Assert.Equal(children.Select(child => (child.Id, child.Name, child.SizeBytes, child.PageTableBytes)),
            inspection.Children.Select(child => (child.Id, child.Name, child.SizeBytes, child.PageTableBytes)));
        Assert.Equal(children.SelectMany(child => child.Extents), inspection.Children.SelectMany(child => child.Extents));
        Assert.Equal(free, inspection.FreeRuns.Sum(run => run.Blocks) * Block);
    }

    [Fact]
    public void Who_only_looks_cannot_change_the_file_and_others_may_look_as_well()
    {
        Write(bytes => bytes[40] ^= 1);
        var before = File.ReadAllBytes(FilePath);
        using (var inspection = DeviceInspection.Open(FilePath, _ledger))
        {
            using var other = DeviceInspection.Open(FilePath, _ledger);
            using var area = inspection.Map(inspection.Children[0]);
            using var lease = area.Lease();
            lease.Write(0, "nobody sees this"u8);
            inspection.Repair();
            Assert.Contains("in use", Assert.Throws<NvmException>(() => NvmDevice.Open(FilePath, _ledger)).Message,
                StringComparison.Ordinal);
        }

        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void What_follows_from_what_is_good_is_repaired_and_no_more()
    {
        var geometry = Geometry();
        var bitmap = (int)geometry.BitmapFirstBlock * Block;
        var nobodys = (int)geometry.DeviceBlocks - 1;
        Write(bytes =>
        {
            bytes[100] ^= 1;
            bytes[(int)NatEntry.OffsetBytes(0) + 128 + 9] ^= 1;
            bytes[bitmap + (int)geometry.DataFirstBlock / 8] = 0; // owned, and free by the bitmap
            bytes[bitmap + nobodys / 8] |= 0x80; // nobody's, and taken by the bitmap
            bytes[nobodys * Block + 5] = 77; // as a power failure before the wiping leaves it
        });
        using (var inspection = DeviceInspection.Open(FilePath, _ledger, forRepair: true))
        {
            Assert.Equal(["GMB copy 0", "NAT entry 0", "bitmap", "bitmap"], inspection.Findings.Kept.Select(finding => finding.Structure));
            Assert.Equal(4, inspection.Repair());
        }

        Assert.Equal(_image, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void What_a_repair_frees_it_has_wiped_however_many_findings_there_are()
    {
        // The last finding that is kept has its bit in the middle of a byte, before those of findings that are not.
        DeviceGeometry geometry;
        using (var device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = 16 << 20, DeviceId = Guid.Empty, FilePath = FilePath }, _ledger))
        {
            geometry = device.Geometry;
        }

        var (bytes, bitmap) = (File.ReadAllBytes(FilePath), (int)geometry.BitmapFirstBlock * Block);
        var first = ((int)geometry.DataFirstBlock | 7) + 3;
        for (var leak = 0; leak < FindingList.MaxKept + 50; leak++)
        {
            var block = first + 2 * leak;
            bytes[bitmap + block / 8] |= (byte)(1 << (block % 8));
            bytes.AsSpan(block * Block, Block).Fill(0xFF);
        }

        File.WriteAllBytes(FilePath, bytes);
        using (var inspection = DeviceInspection.Open(FilePath, _ledger, forRepair: true))
        {
            Assert.Equal(FindingList.MaxKept + 50, inspection.Findings.Count);
            Assert.Equal(FindingList.MaxKept, inspection.Repair());
        }

        bytes = File.ReadAllBytes(FilePath);
        var free = Enumerable.Range(0, (int)geometry.DeviceBlocks).Where(block => (bytes[bitmap + block / 8] >> (block % 8) & 1) == 0);
        Assert.DoesNotContain(free, block => bytes.AsSpan(block * Block, Block).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void What_cannot_be_known_is_named_and_left_alone()
    {
        var slot = (int)NatEntry.OffsetBytes(1);
        Write(bytes => (bytes[slot + 8], bytes[slot + 128 + 8]) = (99, 99));
        var before = File.ReadAllBytes(FilePath);
        using (var inspection = DeviceInspection.Open(FilePath, _ledger, forRepair: true))
        {
            var finding = Assert.Single(inspection.Findings.Kept);
            Assert.Equal("NAT entry 1, block 2, byte 256: neither slot is valid: both checksums are wrong", finding.ToString());
            Assert.Equal(0, inspection.Repair());
        }

        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void A_block_with_two_owners_is_named_with_both()
    {
        ChildDevice small, large;
        using (var device = Open())
        {
            (small, large) = (device.Children.Single(child => child.Name == "small"),
                device.Children.Single(child => child.Name == "large"));
        }

        // The first entry of the small child device's lowest page points to the large one's last block, sealed as the device would.
        var mine = CheckedEntry.Seal((ulong)small.Extents[0].FirstBlock | (1UL << 40), small.Id, 0);
        var stolen = CheckedEntry.Seal((ulong)(large.Extents[^1].EndBlock - 1) | (1UL << 40), small.Id, 0);
        Write(bytes => BitConverter.TryWriteBytes(bytes.AsSpan(bytes.AsSpan().IndexOf(BitConverter.GetBytes(mine))), stolen));

        using var inspection = DeviceInspection.Open(FilePath, _ledger);

        var finding = Assert.Single(inspection.Findings.Kept);
        Assert.Equal(PageTable.StructureOf("large"), finding.Structure);
        Assert.Contains("have two owners: child device 'small' has some of them", finding.Problem, StringComparison.Ordinal);
        Assert.Equal((large.Extents[^1].EndBlock - 1) * Block, finding.OffsetBytes);
    }

    [Fact]
    public void A_change_that_was_cut_short_is_named_and_can_be_completed()
    {
        byte[] after;
        using (var device = Open())
        {
            device.CreateChild("new", Block);
        }

        after = File.ReadAllBytes(FilePath);
        Write(bytes =>
        {
            after.CopyTo(bytes, 0);
            _image.AsSpan(0, 2 * Block).CopyTo(bytes);
        });

        using (var inspection = DeviceInspection.Open(FilePath, _ledger, forRepair: true))
        {
            Assert.Equal("GMB", Assert.Single(inspection.Findings.Kept).Structure);
            inspection.Repair();
        }

        Assert.Equal(after, File.ReadAllBytes(FilePath));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData((6 << 20) - 1)]
    [InlineData((6 << 20) + 4096)]
    public void A_file_of_another_size_cannot_be_read_at_all(int sizeBytes)
    {
        Write(_ => { });
        using (var file = File.OpenWrite(FilePath))
        {
            file.SetLength(sizeBytes);
        }

        Assert.Equal("GMB", Assert.Throws<NvmException>(() => DeviceInspection.Open(FilePath, _ledger)).Structure);
    }

    private DeviceGeometry Geometry()
    {
        using var device = Open();
        return device.Geometry;
    }

    private NvmDevice Open()
    {
        Write(_ => { });
        return NvmDevice.Open(FilePath, _ledger);
    }

    private void Write(Action<byte[]> change)
    {
        var bytes = (byte[])_image.Clone();
        change(bytes);
        File.WriteAllBytes(FilePath, bytes);
    }
}
