namespace Mbsa.Nvm.Memory;

/// <summary>
/// Stands between a lease and its memory where an access is more than a copy:
/// a protection opens its window there, a model of power failures takes note of stores. A lease without one goes straight to memory.
/// One lease, one gate; offsets are checked before they come here.
/// </summary>
internal abstract class AccessGate : IDisposable
{
    /// <summary>Whether it must see every change of the bytes, so that none may go past it through the kernel.</summary>
    public virtual bool SeesEveryStore => false;

    /// <summary>Copies bytes out.</summary>
    public abstract void Read(long offsetBytes, Span<byte> destination);

    /// <summary>Copies bytes in; they persist, in any order, at the latest with <see cref="Fence"/>.</summary>
    public abstract void Stream(long offsetBytes, ReadOnlySpan<byte> source);

    /// <summary>Makes all stores before it persistent.</summary>
    public abstract void Fence();

    /// <summary>Copies bytes in and fences, with the window opened once.</summary>
    public virtual void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        Stream(offsetBytes, source);
        Fence();
    }

    /// <summary>The bytes in place; good until the next access.</summary>
    public abstract ReadOnlySpan<byte> View(long offsetBytes, int lengthBytes);

    /// <summary>Hints that the bytes from here on will be read soon; does nothing unless a gate can.</summary>
    public virtual void Prefetch(long offsetBytes)
    {
    }

    /// <summary>Ends with its lease, before the memory goes.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
