using Mbsa.Nvm;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Storage;

public sealed class VirtualDiskTests
{
    private const long MiB = 1 << 20;
    private static readonly Guid _diskId = Guid.Parse("12345678-9abc-def0-1234-56789abcdef0");

    [Fact]
    public void A_formatted_disk_mounts_with_what_it_was_given()
    {
        using var test = Formatted(3 * MiB + 1);

        using var disk = VirtualDisks.Mount(test.Area);

        Assert.Equal((_diskId, 3 * MiB + 4096, "none", true), (disk.DiskId, disk.SizeBytes, disk.Policy.Name, disk.WasClean));
        Assert.Equal(Enumerable.Range(0, 769).Select(i => (uint)i), disk.Map);
    }

    [Fact]
    public void What_was_written_is_there_after_a_remount()
    {
        using var test = Formatted(3 * MiB);
        var bytes = new byte[70_000];
        new Random(1).NextBytes(bytes);
        using (var disk = VirtualDisks.Mount(test.Area))
        using (var session = disk.OpenSession())
        {
            session.Write(4000, bytes);
            session.Write(3 * MiB - 1, [7]);
        }

        using var again = VirtualDisks.Mount(test.Area);
        using var reader = again.OpenSession();
        var read = new byte[bytes.Length];
        reader.Read(4000, read);
        Assert.Equal(bytes, read);
        reader.Read(3 * MiB - 1, read.AsSpan(0, 1));
        Assert.Equal(7, read[0]);
    }

    [Fact]
    public void A_disk_that_lost_its_power_stores_nothing_more_and_has_all_that_was_written()
    {
        using var test = Formatted(3 * MiB);
        VirtualDisks.Mount(test.Area).Dispose();
        var disk = VirtualDisks.Mount(test.Area);
        var session = disk.OpenSession();
        session.Write(8192, [1, 2, 3]);
        byte[] before = Bytes();

        disk.LosePower();
        Assert.Throws<ObjectDisposedException>(disk.OpenSession);
        session.Dispose();
        disk.Dispose();

        Assert.Equal(before, Bytes());
        using var again = VirtualDisks.Mount(test.Area);
        using var reader = again.OpenSession();
        var read = new byte[3];
        reader.Read(8192, read);
        Assert.Equal([1, 2, 3], read);
        Assert.False(again.WasClean);
        Assert.Equal(0, again.SummariseWear().Writes);

        byte[] Bytes()
        {
            using var lease = test.Area.Lease();
            return lease.View(0, (int)test.Area.LengthBytes).ToArray();
        }
    }

    [Fact]
    public void Random_writes_of_all_lengths_read_as_from_an_array()
    {
        using var test = Formatted(MiB);
        using var disk = VirtualDisks.Mount(test.Area);
        // A map such as wear levelling leaves behind: adjacent stretches and torn ones.
        new Random(2).Shuffle(disk.Map.AsSpan(64, 128));
        using var session = disk.OpenSession();
        var model = new byte[MiB];
        var bytes = new byte[40_000];
        var random = new Random(3);
        for (var i = 0; i < 1000; i++)
        {
            var length = random.Next(i % 2 == 0 ? 5000 : bytes.Length);
            var offset = random.NextInt64(MiB - length);
            random.NextBytes(bytes.AsSpan(0, length));
            session.Write(offset, bytes.AsSpan(0, length));
            bytes.AsSpan(0, length).CopyTo(model.AsSpan((int)offset));
            offset = random.NextInt64(MiB - length);
            session.Read(offset, bytes.AsSpan(0, length));
            Assert.True(bytes.AsSpan(0, length).SequenceEqual(model.AsSpan((int)offset, length)));
        }
    }

    [Fact]
    public void A_disk_that_was_not_ended_is_told_from_one_that_was()
    {
        using var test = Formatted(MiB);
        var disk = VirtualDisks.Mount(test.Area);
        var session = disk.OpenSession();
        using (var crashed = VirtualDisks.Mount(test.Area))
        {
            Assert.False(crashed.WasClean);
        }

        disk.Dispose();
        disk.Dispose();
        Assert.Throws<ObjectDisposedException>(() => disk.OpenSession());
        session.Write(0, [1]);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Read(0, new byte[1]));
        using var clean = VirtualDisks.Mount(test.Area);
        Assert.True(clean.WasClean);
    }

    [Fact]
    public void Formatting_does_not_touch_the_data_area()
    {
        using var test = Formatted(MiB);
        using (var disk = VirtualDisks.Mount(test.Area))
        using (var session = disk.OpenSession())
        {
            session.Write(0, "old"u8);
        }

        VirtualDisks.Format(test.Area, MiB, _diskId);

        using var again = VirtualDisks.Mount(test.Area);
        using var reader = again.OpenSession();
        var read = new byte[3];
        reader.Read(0, read);
        Assert.Equal("old"u8, read);
    }

    [Fact]
    public void Eight_gibibytes_without_payload_take_little_memory()
    {
        var before = SharedMemoryBytes();
        using var test = Formatted(8192 * MiB);
        using var disk = VirtualDisks.Mount(test.Area);
        using var session = disk.OpenSession();
        for (long offset = 0; offset < 8192 * MiB; offset += 4096)
        {
            session.WriteNothing(offset, 4096);
        }

        Assert.Equal(2 * 1024 * 1024, disk.SummariseWear().Writes);
        // The VDMT takes 16 MiB; other tests of this process take and give back a little meanwhile.
        Assert.True(SharedMemoryBytes() - before < 100 * MiB);
    }

    [Fact]
    public void The_required_size_is_just_enough()
    {
        var required = VirtualDisks.RequiredBytes(5 * MiB);
        using var test = new TestArea(required);

        VirtualDisks.Format(test.Area, 5 * MiB, _diskId);
        using (var disk = VirtualDisks.Mount(test.Area))
        using (var session = disk.OpenSession())
        {
            session.Write(5 * MiB - 4096, new byte[4096]);
        }

        var error = Assert.Throws<NvmException>(() => VirtualDisks.Format(test.Area, 5 * MiB + 1, _diskId));
        Assert.Equal($"virtual disk: a disk of {5 * MiB + 1} bytes takes {required + 4096} bytes with its VDMT, the area has {required}",
            error.Message);
        Assert.Throws<NvmException>(() => VirtualDisks.RequiredBytes(0));
        Assert.Throws<NvmException>(() => VirtualDisks.RequiredBytes(-1));
        Assert.Throws<NvmException>(() => VirtualDisks.RequiredBytes(long.MaxValue));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(MiB, 1)]
    [InlineData(MiB - 1, 2)]
    [InlineData(0, (int)MiB + 1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, 1)]
    [InlineData(MiB + 1, 0)]
    public void No_access_leaves_the_disk(long offset, int length)
    {
        using var test = Formatted(MiB);
        using var disk = VirtualDisks.Mount(test.Area);
        using var session = disk.OpenSession();

        Assert.Throws<ArgumentOutOfRangeException>(() => session.Read(offset, new byte[length]));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Write(offset, new byte[length]));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.ReadNothing(offset, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.WriteNothing(offset, length));
        session.Read(MiB, []);
        session.Write(MiB, []);
        session.WriteNothing(MiB, 0);
        session.ReadNothing(MiB, 0);
        Assert.Equal(0, disk.SummariseWear().Writes);
    }

    [Fact]
    public void An_access_allocates_nothing()
    {
        using var test = Formatted(MiB);
        using var disk = VirtualDisks.Mount(test.Area);
        using var session = disk.OpenSession();
        var bytes = new byte[65536];
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                session.Write(4096, bytes);
                session.Read(0, bytes.AsSpan(0, 4096));
                session.WriteNothing(8192, 8192);
            }

            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    [Fact]
    public void A_raw_disk_is_the_area()
    {
        using var test = new TestArea(MiB);
        var disk = new RawDisk(test.Area);
        using var session = disk.OpenSession();
        using var lease = test.Area.Lease();

        session.Write(MiB - 3, "end"u8);

        Assert.Equal(MiB, session.SizeBytes);
        Assert.Equal("end"u8, lease.View(MiB - 3, 3));
        var read = new byte[3];
        session.Read(MiB - 3, read);
        Assert.Equal("end"u8, read);
        session.WriteNothing(0, (int)MiB);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.WriteNothing(1, (int)MiB));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Read(MiB - 2, new byte[3]));
    }

    internal static TestArea Formatted(long guestBytes)
    {
        var test = new TestArea(VirtualDisks.RequiredBytes(guestBytes));
        VirtualDisks.Format(test.Area, guestBytes, _diskId);
        return test;
    }

    private static long SharedMemoryBytes() =>
        File.ReadLines("/proc/self/status").Where(line => line.StartsWith("RssShmem:", StringComparison.Ordinal))
        .Select(line =>
            long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1]) * 1024).Single();
}
