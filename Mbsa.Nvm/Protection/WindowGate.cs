using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// The gate of <c>pmap</c>: page by page, the device is mapped into the lease's window, copied, and taken out again.
/// What is looked at in place is a copy. The paper's window belongs to a core with its interrupts off;
/// a lease is used by one thread at a time, which comes to the same.
/// </summary>
/// <param name="area">Knows what lies where.</param>
/// <param name="window">One page of addresses, owned by this gate.</param>
internal sealed unsafe class WindowGate(WindowProtection area, AddressRange window) : AccessGate
{
    private const int PageBytes = DeviceGeometry.BlockBytes;

    private byte[] _copy = [];

    /// <inheritdoc/>
    public override void Read(long offsetBytes, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var page = Open(offsetBytes, destination.Length, Libc.PROT_READ);
            page.CopyTo(destination);
            destination = destination[page.Length..];
            offsetBytes += page.Length;
            Close();
        }
    }

    /// <inheritdoc/>
    public override void Stream(long offsetBytes, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            var page = Open(offsetBytes, source.Length, Libc.PROT_READ | Libc.PROT_WRITE);
            NonTemporal.Copy(page, source[..page.Length]);
            source = source[page.Length..];
            offsetBytes += page.Length;
            Close();
        }
    }

    /// <inheritdoc/>
    public override void Fence() => NonTemporal.Fence();

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> View(long offsetBytes, int lengthBytes)
    {
        if (_copy.Length < lengthBytes)
        {
            _copy = new byte[lengthBytes];
        }

        var copy = _copy.AsSpan(0, lengthBytes);
        Read(offsetBytes, copy);
        return copy;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        window.Release();
        base.Dispose();
    }

    /// <summary>Maps the page at an offset; what is wanted of it, at most to its end.</summary>
    private Span<byte> Open(long offsetBytes, int lengthBytes, int protection)
    {
        var within = (int)(offsetBytes & (PageBytes - 1));

        // Populated in the same call: the page is touched at once, and a fault would only be a second way into the kernel.
        const int flags = Libc.MAP_SHARED | Libc.MAP_FIXED | Libc.MAP_POPULATE;
        Map(protection, flags, area.Descriptor, area.DeviceOffset(offsetBytes / PageBytes));
        return new Span<byte>((byte*)window.Start + within, Math.Min(lengthBytes, PageBytes - within));
    }

    /// <summary>
    /// Puts nothing in its place. Simply unmapped, the address could be given to somebody else before the next access maps it.
    /// </summary>
    private void Close() => Map(Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED, -1, 0);

    private void Map(int protection, int flags, int descriptor, long deviceOffsetBytes)
    {
        if (Libc.Map(window.Start, PageBytes, protection, flags, descriptor, deviceOffsetBytes) == Libc.MAP_FAILED)
        {
            throw new NvmException("protection pmap",
                $"cannot map the window of one page (the kernel's limit is vm.max_map_count): {Libc.LastError()}");
        }
    }
}
