using System.Runtime.CompilerServices;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Jobs;

/// <summary>What happens to the bytes of an I/O, apart from when it completes.</summary>
public abstract class IoTransfer
{
    /// <summary>Does one I/O.</summary>
    public abstract void Copy(in IoOperation operation);

    /// <summary>Does a part of one I/O.</summary>
    /// <param name="operation">The whole I/O.</param>
    /// <param name="fromBytes">Where the part begins in it.</param>
    /// <param name="lengthBytes">Bytes of the part.</param>
    public virtual void CopyPart(in IoOperation operation, int fromBytes, int lengthBytes) =>
        Copy(operation with { OffsetBytes = operation.OffsetBytes + fromBytes, LengthBytes = lengthBytes });

    /// <summary>Learns which I/Os come next, before any of them is done.</summary>
    public virtual void Foresee(ReadOnlySpan<IoOperation> operations)
    {
    }

    /// <summary>Does the first of these I/Os, knowing which come after them.</summary>
    /// <param name="operations">I/Os in their order.</param>
    /// <param name="count">How many of them to do.</param>
    public virtual void CopyFirst(ReadOnlySpan<IoOperation> operations, int count)
    {
        foreach (ref readonly var operation in operations[..count])
        {
            Copy(operation);
        }
    }

    /// <summary>Writes down what is in the guest's buffers, as far as it will be written to the disk.</summary>
    internal virtual void SaveTo(BinaryWriter to)
    {
    }

    /// <summary>Has in its buffers what one like it had.</summary>
    internal virtual void RestoreFrom(BinaryReader from)
    {
    }
}

/// <summary>Goes the whole way through map and wear, but moves no bytes.</summary>
public sealed class NoTransfer(BlockStorage storage) : IoTransfer
{
    /// <inheritdoc/>
    public override void Copy(in IoOperation operation)
    {
        if (operation.IsWrite)
        {
            storage.WriteNothing(operation.OffsetBytes, operation.LengthBytes);
        }
        else
        {
            storage.ReadNothing(operation.OffsetBytes, operation.LengthBytes);
        }
    }

    /// <inheritdoc/>
    /// <remarks>What follows on the last I/O has its places next to those, where the processor finds them by itself.</remarks>
    public override void Foresee(ReadOnlySpan<IoOperation> operations)
    {
        foreach (ref readonly var operation in operations)
        {
            if (!operation.IsSequential)
            {
                storage.Foresee(operation.OffsetBytes, operation.IsWrite);
            }
        }
    }
}

/// <summary>Moves every byte between the NVM and a buffer of the job's own.</summary>
public sealed class FullTransfer : IoTransfer
{
    /// <summary>
    /// How far ahead places are looked up: time enough for a line to come from memory, and few enough lines to stay in the first cache.
    /// </summary>
    private const int Ahead = 4;

    private readonly BlockStorage _storage;
    private readonly ArraySegment<byte> _buffer;

    /// <summary>A transfer with its own buffer, filled so that no two jobs write the same bytes.</summary>
    public FullTransfer(BlockStorage storage, int largestBytes, ulong seed)
    {
        _storage = storage;
        _buffer = IoBuffer.Allocate(largestBytes);
        new System.Random((int)seed).NextBytes(_buffer);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Copy(in IoOperation operation)
    {
        var buffer = _buffer.AsSpan(0, operation.LengthBytes);
        if (operation.IsWrite)
        {
            _storage.Write(operation.OffsetBytes, buffer);
        }
        else
        {
            _storage.Read(operation.OffsetBytes, buffer);
        }
    }

    /// <inheritdoc/>
    public override void CopyPart(in IoOperation operation, int fromBytes, int lengthBytes)
    {
        var buffer = _buffer.AsSpan(fromBytes, lengthBytes);
        if (operation.IsWrite)
        {
            _storage.Write(operation.OffsetBytes + fromBytes, buffer);
        }
        else
        {
            _storage.Read(operation.OffsetBytes + fromBytes, buffer);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A bare loop of copies lets the processor run ahead into the next copy while the lines of the last are still on their way.
    /// Waiting for map and counts between two copies would end that, and the emulator would look slower than the memory it emulates.
    /// So places are looked up while the I/Os before them are done, and each random read is begun while the one before it is done.
    /// </remarks>
    public override void Foresee(ReadOnlySpan<IoOperation> operations)
    {
        foreach (ref readonly var operation in operations[..Math.Min(Ahead, operations.Length)])
        {
            _storage.Foresee(operation.OffsetBytes, operation.IsWrite);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void CopyFirst(ReadOnlySpan<IoOperation> operations, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (i + Ahead < operations.Length)
            {
                _storage.Foresee(operations[i + Ahead].OffsetBytes, operations[i + Ahead].IsWrite);
            }

            if (i + 1 < operations.Length && operations[i + 1] is { IsWrite: false, IsSequential: false } next)
            {
                _storage.Prefetch(next.OffsetBytes);
            }

            Copy(operations[i]);
        }
    }

    /// <inheritdoc/>
    internal override void SaveTo(BinaryWriter to) => to.Write(_buffer.AsSpan());

    /// <inheritdoc/>
    internal override void RestoreFrom(BinaryReader from) => from.BaseStream.ReadExactly(_buffer);
}

/// <summary>Writes what can be told apart and compares every block read with what was last written to it.</summary>
public sealed class VerifiedTransfer(BlockStorage storage, BlockVerifier verifier) : IoTransfer
{
    private readonly byte[] _scratch = new byte[verifier.ScratchBytes];

    /// <inheritdoc/>
    public override void Copy(in IoOperation operation)
    {
        if (operation.IsWrite)
        {
            verifier.Write(storage, operation.OffsetBytes, operation.LengthBytes, _scratch);
        }
        else
        {
            verifier.Read(storage, operation.OffsetBytes, operation.LengthBytes, _scratch);
        }
    }
}
