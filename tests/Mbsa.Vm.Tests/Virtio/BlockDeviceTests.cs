using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Tests.Virtio;

public sealed class BlockDeviceTests
{
    [Fact]
    public void Bytes_written_through_the_ring_are_on_the_disk_and_come_back_through_it() => Bench.OnDisk(disk =>
    {
        var (ring, device) = (new RingBench(), new BlockDevice(disk, BlockStorage.BlockBytes));
        var written = Enumerable.Range(0, 4096).Select(i => (byte)(i * 7)).ToArray();
        written.CopyTo(ring.Memory.At(RingBench.DataAt, 4096));
        Assert.Equal(BlockStatus.Ok, Serve(ring, device, isWrite: true, sector: 24));
        var onDisk = new byte[4096];
        disk.Read(24 * 512, onDisk);
        Assert.Equal(written, onDisk);
        ring.Memory.At(RingBench.DataAt, 4096).Clear();
        Assert.Equal(BlockStatus.Ok, Serve(ring, device, isWrite: false, sector: 24));
        Assert.Equal(written, ring.Memory.At(RingBench.DataAt, 4096).ToArray());
    });

    [Fact]
    public void Only_the_stamp_of_each_block_moves_when_only_stamps_do() => Bench.OnDisk(disk =>
    {
        var (ring, device) = (new RingBench(), new BlockDevice(disk, 64));
        disk.Write(0, new byte[8192]);
        ring.Memory.At(RingBench.DataAt, 8192).Fill(1);
        Assert.Equal(BlockStatus.Ok, Serve(ring, device, isWrite: true, sector: 0, dataBytes: 8192));
        var onDisk = new byte[8192];
        disk.Read(0, onDisk);
        Assert.Equal(128, onDisk.Count(b => b == 1));
        Assert.True(onDisk.AsSpan(0, 64).IndexOfAnyExcept((byte)1) < 0 && onDisk.AsSpan(4096, 64).IndexOfAnyExcept((byte)1) < 0);
    });

    [Fact]
    public void Without_bytes_the_disk_still_counts_the_writes()
    {
        var notebook = new Bench.Notebook();
        var (ring, device) = (new RingBench(), new BlockDevice(notebook, 0));
        Assert.Equal(BlockStatus.Ok, Serve(ring, device, isWrite: true, sector: 8));
        Assert.Equal(BlockStatus.Ok, Serve(ring, device, isWrite: false, sector: 16));
        Assert.Equal([('w', 4096L), ('r', 8192L)], notebook.Asked);
    }

    [Theory]
    [InlineData(64 * 8, 4096)] // behind the end
    [InlineData(64 * 8 - 7, 4096)] // over the end
    [InlineData(ulong.MaxValue, 4096)]
    [InlineData(ulong.MaxValue / 512, 4096)]
    [InlineData(0, 511)]
    public void A_request_that_is_not_on_the_disk_fails_and_touches_nothing(ulong sector, int dataBytes)
    {
        var notebook = new Bench.Notebook();
        var (ring, device) = (new RingBench(), new BlockDevice(notebook, BlockStorage.BlockBytes));
        Assert.Equal(BlockStatus.IoError, Serve(ring, device, isWrite: true, sector, dataBytes));
        Assert.Empty(notebook.Asked);
    }

    [Theory]
    [InlineData(4, BlockStatus.Ok)] // flush
    [InlineData(8, BlockStatus.Unsupported)] // get id
    [InlineData(uint.MaxValue, BlockStatus.Unsupported)]
    public void A_type_that_is_not_known_is_said_to_be_so(uint kind, BlockStatus expected)
    {
        var ring = new RingBench();
        ring.Offer("a");
        ring.Memory.Write32(RingBench.HeaderAt, kind);
        Assert.True(ring.Device.TryTake(out var request));
        Assert.Equal(expected, new BlockDevice(new Bench.Notebook(), 0).Serve(ring.Device, request));
    }

    private static BlockStatus Serve(RingBench ring, BlockDevice device, bool isWrite, ulong sector, int dataBytes = 4096)
    {
        ring.Offer("a", isWrite, sector, dataBytes);
        Assert.True(ring.Device.TryTake(out var request));
        var status = device.Serve(ring.Device, request);
        ring.Device.Complete(request, status, 0);
        ring.Device.Publish();
        Assert.Equal("a", ring.Driver.TakeReturned());
        return status;
    }
}
