using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Devices;

public sealed class WipeTests
{
    private const int Block = 4096;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_gets_the_blocks_of_a_deleted_child_device_reads_zeros(bool inFile)
    {
        using var test = new TestDevice(1 << 20, inFile);
        var free = test.Device.FreeBytes - 2 * Block;
        Fill(test.Device, test.Device.CreateChild("secret", free));
        test.Device.DeleteChild("secret");

        using var area = test.Device.Map(test.Device.CreateChild("next", free));
        using var lease = area.Lease();

        Assert.False(lease.View(0, (int)free).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_child_device_that_is_shrunk_and_grown_again_reads_zeros_there(bool inFile)
    {
        using var test = new TestDevice(1 << 20, inFile);
        var child = test.Device.CreateChild("a", 64 * Block);
        Fill(test.Device, child);
        using var area = test.Device.Map(child);
        using var lease = area.Lease();

        test.Device.ResizeChild("a", 16 * Block);
        test.Device.ResizeChild("a", 64 * Block);

        Assert.False(lease.View(0, 16 * Block).ContainsAnyExcept((byte)0xA5));
        Assert.False(lease.View(16 * Block, 48 * Block).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Blocks_that_a_power_failure_left_unwiped_are_wiped_at_the_next_mount()
    {
        using var test = new TestDevice(1 << 20, inFile: true);
        var child = test.Device.CreateChild("secret", 16 * Block);
        Fill(test.Device, child);
        var before = test.ReadFile();
        test.Device.DeleteChild("secret");
        var first = (int)child.Extents[0].FirstBlock;

        // The NAT says deleted; its blocks and the bitmap still are as they were.
        test.Reopen(bytes => before.AsSpan((int)test.Device.Geometry.BitmapFirstBlock * Block)
            .CopyTo(bytes.AsSpan((int)test.Device.Geometry.BitmapFirstBlock * Block)));

        Assert.Empty(test.Device.Children);
        Assert.False(test.ReadFile().AsSpan(first * Block, 17 * Block).ContainsAnyExcept((byte)0));
        Assert.Equal(test.Device.Geometry.DataBlocks * Block, test.Device.FreeBytes);
    }

    private static void Fill(NvmDevice device, ChildDevice child)
    {
        using var area = device.Map(child);
        using var lease = area.Lease();
        var bytes = new byte[child.SizeBytes];
        Array.Fill(bytes, (byte)0xA5);
        lease.Write(0, bytes);
    }
}
