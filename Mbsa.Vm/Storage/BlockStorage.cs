namespace Mbsa.Vm.Storage;

/// <summary>
/// A disk as one VCPU sees it: bytes on a block device, reached through that VCPU's own lease on the memory. Used by one thread at a time;
/// several VCPUs of a VM hold several of these over the same disk. Nothing here locks or allocates.
/// </summary>
public abstract class BlockStorage : IDisposable
{
    /// <summary>Size of a block: the unit of mapping and wear.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Bytes a guest can use.</summary>
    public abstract long SizeBytes { get; }

    /// <summary>Reads bytes; the range may span blocks but not the end of the disk.</summary>
    public abstract void Read(long offsetBytes, Span<byte> destination);

    /// <summary>Writes bytes and fences: when this returns they are persistent.</summary>
    public abstract void Write(long offsetBytes, ReadOnlySpan<byte> source);

    /// <summary>Hints that an I/O on this place comes soon, so that what is needed to find it may be fetched.</summary>
    public virtual void Foresee(long offsetBytes, bool isWrite)
    {
    }

    /// <summary>Hints that a read of this place comes next, so that the processor may begin to fetch it.</summary>
    public virtual void Prefetch(long offsetBytes)
    {
    }

    /// <summary>Goes the whole way of a read but moves no bytes, for the virtual clock without payload.</summary>
    public abstract void ReadNothing(long offsetBytes, int lengthBytes);

    /// <summary>Goes the whole way of a write, wear included, but moves no bytes.</summary>
    public abstract void WriteNothing(long offsetBytes, int lengthBytes);

    /// <summary>What a wear policy did on this session's time since this was last asked, beside the session's own writes.</summary>
    public virtual WearWork TakeWearWork() => default;

    /// <summary>Gives back the lease.</summary>
    public abstract void Dispose();
}
