using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// A child device mapped into a VM: one contiguous range of addresses, whatever blocks lie behind it; the MMU translates. The memory goes
/// when the area and the last lease on it are disposed. Thread-safe.
/// </summary>
public sealed class NvmArea : IDisposable
{
    private readonly AddressRange _range;
    private readonly SharedLifetime _lifetime;
    private readonly Func<nint, AccessGate>? _gate;
    private int _disposed;

    private NvmArea(ChildDevice child, AddressRange range, SharedLifetime lifetime, Func<nint, AccessGate>? gate) =>
        (Child, _range, _lifetime, _gate) = (child, range, lifetime, gate);

    /// <summary>The child device behind it.</summary>
    public ChildDevice Child { get; }

    /// <summary>Bytes of the area.</summary>
    public long LengthBytes => Child.SizeBytes;

    /// <summary>Stretches of adjacent blocks it is mapped from.</summary>
    public int ExtentCount => Child.Extents.Count;

    /// <summary>Share of its bytes that lie in large pages of 2 MiB, 0 to 1.</summary>
    public double LargePageShare => Child.LargePageShare;

    /// <summary>Bytes of the page table behind it.</summary>
    public long MetadataBytes => Child.PageTableBytes;

    /// <summary>First address of the area.</summary>
    internal nint FirstAddress => _range.Start;

    /// <summary>Takes a lease: a hold on the memory for one user.</summary>
    /// <exception cref="ObjectDisposedException">The area was disposed.</exception>
    /// <exception cref="NvmException">The lease's gate cannot be made.</exception>
    public NvmLease Lease()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !_lifetime.TryJoin(), this);
        try
        {
            return new NvmLease(_lifetime, _range.Start, LengthBytes, _gate?.Invoke(_range.Start));
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
            _lifetime.Leave();
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
        Action unmapped)
    {
        ObjectDisposedException.ThrowIf(!memory.TryJoin(), memory);
        AddressRange? range = null;
        AreaProtection? protection = null;
        try
        {
            range = AddressRange.Reserve(child.SizeBytes, ledger);
            protection = protect?.Invoke(range.Start);
            long offsetBytes = 0;
            foreach (var extent in child.Extents)
            {
                var lengthBytes = extent.Blocks * DeviceGeometry.BlockBytes;
                range.Map(offsetBytes, memory, extent.FirstBlock * DeviceGeometry.BlockBytes, lengthBytes, prefault);
                protection?.Shut(range, offsetBytes, lengthBytes);
                offsetBytes += lengthBytes;
            }
        }
        catch
        {
            range?.Release();
            protection?.Release();
            memory.Leave();
            throw;
        }

        return new NvmArea(child, range, new SharedLifetime(() =>
        {
            range.Release();
            protection?.Release();
            memory.Leave();
            unmapped();
        }), gate ?? (protection is null ? null : _ => protection.MakeGate()));
    }
}
