using Mbsa.Nvm;
using Mbsa.Nvm.Layout;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Storage;

public sealed class DamagedDiskTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void An_area_without_a_disk_is_refused()
    {
        using var test = new TestArea(MiB);
        using var tiny = new TestArea(4096);

        Assert.Equal("super block: neither copy is valid: the area holds no virtual disk",
            Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Message);
        Assert.Equal("super block", Assert.Throws<NvmException>(() => VirtualDisks.Mount(tiny.Area)).Structure);
    }

    [Fact]
    public void Either_copy_of_the_super_block_may_be_damaged_and_not_both()
    {
        using var test = VirtualDiskTests.Formatted(MiB);
        foreach (var place in new[] { 0, 8, 40, 104, 112, 2000, 4095 })
        {
            for (var copy = 0; copy < 2; copy++)
            {
                test.Damage(copy * 4096 + place, value => (byte)(value ^ 1));
                VirtualDisks.Mount(test.Area).Dispose();
                // The mount has written both copies anew.
                test.Damage((1 - copy) * 4096 + place, value => (byte)(value ^ 1));
                VirtualDisks.Mount(test.Area).Dispose();
            }
        }

        test.Damage(40, value => (byte)(value ^ 1));
        test.Damage(4096 + 40, value => (byte)(value ^ 1));
        Assert.Equal("super block: neither copy is valid: its checksum is wrong",
            Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Message);
    }

    [Fact]
    public void Every_single_flipped_bit_of_the_super_block_is_seen()
    {
        var block = new byte[4096];
        var superBlock = new SuperBlock(Guid.Empty, new DiskGeometry(1000, 3, 2), "due-time", "q=128 t=64", false, 9);
        superBlock.Encode(block);
        Assert.Equal(superBlock, SuperBlock.Decode(block, out _));
        for (var bit = 0; bit < block.Length * 8; bit++)
        {
            block[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(SuperBlock.Decode(block, out _));
            block[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_single_flipped_bit_of_the_VDMT_is_seen_and_the_entry_named()
    {
        using var test = VirtualDiskTests.Formatted(16 * 4096);
        for (var bit = 0; bit < 16 * 64; bit++)
        {
            test.Damage(2 * 4096 + bit / 8, value => (byte)(value ^ (1 << (bit % 8))));
            Assert.StartsWith($"VDMT: the entry of block {bit / 64} is damaged",
                Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Message, StringComparison.Ordinal);
            test.Damage(2 * 4096 + bit / 8, value => (byte)(value ^ (1 << (bit % 8))));
        }

        VirtualDisks.Mount(test.Area).Dispose();
    }

    [Theory]
    [InlineData(4, "which another entry has")]
    [InlineData(16, "of 16")]
    public void A_sealed_entry_that_points_astray_is_refused(int physical, string expected)
    {
        using var test = VirtualDiskTests.Formatted(16 * 4096);
        using (var lease = test.Area.Lease())
        {
            var seal = SuperBlock.Load(lease).Seal;
            lease.Write(Vdmt.OffsetBytes(5), BitConverter.GetBytes(CheckedEntry.Seal((uint)physical | (1UL << 40), seal, 5)));
        }

        Assert.Contains(expected, Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_VDMT_of_another_disk_does_not_pass()
    {
        using var test = VirtualDiskTests.Formatted(16 * 4096);
        using (var lease = test.Area.Lease())
        {
            (SuperBlock.Load(lease) with { DiskId = Guid.NewGuid() }).Store(lease);
        }

        Assert.Equal("VDMT", Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Structure);
    }

    [Fact]
    public void A_disk_larger_than_its_area_is_refused()
    {
        using var test = VirtualDiskTests.Formatted(16 * 4096);
        using (var lease = test.Area.Lease())
        {
            (SuperBlock.Load(lease) with { Geometry = new DiskGeometry(17, 0, 1) }).Store(lease);
        }

        Assert.Contains("the area has", Assert.Throws<NvmException>(() => VirtualDisks.Mount(test.Area)).Message, StringComparison.Ordinal);
    }
}
