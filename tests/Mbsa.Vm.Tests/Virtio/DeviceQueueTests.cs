using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Tests.Virtio;

/// <summary>What a guest can get wrong, by mistake or on purpose, and what the device makes of it.</summary>
public sealed class DeviceQueueTests
{
    private static readonly Descriptor _header = new(RingBench.HeaderAt, 16, DescriptorFlags.Next, 1);
    private static readonly Descriptor _data = new(RingBench.DataAt, 512, DescriptorFlags.Next | DescriptorFlags.Write, 2);
    private static readonly Descriptor _status = new(RingBench.StatusAt, 1, DescriptorFlags.Write, 0);

    public static TheoryData<RingFault, Descriptor[]> Chains => new()
    {
        { RingFault.EndlessChain, [_header, _data with { Next = 1 }, _status] },
        { RingFault.WrongOrder, [_header, _data with { Next = 0 }, _status] }, // a loop back to the header, which is to be read
        { RingFault.BadDescriptor, [_header, _data with { Next = 8 }, _status] },
        { RingFault.BadDescriptor, [_header with { Next = ushort.MaxValue }, _data, _status] },
        { RingFault.OutOfBounds, [_header with { Address = RingBench.MemoryBytes - 15 }, _data, _status] },
        { RingFault.OutOfBounds, [_header, _data with { Address = ulong.MaxValue - 100 }, _status] },
        { RingFault.OutOfBounds, [_header, _data with { LengthBytes = uint.MaxValue }, _status] },
        { RingFault.OutOfBounds, [_header, _data with { LengthBytes = 0 }, _status] },
        { RingFault.OutOfBounds, [_header, _data, _status with { Address = RingBench.MemoryBytes }] },
        { RingFault.NotNegotiated, [_header, _data with { Flags = DescriptorFlags.Next | DescriptorFlags.Indirect }, _status] },
        { RingFault.NotNegotiated, [_header with { Flags = (DescriptorFlags)0x8001 }, _data, _status] },
        { RingFault.WrongOrder, [_header, _data, _data with { Flags = DescriptorFlags.Next, Next = 3 }, _status] },
        { RingFault.WrongShape, [_header with { LengthBytes = 15 }, _data, _status] },
        { RingFault.WrongShape, [_header with { Flags = DescriptorFlags.Next | DescriptorFlags.Write }, _data, _status] },
        { RingFault.WrongShape, [_header, _data, _status with { LengthBytes = 2 }] },
        { RingFault.WrongOrder, [_header, _data, _status with { Flags = DescriptorFlags.None }] },
        { RingFault.WrongShape, [_header with { Flags = DescriptorFlags.None }] }, // no status
        // a read into what the device may only read
        { RingFault.WrongShape, [_header, _data with { Flags = DescriptorFlags.Next }, _status] },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_bad_chain_is_a_fault_and_the_queue_gives_nothing_more(RingFault fault, Descriptor[] chain)
    {
        var ring = new RingBench();
        ring.OfferChain(chain);
        Assert.False(ring.Device.TryTake(out _));
        Assert.Equal(fault, ring.Device.Fault);
        ring.Memory.Publish16(ring.Layout.AvailableIndex, 2);
        Assert.Equal(0, ring.Device.Available);
        Assert.False(ring.Device.TryTake(out _));
        ring.Device.Reset();
        Assert.Equal(2, ring.Device.Available);
    }

    [Fact]
    public void The_same_chain_without_a_mistake_is_taken()
    {
        var ring = new RingBench();
        ring.OfferChain(_header, _data, _status);
        Assert.True(ring.Device.TryTake(out var request));
        Assert.Equal(new BlockRequest(0, BlockRequestKind.In, 0, 512, 1, RingBench.StatusAt), request);
    }

    [Fact]
    public void Data_may_lie_in_several_places()
    {
        var ring = new RingBench();
        ring.OfferChain(_header, _data, _data with { Address = RingBench.DataAt + 1024, LengthBytes = 1024, Next = 3 }, _status);
        Assert.True(ring.Device.TryTake(out var request));
        Assert.Equal((1536, 2), (request.DataBytes, request.Segments));
        Assert.Equal((512, 1024), (ring.Device.Data(0).Length, ring.Device.Data(1).Length));
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(8, false)]
    [InlineData(40000, true)]
    public void A_driver_cannot_offer_more_than_the_queue_has_room_for(ushort index, bool isFault)
    {
        var ring = new RingBench();
        ring.Memory.Publish16(ring.Layout.AvailableIndex, index);
        Assert.Equal(isFault ? 0 : 8, ring.Device.Available);
        Assert.Equal(isFault ? RingFault.BadIndex : RingFault.None, ring.Device.Fault);
    }

    [Fact]
    public void A_head_behind_the_table_is_a_fault()
    {
        var ring = new RingBench();
        ring.OfferChain(_header, _data, _status);
        ring.Memory.Write16(ring.Layout.AvailableEntry(0), 8);
        Assert.False(ring.Device.TryTake(out _));
        Assert.Equal(RingFault.BadDescriptor, ring.Device.Fault);
    }
}
