using CsCheck;

namespace Mbsa.Nvm.Tests.Devices;

public sealed class NvmLeaseTests
{
    [Fact]
    public void No_offset_and_length_reaches_a_byte_outside_the_child()
    {
        using var test = new TestDevice(1 << 20);
        using var neighbour = test.Device.Map(test.Device.CreateChild("before", 8192));
        using var area = test.Device.Map(test.Device.CreateChild("child", 8192));
        using var other = test.Device.Map(test.Device.CreateChild("behind", 8192));
        using var before = neighbour.Lease();
        using var lease = area.Lease();
        using var behind = other.Lease();
        var zeros = new byte[8192];
        var bytes = new byte[3 * 8192];
        Array.Fill(bytes, (byte)1);
        var offsets = Gen.OneOf(
            Gen.Long, Gen.Long[-5, 5], Gen.Long[8187, 8197],
            OneOf(long.MinValue, long.MaxValue, long.MaxValue - 1, int.MaxValue,
                int.MinValue, uint.MaxValue, uint.MaxValue + 1L, -8192, -4096));

        Gen.Select(offsets, Gen.OneOf(Gen.Int[0, bytes.Length], OneOf(0, 1, 2, 4096, 8191, 8192, 8193))).Sample((offset, length) =>
        {
            var inside = offset >= 0 && offset <= 8192 && length <= 8192 - offset;
            Assert.Equal(inside, Passes(() => lease.Read(offset, new byte[length])));
            Assert.Equal(inside, Passes(() => lease.Write(offset, bytes.AsSpan(0, length))));
            Assert.Equal(inside, Passes(() => lease.Stream(offset, bytes.AsSpan(0, length))));
            Assert.Equal(inside, Passes(() => lease.View(offset, length)));
            Assert.Equal(offset is >= 0 and <= 8192, Passes(() => lease.Prefetch(offset)));
        }, iter: 3000, threads: 1);

        Assert.False(Passes(() => lease.View(0, -1)));
        Assert.False(Passes(() => lease.View(8192, int.MinValue)));
        Assert.Equal(zeros, before.View(0, 8192));
        Assert.Equal(zeros, behind.View(0, 8192));
    }

    [Fact]
    public void The_last_lease_to_go_frees_the_memory()
    {
        var test = new TestDevice(1 << 20);
        var area = test.Device.Map(test.Device.CreateChild("a", 8192));
        var first = area.Lease();
        var second = area.Lease();
        test.Device.Dispose();
        area.Dispose();
        first.Write(0, "still there"u8);
        first.Dispose();
        Assert.Equal("still there"u8, second.View(0, 11));
        Assert.Equal((1, 1, 8192), (test.Ledger.ReservedRanges, test.Ledger.OpenDescriptors, test.Ledger.MappedBytes));

        second.Dispose();

        Assert.True(test.Ledger.IsEmpty, test.Ledger.Describe());
    }

    [Fact]
    public void Disposing_twice_gives_back_once_and_use_afterwards_is_refused()
    {
        using var test = new TestDevice(1 << 20);
        var area = test.Device.Map(test.Device.CreateChild("a", 8192));
        var lease = area.Lease();
        using var other = area.Lease();
        lease.Dispose();
        lease.Dispose();
        area.Dispose();
        area.Dispose();

        Assert.Throws<ObjectDisposedException>(() => lease.Read(0, new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => lease.Read(0, []));
        Assert.Throws<ObjectDisposedException>(() => lease.Write(0, new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => lease.View(0, 1).Length);
        Assert.Throws<ObjectDisposedException>(() => lease.Prefetch(0));
        Assert.Throws<ObjectDisposedException>(() => area.Lease());
        other.Write(0, new byte[8192]);
        test.Device.Dispose();
        test.Device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => test.Device.CreateChild("b", 4096));
        Assert.Throws<ObjectDisposedException>(() => test.Device.DeleteChild("a"));
        Assert.Throws<ObjectDisposedException>(() => test.Device.Map(area.Child));
    }

    [Fact]
    public void Leases_may_come_and_go_on_many_threads_while_the_area_ends()
    {
        for (var round = 0; round < 50; round++)
        {
            var test = new TestDevice(1 << 20);
            var area = test.Device.Map(test.Device.CreateChild("a", 8192));
            using var start = new Barrier(4);
            var threads = Enumerable.Range(0, 4).Select(thread => new Thread(() =>
            {
                start.SignalAndWait();
                for (var i = 0; i < 200; i++)
                {
                    if (thread == 0 && i == 50)
                    {
                        test.Device.Dispose();
                        area.Dispose();
                    }

                    try
                    {
                        using var lease = area.Lease();
                        lease.Write(thread * 2048, "abc"u8);
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            Assert.True(test.Ledger.IsEmpty, test.Ledger.Describe());
        }
    }

    [Fact]
    public void An_access_allocates_nothing()
    {
        using var test = new TestDevice(1 << 20);
        using var area = test.Device.Map(test.Device.CreateChild("a", 8192));
        using var lease = area.Lease();
        var bytes = new byte[4096];
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                lease.Write(4096, bytes);
                lease.Read(0, bytes);
            }

            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool Passes(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
