using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// One user's hold on an NVM area: as long as it is not disposed the memory stays. Every access is checked against the area's end, so no
/// offset reaches a byte outside the child device. No access locks or allocates. A lease is used by one thread at a time;
/// each user takes its own.
/// </summary>
public sealed unsafe class NvmLease : IDisposable
{
    private readonly SharedLifetime _lifetime;
    private readonly byte* _start;
    private readonly AccessGate? _gate;
    private readonly Action<NvmLease>? _ended;

    // One more than the length, and 0 once disposed: then even an access of no bytes at offset 0 fails the same comparison.
    private ulong _end;
    private int _disposed;

    /// <summary>Takes over a place in the lifetime, which the maker has joined for it.</summary>
    internal NvmLease(SharedLifetime lifetime, nint start, long lengthBytes, AccessGate? gate = null, Action<NvmLease>? ended = null)
    {
        (_lifetime, _end, LengthBytes, _gate, _ended) = (lifetime, (ulong)lengthBytes + 1, lengthBytes, gate, ended);
        _start = (byte*)start;
    }

    /// <summary>Bytes of the area; changes when its child device is resized.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>Whether accesses go straight to memory.</summary>
    internal bool IsDirect => _gate is not { SeesEveryStore: true };

    /// <summary>Copies bytes out of the area with plain loads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the area.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Read(long offsetBytes, Span<byte> destination)
    {
        Check(offsetBytes, destination.Length);
        if (_gate is not null)
        {
            _gate.Read(offsetBytes, destination);
            return;
        }

        new ReadOnlySpan<byte>(_start + offsetBytes, destination.Length).CopyTo(destination);
    }

    /// <summary>Copies bytes into the area past the caches and fences: when this returns they are persistent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the area.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        Check(offsetBytes, source.Length);
        if (_gate is not null)
        {
            _gate.Write(offsetBytes, source);
            return;
        }

        Copy(offsetBytes, source);
        NonTemporal.Fence();
    }

    /// <summary>
    /// Copies bytes into the area past the caches without a fence:
    /// they may persist in any order, and surely only after <see cref="Fence"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the area.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Stream(long offsetBytes, ReadOnlySpan<byte> source)
    {
        Check(offsetBytes, source.Length);
        if (_gate is not null)
        {
            _gate.Stream(offsetBytes, source);
            return;
        }

        Copy(offsetBytes, source);
    }

    /// <summary>Makes all stores before it persistent before any store after it.</summary>
    public void Fence()
    {
        if (_gate is not null)
        {
            _gate.Fence();
            return;
        }

        NonTemporal.Fence();
    }

    /// <summary>The bytes in place, without a copy. Not to be used after the lease is given back: nothing would notice.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the area.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> View(long offsetBytes, int lengthBytes)
    {
        Check(offsetBytes, lengthBytes);
        return _gate is not null ? _gate.View(offsetBytes, lengthBytes) : new ReadOnlySpan<byte>(_start + offsetBytes, lengthBytes);
    }

    /// <summary>
    /// Hints that the bytes from here on will be read soon: the processor may fetch the first lines meanwhile. Changes nothing but time.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not within the area.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(long offsetBytes)
    {
        Check(offsetBytes, 0);
        if (_gate is not null)
        {
            _gate.Prefetch(offsetBytes);
            return;
        }

        CacheHint.FetchLines(_start + offsetBytes);
    }

    /// <summary>Gives the lease back; the last one to do so ends the memory. Twice does no harm.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _ended?.Invoke(this); // nobody moves the end after that
            _end = 0;
            _gate?.Dispose();
            _lifetime.Leave();
        }
    }

    /// <summary>
    /// Follows a child device that was resized. Another thread may be in an access meanwhile: it sees the old end or the new one.
    /// </summary>
    internal void SetEnd(long lengthBytes)
    {
        LengthBytes = lengthBytes;
        Volatile.Write(ref _end, (ulong)lengthBytes + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Copy(long offsetBytes, ReadOnlySpan<byte> source)
    {
        fixed (byte* from = &MemoryMarshal.GetReference(source))
        {
            NonTemporal.Copy(_start + offsetBytes, from, (nuint)source.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Check(long offsetBytes, int lengthBytes)
    {
        // Unsigned, a negative offset or length is larger than any area. The difference is only looked at when the offset is below the end,
        // which is read once: if it moved between the two, the difference could be anything.
        var end = Volatile.Read(ref _end);
        if ((ulong)offsetBytes >= end || (ulong)lengthBytes >= end - (ulong)offsetBytes)
        {
            Refuse(offsetBytes, lengthBytes);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refuse(long offsetBytes, int lengthBytes)
    {
        ObjectDisposedException.ThrowIf(_end == 0, this);
        throw new ArgumentOutOfRangeException(nameof(offsetBytes),
            $"{lengthBytes} bytes at offset {offsetBytes} are not within the {LengthBytes} bytes of the area");
    }
}
