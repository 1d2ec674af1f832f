using System.Runtime.InteropServices;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// Memory that I/Os copy to and from: it starts at a page, as the buffers of a guest's block layer do,
/// so that no copy straddles cache lines.
/// </summary>
public static class IoBuffer
{
    private const int PageBytes = 4096;

    /// <summary>Allocates a buffer on the pinned heap; its content is undefined.</summary>
    public static ArraySegment<byte> Allocate(int lengthBytes)
    {
        var array = GC.AllocateUninitializedArray<byte>(lengthBytes + PageBytes - 1, pinned: true);
        var behindPage = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) & (PageBytes - 1));
        return new ArraySegment<byte>(array, behindPage == 0 ? 0 : PageBytes - behindPage, lengthBytes);
    }
}
