using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mbsa.Nvm.Memory;

/// <summary>
/// Stores that go past the caches to memory, as a driver of memory-bus storage writes: whole lines with the widest non-temporal store the
/// processor has, then a fence by which they have arrived. Knows nothing of time. A processor without such stores gets a plain copy
/// and a full barrier.
/// </summary>
public static unsafe class NonTemporal
{
    /// <summary>Width of the stores on this processor, in bytes; 0 when it has none.</summary>
    public static int StoreBytes => Avx512F.IsSupported ? 64 : Avx.IsSupported ? 32 : Sse2.IsSupported ? 16 : 0;

    /// <summary>Width of movnti, in bytes: the store that needs no vector register; 0 on a processor that has none.</summary>
    internal static int WordBytes => Sse2.X64.IsSupported ? 8 : StoreBytes;

    /// <summary>
    /// Copies bytes past the caches. What stands before the first and after the last whole store goes in 8-byte non-temporal stores, and
    /// what is left of that (at most 7 bytes at either end) as plain bytes.
    /// </summary>
    /// <param name="destination">Device memory; any alignment, at least as long as the source.</param>
    /// <param name="source">What to write; must not overlap the destination.</param>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public static void Copy(Span<byte> destination, ReadOnlySpan<byte> source) => Copy(destination, source, StoreBytes);

    /// <summary>Waits until all stores before it have reached memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
        else
        {
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>The same with stores of a given width, which the processor must have; 0 is the plain copy.</summary>
    internal static void Copy(Span<byte> destination, ReadOnlySpan<byte> source, int storeBytes)
    {
        if (destination.Length < source.Length)
        {
            throw new ArgumentException("the destination is shorter than the source", nameof(destination));
        }

        fixed (byte* to = &MemoryMarshal.GetReference(destination), from = &MemoryMarshal.GetReference(source))
        {
            Copy(to, from, (nuint)source.Length, (nuint)storeBytes);
        }
    }

    internal static void Copy(byte* to, byte* from, nuint length) => Copy(to, from, length, (nuint)StoreBytes);

    private static void Copy(byte* to, byte* from, nuint length, nuint storeBytes)
    {
        if (storeBytes == 0 || length < 8)
        {
            Unsafe.CopyBlockUnaligned(to, from, (uint)length);
            return;
        }

        var head = Math.Min((nuint)(-(nint)to) & (storeBytes - 1), length);
        if (head > 0)
        {
            CopyEdge(to, from, head);
            to += head;
            from += head;
            length -= head;
        }

        var whole = length & ~(storeBytes - 1);
        switch (storeBytes)
        {
            case 64:
                Copy512(to, from, whole);
                break;
            case 32:
                Copy256(to, from, whole);
                break;
            case 8:
                Copy64(to, from, whole);
                break;
            default:
                Copy128(to, from, whole);
                break;
        }

        if (whole < length)
        {
            CopyEdge(to + whole, from + whole, length - whole);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy512(byte* to, byte* from, nuint length)
    {
        nuint i = 0;
        for (; i + 256 <= length; i += 256)
        {
            // Four loads ahead of four stores keep the reads of a cold source in flight together.
            var a = Vector512.Load(from + i);
            var b = Vector512.Load(from + i + 64);
            var c = Vector512.Load(from + i + 128);
            var d = Vector512.Load(from + i + 192);
            Avx512F.StoreAlignedNonTemporal(to + i, a);
            Avx512F.StoreAlignedNonTemporal(to + i + 64, b);
            Avx512F.StoreAlignedNonTemporal(to + i + 128, c);
            Avx512F.StoreAlignedNonTemporal(to + i + 192, d);
        }

        for (; i < length; i += 64)
        {
            Avx512F.StoreAlignedNonTemporal(to + i, Vector512.Load(from + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy256(byte* to, byte* from, nuint length)
    {
        nuint i = 0;
        for (; i + 128 <= length; i += 128)
        {
            var a = Vector256.Load(from + i);
            var b = Vector256.Load(from + i + 32);
            var c = Vector256.Load(from + i + 64);
            var d = Vector256.Load(from + i + 96);
            Avx.StoreAlignedNonTemporal(to + i, a);
            Avx.StoreAlignedNonTemporal(to + i + 32, b);
            Avx.StoreAlignedNonTemporal(to + i + 64, c);
            Avx.StoreAlignedNonTemporal(to + i + 96, d);
        }

        for (; i < length; i += 32)
        {
            Avx.StoreAlignedNonTemporal(to + i, Vector256.Load(from + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy128(byte* to, byte* from, nuint length)
    {
        for (nuint i = 0; i < length; i += 16)
        {
            Sse2.StoreAlignedNonTemporal(to + i, Vector128.Load(from + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy64(byte* to, byte* from, nuint length)
    {
        nuint i = 0;
        for (; i + 32 <= length; i += 32)
        {
            var a = Unsafe.ReadUnaligned<long>(from + i);
            var b = Unsafe.ReadUnaligned<long>(from + i + 8);
            var c = Unsafe.ReadUnaligned<long>(from + i + 16);
            var d = Unsafe.ReadUnaligned<long>(from + i + 24);
            Sse2.X64.StoreNonTemporal((long*)(to + i), a);
            Sse2.X64.StoreNonTemporal((long*)(to + i + 8), b);
            Sse2.X64.StoreNonTemporal((long*)(to + i + 16), c);
            Sse2.X64.StoreNonTemporal((long*)(to + i + 24), d);
        }

        for (; i < length; i += 8)
        {
            Sse2.X64.StoreNonTemporal((long*)(to + i), Unsafe.ReadUnaligned<long>(from + i));
        }
    }

    /// <summary>Fewer bytes than a store is wide: movnti for the aligned words, plain stores for the odd bytes.</summary>
    private static void CopyEdge(byte* to, byte* from, nuint length)
    {
        for (; length > 0 && ((nuint)to & 7) != 0; length--)
        {
            *to++ = *from++;
        }

        for (; length >= 8 && Sse2.X64.IsSupported; length -= 8, to += 8, from += 8)
        {
            Sse2.X64.StoreNonTemporal((long*)to, Unsafe.ReadUnaligned<long>(from));
        }

        for (; length > 0; length--)
        {
            *to++ = *from++;
        }
    }
}
