using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Tests.Virtio;

/// <summary>A small virtqueue in a small guest, with both sides at hand.</summary>
internal sealed class RingBench
{
    public const int MemoryBytes = 64 << 10, HeaderAt = 32 << 10, StatusAt = HeaderAt + 16, DataAt = 36 << 10;

    public RingBench(int entries = 8)
    {
        Layout = new VirtqueueLayout(entries, 0);
        Memory = new GuestMemory(MemoryBytes);
        Driver = new DriverQueue<string>(Memory, Layout);
        Device = new DeviceQueue(Memory, Layout);
    }

    public VirtqueueLayout Layout { get; }

    public GuestMemory Memory { get; }

    public DriverQueue<string> Driver { get; }

    public DeviceQueue Device { get; }

    /// <summary>Offers a read or write of one block, and shows it.</summary>
    /// <returns>Whether a kick is due.</returns>
    public bool Offer(string token, bool isWrite = false, ulong sector = 0, int dataBytes = BlockStorage.BlockBytes)
    {
        BlockRequest.WriteHeader(Memory.At(HeaderAt, BlockRequest.HeaderBytes),
            isWrite ? BlockRequestKind.Out : BlockRequestKind.In, sector);
        Assert.True(Driver.TryAdd(token, HeaderAt, DataAt, dataBytes, isWrite, StatusAt));
        return Driver.Publish();
    }

    /// <summary>Puts a chain of the guest's own making on the ring.</summary>
    public void OfferChain(params Descriptor[] chain)
    {
        for (var i = 0; i < chain.Length; i++)
        {
            chain[i].Write(Memory, Layout, i);
        }

        Memory.Write16(Layout.AvailableEntry(0), 0);
        Memory.Publish16(Layout.AvailableIndex, 1);
    }
}
