using CsCheck;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Devices;

public sealed class ResizeTests
{
    private const long MiB = 1 << 20;
    private const int Block = 4096;

    [Fact]
    public void Areas_and_leases_follow_and_bytes_stay()
    {
        using var test = new TestDevice(32 * MiB);
        test.Device.CreateChild("before", MiB);
        var child = test.Device.CreateChild("a", MiB);
        test.Device.CreateChild("behind", MiB); // so that it cannot grow in one piece
        using var area = test.Device.Map(child);
        using var lease = area.Lease();
        lease.Write(MiB - 5, "hello"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => lease.Write(MiB, "x"u8));

        var grown = test.Device.ResizeChild("a", 8 * MiB);

        Assert.Equal((8 * MiB, child.Id), (grown.SizeBytes, grown.Id));
        Assert.True(grown.Extents.Count > 1);
        Assert.Equal((8 * MiB, 8 * MiB), (area.LengthBytes, lease.LengthBytes));
        lease.Write(8 * MiB - 5, "world"u8);
        using var other = area.Lease();
        Assert.Equal("hello"u8, other.View(MiB - 5, 5));
        Assert.Equal("world"u8, other.View(8 * MiB - 5, 5));

        test.Device.ResizeChild("a", MiB);
        Assert.Throws<ArgumentOutOfRangeException>(() => lease.View(MiB, 1).Length);
        Assert.Equal("hello"u8, lease.View(MiB - 5, 5));
    }

    [Fact]
    public void Nothing_is_lost_or_gained_on_the_device()
    {
        using var test = new TestDevice(32 * MiB);
        test.Device.CreateChild("a", MiB);
        var free = test.Device.FreeBytes;
        foreach (var size in new[] { 3 * MiB, 8 * MiB + Block, Block, 2 * MiB, MiB })
        {
            var child = test.Device.ResizeChild("a", size);
            Assert.Equal(size, child.Extents.Sum(extent => extent.Blocks) * Block);
        }

        Assert.Equal(free, test.Device.FreeBytes);
        Assert.Equal(MiB, test.Device.ResizeChild("a", MiB).SizeBytes);
    }

    [Fact]
    public void It_is_there_in_its_new_size_after_a_reopen()
    {
        using var test = new TestDevice(32 * MiB, inFile: true);
        test.Device.CreateChild("a", MiB);
        test.Device.CreateChild("b", MiB);
        var a = test.Device.ResizeChild("a", 9 * MiB);
        var b = test.Device.ResizeChild("b", 3 * Block);
        var free = test.Device.FreeBytes;

        test.Reopen();

        Assert.Equal([a.Extents, b.Extents], test.Device.Children.Select(child => child.Extents));
        Assert.Equal([a.SizeBytes, b.SizeBytes], test.Device.Children.Select(child => child.SizeBytes));
        Assert.Equal(free, test.Device.FreeBytes);
    }

    [Fact]
    public void A_child_that_grows_takes_the_blocks_behind_it_and_then_large_pages()
    {
        using var test = new TestDevice(64 * MiB);
        test.Device.CreateChild("a", 3 * MiB);
        Assert.Single(test.Device.ResizeChild("a", 8 * MiB).Extents);
        test.Device.CreateChild("wall", MiB);

        var grown = test.Device.ResizeChild("a", 20 * MiB);

        Assert.True(grown.LargePageShare == 1, $"{grown.LargePageShare} of {string.Join(", ", grown.Extents)}");
    }

    [Theory]
    [InlineData(0, 0, "it cannot have 0 bytes: the device has 33554432")]
    [InlineData(33554433, 0, "it cannot have 33554433 bytes: the device has 33554432")]
    [InlineData(4096, 5000, "it cannot have 4096 bytes: 5000 of its 1048576 are used")]
    [InlineData(33554432, 0, "the device is too small: child device 'a' needs 32505856 bytes more")]
    public void What_cannot_be_is_refused_and_changes_nothing(long sizeBytes, long usedBytes, string expected)
    {
        using var test = new TestDevice(32 * MiB);
        using var area = test.Device.Map(test.Device.CreateChild("a", MiB));
        var free = test.Device.FreeBytes;

        Assert.Contains(expected, Assert.Throws<NvmException>(() =>
            test.Device.ResizeChild("a", sizeBytes, usedBytes)).Message, StringComparison.Ordinal);

        Assert.Equal((free, MiB, MiB), (test.Device.FreeBytes, area.LengthBytes, Assert.Single(test.Device.Children).SizeBytes));
        Assert.Throws<NvmException>(() => test.Device.ResizeChild("none", MiB));
    }

    [Fact]
    public void An_area_without_room_for_it_is_named_and_nothing_changes()
    {
        using var test = new TestDevice(3L << 30);
        using var area = test.Device.Map(test.Device.CreateChild("a", MiB));
        var free = test.Device.FreeBytes;

        Assert.Contains("mapped with room for 1073741824 bytes",
            Assert.Throws<NvmException>(() => test.Device.ResizeChild("a", 2L << 30)).Message, StringComparison.Ordinal);

        Assert.Equal((free, MiB), (test.Device.FreeBytes, area.LengthBytes));
        area.Dispose();
        Assert.Equal(2L << 30, test.Device.ResizeChild("a", 2L << 30).SizeBytes);
    }

    [Fact]
    public void Others_read_and_write_all_the_while_and_a_late_access_harms_nobody()
    {
        using var test = new TestDevice(5 * MiB);
        using var area = test.Device.Map(test.Device.CreateChild("a", MiB));
        using var neighbour = test.Device.Map(test.Device.CreateChild("b", MiB));
        using var end = new CancellationTokenSource();
        long done = 0;
        var threads = new[] { area, neighbour }.Select((each, index) => new Thread(() =>
        {
            using var lease = each.Lease();
            var bytes = new byte[Block];
            Array.Fill(bytes, (byte)(index + 1));
            for (long i = 0; !end.IsCancellationRequested; i++)
            {
                var offset = i % 512 * Block;
                try
                {
                    lease.Write(offset, bytes);
                    lease.Read(offset, bytes);
                    Interlocked.Increment(ref done);
                }
                catch (ArgumentOutOfRangeException)
                {
                    // Behind the end as it is now.
                }

                Array.Fill(bytes, (byte)(index + 1)); // what was read late may be zeros
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        for (var round = 0; round < 40 || Interlocked.Read(ref done) < 1000; round++)
        {
            test.Device.ResizeChild("a", round % 2 == 0 ? 2 * MiB : MiB);
            // If a late store reached the device, it would be in here.
            using var fresh = test.Device.Map(test.Device.CreateChild("c", MiB));
            using var lease = fresh.Lease();
            Assert.False(lease.View(0, (int)MiB).ContainsAnyExcept((byte)0));
            fresh.Dispose();
            lease.Dispose();
            test.Device.DeleteChild("c");
        }

        end.Cancel();
        threads.ForEach(thread => thread.Join());
        using var b = neighbour.Lease();
        Assert.False(b.View(0, (int)MiB).ContainsAnyExcept((byte)2, (byte)0));
    }

    [Fact]
    public void Who_looked_at_the_tail_before_a_shrink_sees_nobodys_bytes_there()
    {
        using var test = new TestDevice(5 * MiB);
        using var area = test.Device.Map(test.Device.CreateChild("a", 2 * MiB));
        using var lease = area.Lease();
        var late = lease.View(0, (int)(2 * MiB));
        var mapped = test.Ledger.MappedBytes;

        test.Device.ResizeChild("a", MiB);

        Assert.Equal(mapped - MiB, test.Ledger.MappedBytes);
        Fill(test.Device, test.Device.CreateChild("next", 3 * MiB - 64 * Block), 0xCC);
        Assert.False(late.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_lease_given_back_while_its_child_is_resized_stays_given_back()
    {
        using var test = new TestDevice(8 * MiB);
        using var area = test.Device.Map(test.Device.CreateChild("a", MiB));
        for (var round = 0; round < 200; round++)
        {
            var lease = area.Lease();
            var thread = new Thread(lease.Dispose);
            thread.Start();
            test.Device.ResizeChild("a", round % 2 == 0 ? 2 * MiB : MiB);
            thread.Join();
            Assert.Throws<ObjectDisposedException>(() => lease.View(0, 0).Length);
        }
    }

    [Fact]
    public void A_power_failure_leaves_the_old_size_or_the_new_one()
    {
        using var test = new TestDevice(8 * MiB, inFile: true);
        var old = test.Device.CreateChild("a", MiB);
        Fill(test.Device, old, 1);
        test.Device.CreateChild("wall", Block);
        var before = test.ReadFile();
        var free = test.Device.FreeBytes;
        test.Device.ResizeChild("a", 3 * MiB);
        var after = test.ReadFile();
        var slot = (int)NatEntry.OffsetBytes(0);
        var bitmap = (int)test.Device.Geometry.BitmapFirstBlock * Block;

        // Not committed: blocks and page table are written and taken, the NAT is as it was.
        test.Reopen(bytes =>
        {
            KeepOldTable(bytes);
            before.AsSpan(0, bitmap).CopyTo(bytes);
        });
        var child = test.Device.Children.Single(c => c.Name == "a");
        Assert.Equal((MiB, free), (child.SizeBytes, test.Device.FreeBytes));
        AssertFilled(test.Device, child, MiB, 1);

        // Committed in one slot; the old page table is not yet wiped and freed.
        test.Reopen(bytes =>
        {
            after.CopyTo(bytes, 0);
            KeepOldTable(bytes);
            before.AsSpan(0, slot + 128).CopyTo(bytes);
        });
        child = test.Device.Children.Single(c => c.Name == "a");
        Assert.Equal(3 * MiB, child.SizeBytes);
        AssertFilled(test.Device, child, MiB, 1);
        test.Device.ResizeChild("a", MiB);
        Assert.Equal(free, test.Device.FreeBytes);

        void KeepOldTable(byte[] bytes)
        {
            var tables = (int)old.Extents[^1].EndBlock * Block;
            before.AsSpan(tables, (int)old.PageTableBytes).CopyTo(bytes.AsSpan(tables));
            for (var i = bitmap; i < bitmap + Block; i++)
            {
                bytes[i] |= before[i];
            }
        }
    }

    [Fact]
    public void Any_sequence_of_changes_keeps_every_byte_and_loses_no_block() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[1, 600]).Array[1, 12].Sample(
            changes =>
            {
                using var test = new TestDevice(16 * MiB);
                var empty = test.Device.FreeBytes;
                var sizes = new Dictionary<string, long>();
                foreach (var (kind, who, blocks) in changes)
                {
                    var name = $"child-{who}";
                    if (kind == 0 && sizes.Remove(name))
                    {
                        test.Device.DeleteChild(name);
                    }
                    else if (Try(() => sizes.ContainsKey(name)
                        ? test.Device.ResizeChild(name, blocks * Block)
                        : test.Device.CreateChild(name, blocks * Block)) is { } child)
                    {
                        AssertFilled(test.Device, child, Math.Min(child.SizeBytes, sizes.GetValueOrDefault(name)), (byte)(who + 1));
                        Fill(test.Device, child, (byte)(who + 1));
                        sizes[name] = child.SizeBytes;
                    }
                }

                foreach (var name in sizes.Keys)
                {
                    test.Device.DeleteChild(name);
                }

                Assert.Equal(empty, test.Device.FreeBytes);
            },
            iter: 10,
            threads: 1);

    private static ChildDevice? Try(Func<ChildDevice> change)
    {
        try
        {
            return change();
        }
        catch (NvmException)
        {
            return null;
        }
    }

    private static void Fill(NvmDevice device, ChildDevice child, byte value)
    {
        using var area = device.Map(child);
        using var lease = area.Lease();
        var bytes = new byte[child.SizeBytes];
        Array.Fill(bytes, value);
        lease.Write(0, bytes);
    }

    /// <summary>The first bytes hold a value, all others zero.</summary>
    private static void AssertFilled(NvmDevice device, ChildDevice child, long filledBytes, byte value)
    {
        using var area = device.Map(child);
        using var lease = area.Lease();
        Assert.False(lease.View(0, (int)filledBytes).ContainsAnyExcept(value));
        Assert.False(lease.View(filledBytes, (int)(child.SizeBytes - filledBytes)).ContainsAnyExcept((byte)0));
    }
}
