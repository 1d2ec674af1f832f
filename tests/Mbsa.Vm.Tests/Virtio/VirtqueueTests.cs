using System.Buffers.Binary;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Tests.Virtio;

public sealed class VirtqueueTests
{
    /// <summary>Virtual I/O Device Version 1.2, section 2.7: sizes 16 * n, 6 + 2 * n and 6 + 8 * n bytes, alignments 16, 2 and 4.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 0)]
    [InlineData(256, 4097)]
    [InlineData(32768, 6)]
    public void The_three_parts_lie_behind_one_another_as_the_specification_says(int entries, int address)
    {
        var layout = new VirtqueueLayout(entries, address);
        Assert.InRange(layout.Descriptors - address, 0, 15);
        Assert.Equal(0, layout.Descriptors % 16);
        Assert.Equal(layout.Descriptors + 16 * entries, layout.Available);
        Assert.Equal(layout.Available + 2, layout.AvailableIndex);
        Assert.Equal(layout.Available + 4 + 2 * entries, layout.UsedEvent);
        Assert.InRange(layout.Used - (layout.Available + 6 + 2 * entries), 0, 3);
        Assert.Equal(0, layout.Used % 4);
        Assert.Equal(layout.Used + 4 + 8 * entries, layout.AvailableEvent);
        Assert.Equal(layout.Used + 6 + 8 * entries, layout.End);
        Assert.Equal(layout.AvailableEntry(0), layout.AvailableEntry((ushort)entries));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(65536)]
    public void A_queue_has_a_power_of_two_of_entries(int entries) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VirtqueueLayout(entries, 0));

    [Fact]
    public void A_request_lies_in_memory_byte_for_byte_as_the_specification_says()
    {
        var ring = new RingBench();
        ring.Offer("a", isWrite: true, sector: 0x0102030405060708);
        var table = ring.Memory.At(ring.Layout.Descriptors, 48);
        Assert.Equal((ulong)RingBench.HeaderAt, BinaryPrimitives.ReadUInt64LittleEndian(table));
        Assert.Equal(16u, BinaryPrimitives.ReadUInt32LittleEndian(table[8..]));
        Assert.Equal(new byte[] { 1, 0, 1, 0 }, table[12..16].ToArray());
        Assert.Equal(4096u, BinaryPrimitives.ReadUInt32LittleEndian(table[24..]));
        Assert.Equal(new byte[] { 1, 0, 2, 0 }, table[28..32].ToArray()); // the device reads what is written to the disk
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(table[40..]));
        Assert.Equal(new byte[] { 2, 0 }, table[44..46].ToArray());
        Assert.Equal(new byte[] { 1, 0, 0, 0 }, ring.Memory.At(ring.Layout.AvailableIndex, 4).ToArray()); // idx 1, entry 0
        Assert.Equal(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1 }, ring.Memory.At(RingBench.HeaderAt, 16).ToArray());
        Assert.True(ring.Device.TryTake(out var request));
        ring.Device.Complete(request, BlockStatus.IoError, 0);
        ring.Device.Publish();
        Assert.Equal(new byte[] { 1, 0, 0, 0, 0, 0, 1, 0, 0, 0 }, ring.Memory.At(ring.Layout.UsedIndex, 10).ToArray());
        Assert.Equal((byte)BlockStatus.IoError, ring.Memory.At(RingBench.StatusAt, 1)[0]);
    }

    [Fact]
    public void What_is_offered_comes_back_in_order_while_indices_wrap_many_times()
    {
        var ring = new RingBench(entries: 16);
        var (offered, returned) = (0, 0);
        for (var round = 0; round < 60_000; round++)
        {
            while (ring.Driver.Free >= DriverQueue<string>.ChainLength && offered - returned < round % 6)
            {
                ring.Offer($"{offered++}");
            }

            while (ring.Device.TryTake(out var request))
            {
                ring.Device.Complete(request, BlockStatus.Ok, request.DataBytes);
            }

            ring.Device.Publish();
            while (ring.Driver.TakeReturned() is { } token)
            {
                Assert.Equal($"{returned++}", token);
            }

            Assert.Equal(offered, returned);
        }

        Assert.InRange(returned, 2 * 65536, int.MaxValue);
        Assert.Equal(16, ring.Driver.Free);
    }

    [Fact]
    public void A_queue_without_room_refuses_and_takes_again_when_something_came_back()
    {
        var ring = new RingBench(entries: 8);
        ring.Offer("a");
        ring.Offer("b");
        Assert.False(ring.Driver.TryAdd("c", RingBench.HeaderAt, RingBench.DataAt, 512, false, RingBench.StatusAt));
        Assert.True(ring.Device.TryTake(out var request));
        ring.Device.Complete(request, BlockStatus.Ok, 4096);
        ring.Device.Publish();
        Assert.Equal("a", ring.Driver.TakeReturned());
        ring.Offer("c");
        Assert.Equal(2, ring.Device.Available);
    }

    [Fact]
    public void Only_the_first_request_after_the_device_asked_is_worth_a_kick()
    {
        var ring = new RingBench(entries: 32);
        Assert.True(ring.Offer("a")); // a device that was just enabled wants to hear of the first
        Assert.False(ring.Offer("b"));
        while (ring.Device.TryTake(out _))
        {
        }

        Assert.False(ring.Offer("c")); // it has not asked again: it will look by itself
        Assert.False(ring.Device.TryEnableKicks()); // and sees that there is something before it sleeps
        Assert.True(ring.Device.TryTake(out _));
        Assert.True(ring.Device.TryEnableKicks());
        Assert.True(ring.Offer("d"));
        Assert.False(ring.Offer("e"));
    }

    [Fact]
    public void Only_the_first_answer_after_the_driver_asked_is_worth_an_interrupt()
    {
        var ring = new RingBench(entries: 32);
        ring.Driver.TryEnableInterrupts();
        Assert.True(Answer());
        Assert.False(Answer());
        Assert.False(ring.Driver.TryEnableInterrupts() && ring.Driver.Returned == 0); // two are there, and it has to look again
        while (ring.Driver.TakeReturned() is not null)
        {
        }

        Assert.False(Answer());
        ring.Driver.TakeReturned();
        Assert.True(ring.Driver.TryEnableInterrupts());
        Assert.True(Answer());

        bool Answer()
        {
            ring.Offer("x");
            Assert.True(ring.Device.TryTake(out var request));
            ring.Device.Complete(request, BlockStatus.Ok, 0);
            return ring.Device.Publish();
        }
    }

    [Fact]
    public void A_back_end_that_takes_over_serves_again_what_was_taken_and_not_answered()
    {
        var ring = new RingBench(entries: 16);
        ring.Offer("a");
        ring.Offer("b");
        ring.Offer("c");
        ring.Device.TryTake(out var first);
        ring.Device.Complete(first, BlockStatus.Ok, 0);
        ring.Device.Publish();
        ring.Device.TryTake(out var second);
        ring.Device.Complete(second, BlockStatus.Ok, 0); // and then it fails
        ring.Device.TakeOver();
        Assert.Equal(2, ring.Device.Available);
        Assert.True(ring.Device.TryTake(out var again));
        Assert.Equal(second.Head, again.Head);
    }

    [Fact]
    public void A_device_that_gives_back_what_it_never_got_is_a_bug_that_is_noticed()
    {
        var ring = new RingBench();
        ring.Offer("a");
        ring.Memory.Write32(ring.Layout.UsedEntry(0), 3);
        ring.Memory.Publish16(ring.Layout.UsedIndex, 1);
        Assert.Contains("chain 3", Assert.Throws<InvalidOperationException>(ring.Driver.TakeReturned).Message, StringComparison.Ordinal);
    }
}
