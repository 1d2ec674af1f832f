using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Mbsa.Nvm.Memory;

/// <summary>Hints about memory that will be needed soon. They change nothing but time, and never fault.</summary>
public static unsafe class CacheHint
{
    private const int LineBytes = 64;

    /// <summary>Enough for the processor's own prefetchers to take over.</summary>
    private const int Lines = 16;

    /// <summary>
    /// Asks for the cache line of a place: unlike a load, nothing waits for it to arrive.
    /// Does nothing on a processor that has no such hint.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<T>(ref readonly T place)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            // Nothing is pinned: were the object moved at this very moment, the hint would be of no use and do no harm.
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place)));
        }
    }

    /// <summary>Asks for the first lines of a long stretch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FetchLines(byte* start)
    {
        if (Sse.IsSupported)
        {
            for (var line = 0; line < Lines; line++)
            {
                Sse.Prefetch0(start + line * LineBytes);
            }
        }
    }
}
