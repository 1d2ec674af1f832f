using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Devices;

public sealed class NvmDeviceTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_child_device_takes_its_size_and_its_page_table_and_gives_both_back()
    {
        using var test = new TestDevice(64 * MiB);
        var before = test.Device.FreeBytes;

        var child = test.Device.CreateChild("a", 10 * MiB);

        Assert.Equal(10 * MiB, child.SizeBytes);
        Assert.Equal(before - 10 * MiB - child.PageTableBytes, test.Device.FreeBytes);
        Assert.Equal((1, 1.0, 4096), (child.Extents.Count, child.LargePageShare, child.PageTableBytes));
        test.Device.DeleteChild("a");
        Assert.Equal(before, test.Device.FreeBytes);
        Assert.Empty(test.Device.Children);
    }

    [Fact]
    public void A_size_is_rounded_up_to_whole_blocks()
    {
        using var test = new TestDevice(MiB);

        Assert.Equal(8192, test.Device.CreateChild("a", 4097).SizeBytes);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_is_free_and_takes_nothing()
    {
        using var test = new TestDevice(8 * MiB);
        test.Device.CreateChild("a", 3 * MiB);
        var free = test.Device.FreeBytes;

        var tooLarge = Assert.Throws<NvmException>(() => test.Device.CreateChild("b", 6 * MiB));
        var noRoomForTable = Assert.Throws<NvmException>(() => test.Device.CreateChild("b", free));

        Assert.Equal("data area: the device is too small: "
            + $"child device 'b' needs {6 * MiB} bytes and its page table, {free} of {8 * MiB} are free", tooLarge.Message);
        Assert.Contains("for its page table", noRoomForTable.Message, StringComparison.Ordinal);
        Assert.Equal(free, test.Device.FreeBytes);
        Assert.Throws<NvmException>(() => test.Device.CreateChild("b", 0));
        Assert.Throws<NvmException>(() => test.Device.CreateChild("b", long.MaxValue));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    [InlineData("twice")]
    [InlineData("a-name-that-is-longer-than-the-sixty-four-bytes-that-an-entry-has")]
    public void A_name_that_will_not_do_is_refused(string name)
    {
        using var test = new TestDevice(MiB);
        test.Device.CreateChild("twice", 4096);

        Assert.Equal("NAT", Assert.Throws<NvmException>(() => test.Device.CreateChild(name, 4096)).Structure);
    }

    [Fact]
    public void A_full_NAT_is_named()
    {
        using var test = new TestDevice(MiB, maxChildDevices: 2);
        test.Device.CreateChild("a", 4096);
        test.Device.CreateChild("b", 4096);

        Assert.Equal("NAT: all 2 entries are taken; no room for child device 'c'",
            Assert.Throws<NvmException>(() => test.Device.CreateChild("c", 4096)).Message);
        test.Device.DeleteChild("a");
        test.Device.CreateChild("c", 4096);
    }

    [Fact]
    public void A_mapped_child_device_is_not_deleted_until_its_last_lease_is_gone()
    {
        using var test = new TestDevice(MiB);
        var child = test.Device.CreateChild("a", 4096);
        var area = test.Device.Map(child);
        var lease = area.Lease();

        Assert.Contains("is mapped", Assert.Throws<NvmException>(() => test.Device.DeleteChild("a")).Message, StringComparison.Ordinal);
        area.Dispose();
        Assert.Throws<NvmException>(() => test.Device.DeleteChild("a"));
        lease.Dispose();
        test.Device.DeleteChild("a");
        Assert.Throws<NvmException>(() => test.Device.DeleteChild("a"));
    }

    [Fact]
    public void A_child_device_that_was_replaced_by_another_of_its_name_cannot_be_mapped()
    {
        using var test = new TestDevice(MiB);
        var old = test.Device.CreateChild("a", 4096);
        test.Device.DeleteChild("a");
        Assert.Throws<NvmException>(() => test.Device.Map(old));
        test.Device.CreateChild("a", 4096);

        Assert.Throws<NvmException>(() => test.Device.Map(old));
    }

    [Fact]
    public void A_scattered_child_reads_the_same_as_an_adjacent_one()
    {
        using var test = new TestDevice(8 * MiB, maxChildDevices: 400);
        var scattered = test.CreateScattered("scattered", 100);
        var adjacent = test.Device.CreateChild("adjacent", scattered.SizeBytes);
        Assert.True(scattered.Extents.Count >= 30, $"{scattered.Extents.Count} extents");
        Assert.Single(adjacent.Extents);
        using var areaA = test.Device.Map(scattered);
        using var areaB = test.Device.Map(adjacent, prefault: true);
        using var a = areaA.Lease();
        using var b = areaB.Lease();
        var random = new Random(1);
        var bytes = new byte[20_000];
        var other = new byte[20_000];

        for (var i = 0; i < 500; i++)
        {
            var length = random.Next(bytes.Length);
            var offset = random.NextInt64(a.LengthBytes - length);
            random.NextBytes(bytes.AsSpan(0, length));
            a.Write(offset, bytes.AsSpan(0, length));
            b.Write(offset, bytes.AsSpan(0, length));
        }

        Assert.True(a.View(0, (int)a.LengthBytes).SequenceEqual(b.View(0, (int)b.LengthBytes)));
        a.Read(12345, bytes);
        b.Read(12345, other);
        Assert.Equal(bytes, other);
    }

    [Fact]
    public void Children_made_at_once_by_several_threads_share_no_block()
    {
        using var test = new TestDevice(64 * MiB);

        Parallel.For(0, 4, thread =>
        {
            for (var i = 0; i < 40; i++)
            {
                test.Device.CreateChild($"{thread}-{i}", (i + 1) * 4096);
                if (i % 3 == 0)
                {
                    test.Device.DeleteChild($"{thread}-{i}");
                }
            }
        });

        var extents = test.Device.Children.SelectMany(child => child.Extents).OrderBy(extent => extent.FirstBlock).ToList();
        Assert.All(extents.Zip(extents.Skip(1)), pair => Assert.True(pair.First.EndBlock <= pair.Second.FirstBlock));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    [InlineData(4097)]
    [InlineData(4096)]
    [InlineData(4 * 4096)]
    [InlineData(long.MaxValue)]
    public void A_device_of_a_size_that_cannot_be_is_refused(long sizeBytes)
    {
        var ledger = new MemoryLedger();

        Assert.Throws<NvmException>(() => NvmDevice.Create(new NvmDeviceOptions { SizeBytes = sizeBytes, DeviceId = Guid.Empty }, ledger));
        Assert.True(ledger.IsEmpty);
    }

    [Theory]
    [InlineData(5 * 4096, 16)]
    [InlineData(8 * MiB, 512)]
    [InlineData(8192 * MiB, 4096)]
    public void The_NAT_is_small_on_a_small_device(long sizeBytes, int entries) =>
        Assert.Equal(entries, DeviceGeometry.Plan(sizeBytes, null).NatEntries);

    [Fact]
    public void Whoever_does_not_give_back_is_named()
    {
        using var test = new TestDevice(16 << 20, inFile: true);
        var leaked = test.Device.Map(test.Device.CreateChild("vm-1", 4096));
        using (test.Device.Map(test.Device.CreateChild("vm-2", 4096)))
        using (test.Device.Map(test.Device.Children.Single(child => child.Name == "vm-1")))
        {
            Assert.Equal(["area of 'vm-1' (2)", "area of 'vm-2'", $"device file {test.Path}", $"metadata of device file {test.Path}"],
                test.Ledger.Owners);
        }

        test.Device.Dispose();
        Assert.Contains("held by area of 'vm-1', device file", test.Ledger.Describe(), StringComparison.Ordinal);
        leaked.Dispose();
        Assert.Empty(test.Ledger.Owners);
    }
}
