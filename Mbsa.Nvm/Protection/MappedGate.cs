using System.Runtime.CompilerServices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// A gate to an area that stays mapped: reads go straight to memory, writes through a window. One lease, one gate, one thread at a time.
/// </summary>
/// <param name="start">First address of the area.</param>
/// <param name="storeBytes">Width of the non-temporal stores.</param>
internal abstract unsafe class MappedGate(nint start, int storeBytes) : AccessGate
{
    private readonly byte* _start = (byte*)start;

    /// <inheritdoc/>
    public override void Read(long offsetBytes, Span<byte> destination) => View(offsetBytes, destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    public override void Stream(long offsetBytes, ReadOnlySpan<byte> source)
    {
        // No bytes, no window: a window of no pages is one that the kernel would refuse.
        if (source.IsEmpty)
        {
            return;
        }

        Open(offsetBytes, source.Length);
        NonTemporal.Copy(new Span<byte>(_start + offsetBytes, source.Length), source, storeBytes);
        Close(offsetBytes, source.Length);
    }

    /// <inheritdoc/>
    public override void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        // Whether a store is allowed is decided when it is done, not when it arrives: the fence need not stand inside the window.
        Stream(offsetBytes, source);
        NonTemporal.Fence();
    }

    /// <inheritdoc/>
    public override void Fence() => NonTemporal.Fence();

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> View(long offsetBytes, int lengthBytes)
    {
        AllowReads();
        return new ReadOnlySpan<byte>(_start + offsetBytes, lengthBytes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Prefetch(long offsetBytes) => CacheHint.FetchLines(_start + offsetBytes);

    /// <summary>Lets this thread read, where that is not a matter of course.</summary>
    protected virtual void AllowReads()
    {
    }

    /// <summary>Lets this thread write a stretch of at least one byte.</summary>
    protected abstract void Open(long offsetBytes, long lengthBytes);

    /// <summary>Ends that.</summary>
    protected abstract void Close(long offsetBytes, long lengthBytes);
}
