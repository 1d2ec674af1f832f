using Mbsa.Nvm.Devices;
using Mbsa.Vm.Migrating;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Storage;
using Mbsa.Vm.Tests.Wear;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Migrating;

/// <summary>A disk is copied while it is written, round by round, and its copy is the same to the byte.</summary>
public sealed class OutgoingBlocksTests
{
    private const int Block = BlockStorage.BlockBytes;
    private const int GuestBlocks = 200;

    public static TheoryData<string, string> Policies => WearDisk.Policies;

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_copy_is_the_same_to_the_byte(string policy, string parameters)
    {
        using var disk = new WearDisk(policy, parameters, GuestBlocks);
        using var copy = new TestArea(disk.Test.Area.LengthBytes);
        var outgoing = new OutgoingBlocks(disk.Test.Area, disk.Disk.Geometry, hasBytes: true);
        var random = new Random(1);
        for (var round = 0; round < 6; round++)
        {
            Write(disk.Disk, random, writes: 500 >> round);
            MigratedBlocks.Apply(outgoing.Take(disk.Disk.CountWear()).Content, copy.Area);
        }

        Write(disk.Disk, random, writes: 7);
        var counts = disk.Disk.CountWear();
        disk.Disk.Dispose();
        MigratedBlocks.Apply(outgoing.Take(counts).Content, copy.Area);

        Assert.Equal(Bytes(disk.Test.Area), Bytes(copy.Area));
        Assert.Equal(MigratedBlocks.HashOf(disk.Test.Area, hasBytes: true), MigratedBlocks.HashOf(copy.Area, hasBytes: true));
        using var mounted = VirtualDisks.Mount(copy.Area);
        Assert.True(mounted.WasClean);
        Assert.Equal(counts.Writes, mounted.CountWear().Writes);
    }

    [Fact]
    public void A_round_has_what_was_written_since_the_last_one_and_nothing_else()
    {
        using var disk = new WearDisk("none", "", GuestBlocks);
        var outgoing = new OutgoingBlocks(disk.Test.Area, disk.Disk.Geometry, hasBytes: true);
        using var session = disk.Disk.OpenSession();
        session.Write(0, new byte[3 * Block]);
        session.Write(50 * Block + 100, [1, 2, 3]);

        // Two super blocks, the VDMT; three blocks of zeros, one with bytes.
        Assert.Equal(3 + 4, outgoing.Take(disk.Disk.CountWear()).Blocks);
        Assert.Equal(0, outgoing.Take(disk.Disk.CountWear()).Blocks);
        session.Write(51 * Block - 1, [4, 5]);
        Assert.Equal(2, outgoing.Take(disk.Disk.CountWear()).Blocks);
    }

    [Fact]
    public void A_block_that_was_sent_and_is_zero_again_is_zero_in_the_copy()
    {
        using var disk = new WearDisk("none", "", GuestBlocks);
        using var copy = new TestArea(disk.Test.Area.LengthBytes);
        var outgoing = new OutgoingBlocks(disk.Test.Area, disk.Disk.Geometry, hasBytes: true);
        using var session = disk.Disk.OpenSession();
        session.Write(7 * Block, [1]);
        MigratedBlocks.Apply(outgoing.Take(disk.Disk.CountWear()).Content, copy.Area);
        session.Write(7 * Block, new byte[Block]);
        MigratedBlocks.Apply(outgoing.Take(disk.Disk.CountWear()).Content, copy.Area);
        Assert.Equal(Bytes(disk.Test.Area), Bytes(copy.Area));
    }

    [Fact]
    public void What_was_written_before_a_power_failure_is_copied_though_its_count_is_lost()
    {
        using var disk = new WearDisk("none", "", GuestBlocks);
        using var copy = new TestArea(disk.Test.Area.LengthBytes);
        using (var session = disk.Disk.OpenSession())
        {
            session.Write(9 * Block, [42]);
            disk.Disk.LosePower();
        }

        using var back = VirtualDisks.Mount(disk.Test.Area);
        Assert.Equal(0u, back.CountWear().Writes[9]);
        MigratedBlocks.Apply(new OutgoingBlocks(disk.Test.Area, back.Geometry, hasBytes: true).Take(back.CountWear()).Content, copy.Area);
        Assert.Equal(Bytes(disk.Test.Area), Bytes(copy.Area));
    }

    [Fact]
    public void Blocks_without_bytes_are_counted_and_only_metadata_is_carried()
    {
        using var disk = new WearDisk("due-time", "q=16 t=1", GuestBlocks, new MountOptions { CopiesBytes = false });
        using var copy = new TestArea(disk.Test.Area.LengthBytes);
        var outgoing = new OutgoingBlocks(disk.Test.Area, disk.Disk.Geometry, hasBytes: false);
        MigratedBlocks.Apply(outgoing.Take(disk.Disk.CountWear()).Content, copy.Area);
        using (var session = disk.Disk.OpenSession())
        {
            for (var i = 0; i < 100; i++)
            {
                session.WriteNothing(i * Block, Block);
            }
        }

        var counts = disk.Disk.CountWear();
        disk.Disk.Dispose();
        var last = outgoing.Take(counts);
        Assert.InRange(last.Blocks, 100, 100 + disk.Disk.Geometry.DataFirstBlock);
        Assert.InRange(Shipment.BodyBytes(last.Content), 0, (disk.Disk.Geometry.DataFirstBlock + 1) * Block);
        MigratedBlocks.Apply(last.Content, copy.Area);
        Assert.Equal(MigratedBlocks.HashOf(disk.Test.Area, hasBytes: false), MigratedBlocks.HashOf(copy.Area, hasBytes: false));
        using var mounted = VirtualDisks.Mount(copy.Area);
        Assert.Equal(counts.Writes, mounted.CountWear().Writes);
    }

    [Fact]
    public void Blocks_of_an_area_of_another_length_are_refused_and_change_nothing()
    {
        using var disk = new WearDisk("none", "", GuestBlocks);
        using var copy = new TestArea(disk.Test.Area.LengthBytes + Block);
        var round = new OutgoingBlocks(disk.Test.Area, disk.Disk.Geometry, hasBytes: true).Take(disk.Disk.CountWear());
        Assert.Equal(disk.Test.Area.LengthBytes, MigratedBlocks.AreaBytes(round.Content));
        Assert.Throws<InvalidDataException>(() => MigratedBlocks.Apply(round.Content, copy.Area));
        round.Content[^1] ^= 1;
        Assert.Throws<InvalidDataException>(() => MigratedBlocks.AreaBytes(round.Content));
        Assert.Throws<InvalidDataException>(() => MigratedBlocks.Apply(round.Content, copy.Area));
        Assert.False(Bytes(copy.Area).AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_disk_with_more_metadata_than_can_be_held_is_refused()
    {
        using var area = new TestArea(1 << 20);
        var problem = Assert.Throws<InvalidDataException>(() =>
            new OutgoingBlocks(area.Area, new DiskGeometry(1L << 30, 0, 1 << 20), hasBytes: false));
        Assert.Contains("smaller disk", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_sees_every_byte_and_the_length()
    {
        using var area = new TestArea(3 << 20);
        using var longer = new TestArea((3 << 20) + Block);
        var hash = MigratedBlocks.HashOf(area.Area, hasBytes: true);
        Assert.NotEqual(hash, MigratedBlocks.HashOf(longer.Area, hasBytes: true));
        foreach (var at in (long[])[0, 1 << 20, (3 << 20) - 1])
        {
            area.Damage(at, _ => 1);
            Assert.NotEqual(hash, MigratedBlocks.HashOf(area.Area, hasBytes: true));
            area.Damage(at, _ => 0);
        }

        Assert.Equal(hash, MigratedBlocks.HashOf(area.Area, hasBytes: true));
    }

    private static void Write(VirtualDisk disk, Random random, int writes)
    {
        using var session = disk.OpenSession();
        var bytes = new byte[3 * Block];
        for (var i = 0; i < writes; i++)
        {
            // Most of them on a tenth of the disk, so that a policy has something to level; some unaligned, some of zeros.
            var length = random.Next(1, bytes.Length);
            var offset = random.Next(random.Next(10) > 0 ? GuestBlocks / 10 * Block : GuestBlocks * Block - length);
            random.NextBytes(bytes);
            session.Write(offset, random.Next(4) == 0 ? new byte[length] : bytes.AsSpan(0, length));
        }
    }

    private static byte[] Bytes(NvmArea area)
    {
        using var lease = area.Lease();
        return lease.View(0, (int)area.LengthBytes).ToArray();
    }
}
