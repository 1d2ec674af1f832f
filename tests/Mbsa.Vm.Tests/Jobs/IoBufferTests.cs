using System.Runtime.InteropServices;
using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Tests.Jobs;

public sealed class IoBufferTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    public void A_buffer_starts_at_a_page_and_has_the_length_asked_for(int lengthBytes)
    {
        var buffer = IoBuffer.Allocate(lengthBytes);
        Assert.Equal(lengthBytes, buffer.Count);
        Assert.Equal(0, Marshal.UnsafeAddrOfPinnedArrayElement(buffer.Array!, buffer.Offset) % 4096);
    }
}
