using Mbsa.Nvm;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Checking;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Storage;
using Mbsa.Vm.Wear;
using Xunit.Abstractions;

namespace Mbsa.Vm.Tests.Checking;

public sealed class DiskCheckTests(ITestOutputHelper output)
{
    private const int Block = BlockStorage.BlockBytes;

    [Fact]
    public void A_disk_in_order_has_no_findings_and_a_mounted_one_a_note()
    {
        using var test = VirtualDiskTests.Formatted(16 * Block);
        Assert.Equal(0, DiskCheck.Run(test.Area).Findings.Count);
        using var disk = VirtualDisks.Mount(test.Area);

        var check = DiskCheck.Run(test.Area);

        Assert.Equal((1, 0), (check.Findings.Count, check.Findings.Problems));
        Assert.Equal("super block, block 0, byte 0: the disk was not ended cleanly", check.Findings.Kept[0].ToString());
        Assert.Equal(disk.DiskId, check.SuperBlock!.DiskId);
    }

    [Fact]
    public void An_area_without_a_disk_is_in_order_and_holds_none()
    {
        using var test = new TestArea(1 << 20);
        Assert.Null(VirtualDisk.Find(test.Area));
        Assert.Equal((0, null), (DiskCheck.Run(test.Area).Findings.Count, DiskCheck.Run(test.Area).SuperBlock));

        test.Damage(0, _ => 7); // raw bytes of somebody
        Assert.Equal(0, DiskCheck.Run(test.Area).Findings.Count);
        Assert.Throws<NvmException>(() => VirtualDisk.Find(test.Area));
        Assert.False(VirtualDisk.IsMarked(test.Area));
    }

    [Fact]
    public void A_formatting_that_was_cut_short_in_its_first_copy_leaves_no_disk()
    {
        using var test = VirtualDiskTests.Formatted(16 * Block);
        using (var lease = test.Area.Lease())
        {
            lease.Write(Block, new byte[Block]);
            Assert.NotNull(VirtualDisk.Find(test.Area));
            lease.Write(Block / 2, new byte[Block / 2]);
        }

        Assert.Null(VirtualDisk.Find(test.Area));
        Assert.Equal(0, DiskCheck.Run(test.Area).Findings.Count);
    }

    [Fact]
    public void Every_flipped_bit_is_either_renewed_or_refused_and_named()
    {
        using var test = VirtualDiskTests.Formatted(16 * Block);
        using var lease = test.Area.Lease();
        var metadata = lease.View(0, 3 * Block).ToArray();
        var (id, map) = Mounted(test.Area);
        lease.Write(0, metadata);
        const int bits = (2 * Block + 16 * 8) * 8;
        for (var bit = 0; bit < bits; bit++)
        {
            lease.Write(bit / 8, [(byte)(metadata[bit / 8] ^ (1 << (bit % 8)))]);
            var finding = Assert.Single(DiskCheck.Run(test.Area).Findings.Kept);
            if (bit < 2 * Block * 8)
            {
                var copy = bit / 8 / Block;
                Assert.Equal(($"super block copy {copy}", copy * Block, true),
                    (finding.Structure, finding.OffsetBytes, finding.Renewal is not null));
                var (foundId, foundMap) = Mounted(test.Area);
                Assert.Equal(id, foundId);
                Assert.Equal(map, foundMap);
                Assert.Equal(lease.View(0, Block), lease.View(Block, Block));
            }
            else
            {
                Assert.Equal(("VDMT", (long)(bit / 64 * 8), false), (finding.Structure, finding.OffsetBytes, finding.Renewal is not null));
                Assert.Equal("VDMT", Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Structure);
                Assert.Equal(metadata[bit / 8] ^ (1 << (bit % 8)), lease.View(bit / 8, 1)[0]);
            }

            lease.Write(0, metadata);
        }

        output.WriteLine($"all {bits} bits");
    }

    [Fact]
    public void A_damaged_copy_is_repaired_from_the_other()
    {
        using var test = VirtualDiskTests.Formatted(16 * Block);
        test.Damage(40, value => (byte)(value ^ 1));
        Assert.Equal(1, DeviceInspection.Repair(test.Area, DiskCheck.Run(test.Area).Findings));
        Assert.Equal(0, DiskCheck.Run(test.Area).Findings.Count);

        test.Damage(40, value => (byte)(value ^ 1));
        test.Damage(Block + 40, value => (byte)(value ^ 1));
        var findings = DiskCheck.Run(test.Area).Findings;
        Assert.Equal("super block, block 0, byte 0: neither copy is valid: its checksum is wrong", Assert.Single(findings.Kept).ToString());
        Assert.Equal(0, DeviceInspection.Repair(test.Area, findings));
    }

    [Fact]
    public void A_table_full_of_damage_is_counted_up_to_where_it_helps_nobody()
    {
        using var test = VirtualDiskTests.Formatted(4000 * Block);
        using var lease = test.Area.Lease();
        lease.Write(2 * Block, new byte[4000 * 8]);

        Assert.Equal(FindingList.MaxKept, DiskCheck.Run(test.Area).Findings.Count);
    }

    private static (Guid Id, uint[] Map) Mounted(NvmArea area)
    {
        using var disk = VirtualDisks.Mount(area);
        return (disk.DiskId, disk.Map);
    }
}
