using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// The method <c>pte</c>: pages are read-only, and writable only while a window is open. Two leases may write parts of one page at once,
/// and the first to end must not shut it before the other; so a window is opened and shut under a lock of the area.
/// It costs nothing beside the calls it is held for, which take the lock of the whole address space.
/// </summary>
/// <param name="start">First address of the area, a multiple of the page.</param>
internal sealed class PageProtection(nint start) : AreaProtection
{
    private const long PageBytes = DeviceGeometry.BlockBytes;

    private readonly Lock _lock = new();
    private readonly List<Window> _open = [];
    private bool _isShut;

    /// <inheritdoc/>
    public override void Shut(AddressRange range, long offsetBytes, long lengthBytes)
    {
        Protect(range.Start + (nint)offsetBytes, lengthBytes, Libc.PROT_READ);
        _isShut = true;
    }

    /// <inheritdoc/>
    public override AccessGate MakeGate() => new PageGate(start, this);

    /// <summary>Makes the pages of a stretch writable. Before anything was shut, everything is.</summary>
    /// <exception cref="NvmException">The kernel refuses: too many mappings.</exception>
    public void Open(long offsetBytes, long lengthBytes)
    {
        if (!_isShut)
        {
            return;
        }

        var window = Window.Around(offsetBytes, lengthBytes);
        lock (_lock)
        {
            Protect(start + (nint)window.Start, window.End - window.Start, Libc.PROT_READ | Libc.PROT_WRITE);
            _open.Add(window);
        }
    }

    /// <summary>Makes the pages of an opened stretch read-only again, but for those that another window holds open.</summary>
    /// <exception cref="NvmException">The kernel refuses: too many mappings.</exception>
    public void Close(long offsetBytes, long lengthBytes)
    {
        if (!_isShut)
        {
            return;
        }

        var window = Window.Around(offsetBytes, lengthBytes);
        lock (_lock)
        {
            _open.Remove(window);
            for (var at = window.Start; at < window.End;)
            {
                var free = FreeFrom(at, window.End, out var resumesAt);
                if (free > at)
                {
                    Protect(start + (nint)at, free - at, Libc.PROT_READ);
                }

                at = resumesAt;
            }
        }
    }

    /// <summary>How far no window is open, and where to look on after that.</summary>
    private long FreeFrom(long at, long end, out long resumesAt)
    {
        var free = end;
        foreach (var other in _open)
        {
            if (other.Start <= at && other.End > at)
            {
                resumesAt = Math.Min(other.End, end);
                return at;
            }

            if (other.Start > at)
            {
                free = Math.Min(free, other.Start);
            }
        }

        resumesAt = free;
        return free;
    }

    private static void Protect(nint address, long lengthBytes, int protection)
    {
        if (Libc.Protect(address, (nuint)lengthBytes, protection) != 0)
        {
            throw new NvmException("protection pte",
                $"cannot change the protection of {lengthBytes} bytes (the kernel's limit is vm.max_map_count): {Libc.LastError()}");
        }
    }

    /// <summary>Whole pages, as offsets in the area.</summary>
    private readonly record struct Window(long Start, long End)
    {
        public static Window Around(long offsetBytes, long lengthBytes) =>
            new(offsetBytes & -PageBytes, (offsetBytes + lengthBytes + PageBytes - 1) & -PageBytes);
    }
}
