using System.Runtime.CompilerServices;

namespace Mbsa.Nvm.Memory;

/// <summary>
/// A contiguous range of addresses, aligned to 2 MiB, behind which nothing lies until extents of a device are mapped into it; what is not
/// mapped faults when touched, and at least one page after the end never is mapped. Not thread-safe; its owner counts the users.
/// </summary>
internal sealed class AddressRange
{
    /// <summary>Size and alignment of the MMU's large page.</summary>
    public const long LargePageBytes = 2 << 20;

    private const long GuardBytes = 4096;

    private readonly MemoryLedger _ledger;
    private readonly string _owner;
    private readonly long _reservedBytes;
    private long _mappings, _mappedBytes;

    private AddressRange(nint start, long lengthBytes, long reservedBytes, MemoryLedger ledger, string owner)
    {
        (Start, LengthBytes, _reservedBytes, _ledger, _owner) = (start, lengthBytes, reservedBytes, ledger, owner);
        _ledger.Reserved(reservedBytes, owner);
    }

    /// <summary>First address.</summary>
    public nint Start { get; }

    /// <summary>Bytes that may be mapped.</summary>
    public long LengthBytes { get; }

    /// <summary>Reserves a range of at least this length.</summary>
    /// <param name="lengthBytes">The length, in bytes.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <param name="owner">Whose it is, for people who look for what was not given back.</param>
    /// <exception cref="NvmException">The address space is exhausted.</exception>
    public static AddressRange Reserve(long lengthBytes, MemoryLedger ledger, string owner)
    {
        var reservedBytes = RoundUp(lengthBytes + GuardBytes);
        var looseBytes = reservedBytes + LargePageBytes;
        var loose = Libc.Map(0, (nuint)looseBytes, Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
        if (loose == Libc.MAP_FAILED)
        {
            throw new NvmException("address space", $"cannot reserve {reservedBytes} bytes of addresses: {Libc.LastError()}");
        }

        // The kernel aligns to a page only: reserve more, then give back what stands before and after the aligned part.
        var start = (nint)RoundUp(loose);
        Unmap(loose, start - loose);
        Unmap(start + (nint)reservedBytes, loose + (nint)looseBytes - start - (nint)reservedBytes);
        return new AddressRange(start, lengthBytes, reservedBytes, ledger, owner);
    }

    /// <summary>Maps a stretch of a device into the range, in place of what was there.</summary>
    /// <param name="offsetBytes">Where in the range, a multiple of 4096.</param>
    /// <param name="memory">The device's bytes.</param>
    /// <param name="memoryOffsetBytes">Where on the device, a multiple of 4096.</param>
    /// <param name="lengthBytes">How much, a multiple of 4096.</param>
    /// <param name="prefault">Whether to give memory to every page now instead of at the first touch,
    /// in large pages where the kernel has them.</param>
    /// <exception cref="NvmException">The kernel refuses: too many mappings, or no memory.
    /// Nothing of the device lies there then.</exception>
    public void Map(long offsetBytes, DeviceMemory memory, long memoryOffsetBytes, long lengthBytes, bool prefault)
    {
        if ((offsetBytes | memoryOffsetBytes | lengthBytes | (LengthBytes - lengthBytes - offsetBytes)
            | (memory.SizeBytes - lengthBytes - memoryOffsetBytes)) < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(lengthBytes), "the stretch does not lie within the range and the device");
        }

        var address = Start + (nint)offsetBytes;
        var sharing = memory.IsReadOnly ? Libc.MAP_PRIVATE | Libc.MAP_NORESERVE : Libc.MAP_SHARED;
        if (Libc.Map(address, (nuint)lengthBytes, Libc.PROT_READ | Libc.PROT_WRITE,
            sharing | Libc.MAP_FIXED, memory.Descriptor, memoryOffsetBytes) == Libc.MAP_FAILED)
        {
            throw new NvmException("mapping", $"cannot map {lengthBytes} bytes as mapping number "
                + $"{_mappings + 1} (the kernel's limit is vm.max_map_count): {Libc.LastError()}");
        }

        _mappings++;
        _mappedBytes += lengthBytes;
        _ledger.Mapped(lengthBytes);
        if (!prefault)
        {
            return;
        }

        try
        {
            Prefault(address, lengthBytes);
        }
        catch
        {
            ReplaceByZeros(offsetBytes, lengthBytes); // the blocks may soon be somebody else's
            throw;
        }
    }

    /// <summary>
    /// Puts private zero memory in place of a stretch of a device: who comes too late finds bytes there that are nobody's.
    /// When this returns no thread reaches the device through it any more.
    /// </summary>
    /// <param name="offsetBytes">Where in the range, a multiple of 4096.</param>
    /// <param name="lengthBytes">How much, a multiple of 4096; all of it was mapped.</param>
    /// <exception cref="NvmException">The kernel refuses; what was mapped still is.</exception>
    public void ReplaceByZeros(long offsetBytes, long lengthBytes)
    {
        const int anonymous = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED;
        if (Libc.Map(Start + (nint)offsetBytes, (nuint)lengthBytes, Libc.PROT_READ | Libc.PROT_WRITE, anonymous, -1, 0) == Libc.MAP_FAILED)
        {
            throw new NvmException("mapping", $"cannot take {lengthBytes} bytes of the device out of an area: {Libc.LastError()}");
        }

        _mappedBytes -= lengthBytes;
        _ledger.Unmapped(0, lengthBytes);
    }

    /// <summary>Takes out what one call of <see cref="Map"/> mapped; the addresses stay reserved.</summary>
    /// <exception cref="NvmException">The kernel refuses.</exception>
    public void Empty(long offsetBytes, long lengthBytes)
    {
        const int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED;
        if (Libc.Map(Start + (nint)offsetBytes, (nuint)lengthBytes, Libc.PROT_NONE, flags, -1, 0) == Libc.MAP_FAILED)
        {
            throw new NvmException("mapping", $"cannot take {lengthBytes} bytes out of a mapping: {Libc.LastError()}");
        }

        _mappings--;
        _mappedBytes -= lengthBytes;
        _ledger.Unmapped(1, lengthBytes);
    }

    /// <summary>Gives the whole range back. Called once, when nobody uses it any more.</summary>
    public void Release()
    {
        if (Libc.Unmap(Start, (nuint)_reservedBytes) == 0)
        {
            _ledger.Unmapped(_mappings, _mappedBytes);
            _ledger.Unreserved(_reservedBytes, _owner);
        }
    }

    private static unsafe void Prefault(nint address, long lengthBytes)
    {
        // Advice: a kernel without large pages for shared memory says no, and small pages do.
        _ = Libc.Advise(address, (nuint)lengthBytes, Libc.MADV_HUGEPAGE);
        if (Libc.Advise(address, (nuint)lengthBytes, Libc.MADV_POPULATE_WRITE) != 0)
        {
            throw new NvmException("mapping", $"cannot give memory to {lengthBytes} bytes of the device: {Libc.LastError()}");
        }

        // Where a host shadows the page tables of a virtual machine, the first access to a page still traps to it:
        // that belongs here, not into somebody's I/O.
        for (long offset = 0; offset < lengthBytes; offset += GuardBytes)
        {
            _ = Volatile.Read(ref Unsafe.AsRef<byte>((void*)(address + (nint)offset)));
        }
    }

    private static void Unmap(nint address, nint lengthBytes)
    {
        if (lengthBytes > 0)
        {
            _ = Libc.Unmap(address, (nuint)lengthBytes);
        }
    }

    private static long RoundUp(long value) => (value + LargePageBytes - 1) & -LargePageBytes;
}
