using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Wear;

public sealed class WearLogTests
{
    private const int Blocks = 48;

    [Fact]
    public void A_record_survives_its_line_and_any_flipped_bit_of_it_is_seen()
    {
        var record = new WearLogRecord(12345678901, 12345678900, 7, 9);
        var line = new byte[WearLogRecord.Bytes];
        record.Encode(line, seal: 5);
        Assert.True(WearLogRecord.TryDecode(line, 5, out var read));
        Assert.Equal(record, read);
        Assert.False(WearLogRecord.TryDecode(line, 6, out _));
        for (var bit = 0; bit < line.Length * 8; bit++)
        {
            line[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(WearLogRecord.TryDecode(line, 5, out _));
            line[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.False(WearLogRecord.TryDecode(new byte[WearLogRecord.Bytes], 0, out _));
    }

    [Fact]
    public void A_torn_record_costs_nothing_that_was_acknowledged_wherever_in_the_ring_it_is()
    {
        using var wear = new WearDisk("due-time", "q=16 t=1 atomic", Blocks);
        using var session = wear.Disk.OpenSession();
        var ring = new Ring(wear.Disk);
        var model = new uint[Blocks];
        for (var write = 1u; write <= 3 * ring.Slots; write++)
        {
            var block = write * 7 % 5 == 0 ? write % Blocks : 3;
            session.Write(block * 4096L, BitConverter.GetBytes(model[block] = write));
            if (write > 3 && write < ring.Slots - 40)
            {
                continue; // until the ring comes round nothing new can happen
            }

            if (write > ring.Slots + 40 && write % 5 > 0)
            {
                continue;
            }

            using var left = wear.Snapshot();
            using (var lease = left.Area.Lease())
            {
                // What a power failure leaves of the next record: its first half over whatever was in the slot.
                var torn = new byte[WearLogRecord.Bytes];
                var newest = ring.Newest(lease);
                new WearLogRecord(newest.Sequence + 1, newest.Tail, 1, 1).Encode(torn, ring.Seal);
                lease.Write(ring.OffsetBytes(newest.Sequence + 1), torn.AsSpan(0, 32));
            }

            using var disk = VirtualDisks.Mount(left.Area);
            using var reader = disk.OpenSession();
            var read = new byte[4];
            for (var i = 0; i < Blocks; i++)
            {
                reader.Read(i * 4096L, read);
                Assert.Equal(model[i], BitConverter.ToUInt32(read));
            }
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(250)]
    public void Each_record_that_matters_is_missed_and_none_that_does_not(int writes)
    {
        using var wear = new WearDisk("due-time", "q=16 t=1 atomic", Blocks);
        using var session = wear.Disk.OpenSession();
        var ring = new Ring(wear.Disk);
        for (var i = 0; i < writes; i++)
        {
            session.Write(i % Blocks * 4096L, [1]);
        }

        WearLogRecord newest;
        using (var lease = wear.Test.Area.Lease())
        {
            newest = ring.Newest(lease);
        }

        Assert.InRange(newest.Sequence, (ulong)writes, ulong.MaxValue);
        for (var sequence = Math.Max(1, newest.Sequence - ring.Slots + 1); sequence < newest.Sequence; sequence += 3)
        {
            using var left = wear.Snapshot();
            left.Damage(ring.OffsetBytes(sequence) + 20, value => (byte)(value ^ 4));
            if (sequence > newest.Tail)
            {
                var error = Assert.Throws<NvmException>(() => VirtualDisks.Mount(left.Area));
                Assert.Equal("wear log", error.Structure);
                Assert.Contains($"record {sequence} is damaged", error.Message, StringComparison.Ordinal);
            }
            else
            {
                VirtualDisks.Mount(left.Area).Dispose();
            }
        }
    }

    [Fact]
    public void A_disk_that_was_ended_says_so_in_its_log()
    {
        using var wear = new WearDisk("due-time", "q=16 t=1 atomic", Blocks);
        using (var session = wear.Disk.OpenSession())
        {
            session.Write(0, [1]);
        }

        var ring = new Ring(wear.Disk);
        wear.Remount();
        wear.Disk.Dispose();
        using var lease = wear.Test.Area.Lease();
        var mark = ring.Newest(lease);
        Assert.True(mark.IsEndMark);
        Assert.Equal(mark.Sequence - 1, mark.Tail);

        wear.Test.Damage(ring.OffsetBytes(mark.Sequence), value => (byte)(value ^ 3)); // of one bit it would be mended
        // The mark before it is of the mount before: nothing happened in between, so nothing is missing.
        VirtualDisks.Mount(wear.Test.Area).Dispose();
        mark = ring.Newest(lease);
        lease.Write(ring.OffsetBytes(mark.Sequence), new byte[64]);
        lease.Write(ring.OffsetBytes(mark.Sequence - 1), new byte[64]);
        var error = Assert.Throws<NvmException>(() => VirtualDisks.Mount(wear.Test.Area));
        Assert.Contains("the newest record must be the mark of that", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_points_astray_is_refused()
    {
        using var wear = new WearDisk("due-time", "", Blocks);
        var ring = new Ring(wear.Disk);
        foreach (var (logical, physical, tail, expected) in new[]
        {
            ((uint)Blocks, 0u, 0ul, "it moves block 48 of 48"),
            (0u, 64u, 0ul, "to physical block 64 of 64"),
            (0u, 1u, 1ul, "its tail is 1"),
            (0u, 1u, 0ul, "which another entry has"),
        })
        {
            using var left = wear.Snapshot();
            using (var lease = left.Area.Lease())
            {
                var line = new byte[WearLogRecord.Bytes];
                new WearLogRecord(1, tail, logical, physical).Encode(line, ring.Seal);
                lease.Write(ring.OffsetBytes(1), line);
            }

            Assert.Contains(expected, Assert.Throws<NvmException>(() => VirtualDisks.Mount(left.Area)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_log_of_the_disk_that_was_there_before_is_forgotten()
    {
        using var wear = new WearDisk("due-time", "q=16 t=1 atomic", Blocks);
        using (var session = wear.Disk.OpenSession())
        {
            session.WriteNothing(0, Blocks * 4096);
        }

        var id = wear.Disk.DiskId;
        wear.Disk.Dispose();
        VirtualDisks.Format(wear.Test.Area, Blocks * 4096, id, "due-time", "q=16 t=1 atomic");

        using var disk = VirtualDisks.Mount(wear.Test.Area);
        Assert.Equal(Enumerable.Range(0, Blocks).Select(i => (uint)i), disk.Map);
        Assert.Equal(0, disk.SummariseWear().Writes);
    }

    [Fact]
    public void A_disk_laid_out_otherwise_than_its_policy_says_is_refused()
    {
        using var wear = new WearDisk("due-time", "", Blocks);
        using (var lease = wear.Test.Area.Lease())
        {
            var superBlock = SuperBlock.Load(lease);
            (superBlock with
            {
                WearParameters = "q=16 t=64 atomic",
                Geometry = superBlock.Geometry with
                { SpareBlocks = 15 },
                Generation = 99
            }).Store(lease);
        }

        Assert.Equal("super block", Assert.Throws<NvmException>(() => VirtualDisks.Mount(wear.Test.Area)).Structure);
    }

    /// <summary>Where the log of a disk lies.</summary>
    private sealed class Ring(VirtualDisk disk)
    {
        private readonly long _firstBlock = disk.Geometry.WearMetadataFirstBlock + WearCountTable.BlocksFor(disk.Geometry.DataBlocks);

        public uint Seal { get; } = disk.SuperBlock.Seal;

        public uint Slots => (uint)(disk.Geometry.DataFirstBlock - _firstBlock) * 64;

        public long OffsetBytes(ulong sequence) => _firstBlock * 4096 + (long)(sequence % Slots) * 64;

        public WearLogRecord Newest(NvmLease lease)
        {
            WearLogRecord newest = default;
            for (ulong slot = 0; slot < Slots; slot++)
            {
                if (WearLogRecord.TryDecode(lease.View(OffsetBytes(slot), 64), Seal, out var record) && record.Sequence > newest.Sequence)
                {
                    newest = record;
                }
            }

            return newest;
        }
    }
}
