using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// A child device mapped into a VM: one contiguous range of addresses, whatever blocks lie behind it;
/// the MMU translates. It follows its child device when that is resized, and its leases with it.
/// The memory goes when the area and the last lease on it are disposed. Thread-safe.
/// </summary>
public sealed class NvmArea : IDisposable
{
    /// <summary>Addresses that an area reserves to grow into: eight times its size, at least a gibibyte. They cost nothing.</summary>
    private const long MinRoomBytes = 1L << 30, RoomFactor = 8;

    /// <summary>Half of the 47 bits of addresses that a process has; beyond, areas get no room to grow.</summary>
    private const long MaxReservedBytes = 1L << 46;

    private readonly AddressRange _range;
    private readonly DeviceMemory _memory;
    private readonly SharedLifetime _lifetime;
    private readonly Func<nint, AccessGate>? _gate;
    private readonly AreaProtection? _protection;
    private readonly bool _prefault;
    private readonly HashSet<NvmLease> _leases = [];
    private volatile ChildDevice _child;
    private int _disposed;

    private NvmArea(
        ChildDevice child, DeviceMemory memory, AddressRange range, bool prefault,
        AreaProtection? protection, Func<nint, AccessGate>? gate, Action<NvmArea> unmapped)
    {
        (_child, _memory, _range, _prefault, _protection, _gate) = (child, memory, range, prefault, protection, gate);
        _lifetime = new SharedLifetime(() =>
        {
            range.Release();
            protection?.Release();
            memory.Leave();
            unmapped(this);
        });
    }

    /// <summary>The child device behind it, as it is now.</summary>
    public ChildDevice Child => _child;

    /// <summary>Bytes of the area.</summary>
    public long LengthBytes => _child.SizeBytes;

    /// <summary>Stretches of adjacent blocks it is mapped from.</summary>
    public int ExtentCount => _child.Extents.Count;

    /// <summary>Share of its bytes that lie in large pages of 2 MiB, 0 to 1.</summary>
    public double LargePageShare => _child.LargePageShare;

    /// <summary>Bytes of the page table behind it.</summary>
    public long MetadataBytes => _child.PageTableBytes;

    /// <summary>Bytes up to which it can grow while it is mapped.</summary>
    internal long RoomBytes => _range.LengthBytes;

    /// <summary>First address of the area.</summary>
    internal nint FirstAddress => _range.Start;

    /// <summary>Takes a lease: a hold on the memory for one user.</summary>
    /// <exception cref="ObjectDisposedException">The area was disposed.</exception>
    /// <exception cref="NvmException">The lease's gate cannot be made.</exception>
    public NvmLease Lease()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !TryJoin(), this);
        try
        {
            lock (_leases)
            {
                var lease = new NvmLease(_lifetime, _range.Start, LengthBytes,
                    _gate?.Invoke(_range.Start) ?? _protection?.MakeGate(), Forget);
                _leases.Add(lease);
                return lease;
            }
        }
        catch
        {
            _lifetime.Leave();
            throw;
        }
    }

    /// <summary>Ends the area: no new leases; those there are stay good. Twice does no harm.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Leave();
        }
    }

    /// <summary>Maps a child device.</summary>
    /// <param name="child">The child device.</param>
    /// <param name="memory">The device's bytes; joined for as long as the area lives.</param>
    /// <param name="prefault">Whether every page gets memory now.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <param name="protect">Makes the protection of the area, given the first address; null, or null as its answer, for none.</param>
    /// <param name="gate">Makes the gate of each lease, given the first address, in place of the protection's; null for that.</param>
    /// <param name="unmapped">Called once, when the memory is gone.</param>
    internal static NvmArea Map(
        ChildDevice child,
        DeviceMemory memory,
        bool prefault,
        MemoryLedger ledger,
        Func<nint, AreaProtection?>? protect,
        Func<nint, AccessGate>? gate,
        Action<NvmArea> unmapped)
    {
        ObjectDisposedException.ThrowIf(!memory.TryJoin(), memory);
        AddressRange? range = null;
        AreaProtection? protection = null;
        try
        {
            range = Reserve(child, memory.SizeBytes, ledger);
            protection = protect?.Invoke(range.Start);
            long mappedBytes = 0;
            Map(range, memory, child, ref mappedBytes, prefault, protection);
        }
        catch
        {
            range?.Release();
            protection?.Release();
            memory.Leave();
            throw;
        }

        return new NvmArea(child, memory, range, prefault, protection, gate, unmapped);
    }

    /// <summary>Keeps the memory from going, unless it is gone already; for the device, while it resizes.</summary>
    internal bool TryJoin() => _lifetime.TryJoin();

    /// <summary>Takes the hold back.</summary>
    internal void Leave() => _lifetime.Leave();

    /// <summary>Maps what a grown child device has more, behind the end, where no lease reaches yet.</summary>
    /// <exception cref="NvmException">The kernel refuses; the area is as it was.</exception>
    internal void MapBehind(ChildDevice grown)
    {
        var mappedBytes = LengthBytes;
        try
        {
            Map(_range, _memory, grown, ref mappedBytes, _prefault, _protection);
        }
        catch
        {
            UnmapBehind(mappedBytes);
            throw;
        }
    }

    /// <summary>Takes back what was mapped behind the end, up to a length.</summary>
    internal void UnmapBehind(long lengthBytes)
    {
        if (lengthBytes > LengthBytes && _protection?.EmptiesTheArea != true)
        {
            _range.ReplaceByZeros(LengthBytes, lengthBytes - LengthBytes);
        }
    }

    /// <summary>
    /// Follows its child device. A smaller one ends sooner first; then nothing of its tail can be reached through here any more.
    /// </summary>
    internal void Follow(ChildDevice child)
    {
        var before = LengthBytes;
        lock (_leases)
        {
            _child = child;
            _protection?.Follow(child);
            foreach (var lease in _leases)
            {
                lease.SetEnd(child.SizeBytes);
            }
        }

        if (child.SizeBytes < before && _protection?.EmptiesTheArea != true)
        {
            _range.ReplaceByZeros(child.SizeBytes, before - child.SizeBytes);
        }
    }

    private static AddressRange Reserve(ChildDevice child, long deviceBytes, MemoryLedger ledger)
    {
        var (lengthBytes, owner) = (child.SizeBytes, $"area of '{child.Name}'");
        var room = Math.Min(deviceBytes, Math.Max(MinRoomBytes, RoomFactor * lengthBytes));
        if (room > lengthBytes && ledger.ReservedBytes + room <= MaxReservedBytes)
        {
            try
            {
                return AddressRange.Reserve(room, ledger, owner);
            }
            catch (NvmException)
            {
                // Few addresses, as under a limit: then it cannot grow.
            }
        }

        return AddressRange.Reserve(lengthBytes, ledger, owner);
    }

    /// <summary>Maps the extents of a child device, those that are mapped already left out.</summary>
    private static void Map(AddressRange range, DeviceMemory memory,
        ChildDevice child, ref long mappedBytes, bool prefault, AreaProtection? protection)
    {
        long offsetBytes = 0;
        foreach (var extent in child.Extents)
        {
            var lengthBytes = extent.Blocks * DeviceGeometry.BlockBytes;
            var skipped = Math.Clamp(mappedBytes - offsetBytes, 0, lengthBytes);
            if (skipped < lengthBytes)
            {
                range.Map(offsetBytes + skipped, memory,
                    extent.FirstBlock * DeviceGeometry.BlockBytes + skipped, lengthBytes - skipped, prefault);
                mappedBytes = offsetBytes + lengthBytes; // also if it cannot be shut
                protection?.Shut(range, offsetBytes + skipped, lengthBytes - skipped);
            }

            offsetBytes += lengthBytes;
        }
    }

    private void Forget(NvmLease lease)
    {
        lock (_leases)
        {
            _leases.Remove(lease);
        }
    }
}
