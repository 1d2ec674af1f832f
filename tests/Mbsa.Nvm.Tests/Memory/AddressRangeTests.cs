using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Memory;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData(4096)]
    [InlineData(2 << 20)]
    [InlineData((2 << 20) + 4096)]
    public void It_begins_at_two_mebibytes_and_leaves_a_page_unmapped_after_its_end(long lengthBytes)
    {
        var ledger = new MemoryLedger();

        var range = AddressRange.Reserve(lengthBytes, ledger, "a test");

        Assert.Equal(0, range.Start % AddressRange.LargePageBytes);
        Assert.Equal(1, ledger.ReservedRanges);
        Assert.True(ledger.ReservedBytes >= lengthBytes + 4096);
        range.Release();
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [Theory]
    [InlineData(0, 0, 3 * 4096)]
    [InlineData(4096, 0, 2 * 4096)]
    [InlineData(0, 4096, 2 * 4096)]
    [InlineData(-4096, 0, 4096)]
    [InlineData(0, -4096, 4096)]
    [InlineData(0, 0, -4096)]
    public void Nothing_is_mapped_outside_the_range_or_the_device(long offsetBytes, long memoryOffsetBytes, long lengthBytes)
    {
        var ledger = new MemoryLedger();
        var memory = DeviceMemory.Create(2 * 4096, null, ledger);
        var range = AddressRange.Reserve(2 * 4096, ledger, "a test");

        Assert.Throws<ArgumentOutOfRangeException>(() => range.Map(offsetBytes, memory, memoryOffsetBytes, lengthBytes, prefault: false));

        Assert.Equal(0, ledger.Mappings);
        range.Release();
        memory.Leave();
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [Fact]
    public void The_ledger_says_what_is_held()
    {
        var ledger = new MemoryLedger();
        var memory = DeviceMemory.Create(8192, null, ledger);
        var range = AddressRange.Reserve(8192, ledger, "a test");
        range.Map(0, memory, 4096, 4096, prefault: true);
        range.Map(4096, memory, 0, 4096, prefault: false);

        Assert.Equal("1 address ranges of 2097152 bytes, 2 mappings of 8192 bytes, 1 open descriptors, 0 protection keys; "
            + "held by a test, device in memory", ledger.Describe());

        memory.Leave();
        Assert.Equal(0, ledger.OpenDescriptors);
        range.Release();
        Assert.Equal("no memory held", ledger.Describe());
    }
}
