using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>What happens to the bytes of an I/O, apart from when it completes.</summary>
public abstract class IoTransfer
{
    /// <summary>Does one I/O.</summary>
    public abstract void Move(in IoOperation operation);

    /// <summary>Learns what comes after the I/O that is about to be done.</summary>
    public virtual void Foresee(in IoOperation next)
    {
    }
}

/// <summary>Goes the whole way through map and wear, but moves no bytes.</summary>
public sealed class NoTransfer(BlockStorage storage) : IoTransfer
{
    /// <inheritdoc/>
    public override void Move(in IoOperation operation)
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
}

/// <summary>Moves every byte between the NVM and a buffer of the job's own.</summary>
public sealed class FullTransfer : IoTransfer
{
    private readonly BlockStorage _storage;
    private readonly byte[] _buffer;

    /// <summary>A transfer with its own buffer, filled so that no two jobs write the same bytes.</summary>
    public FullTransfer(BlockStorage storage, int largestBytes, ulong seed)
    {
        _storage = storage;
        _buffer = GC.AllocateUninitializedArray<byte>(largestBytes, pinned: true);
        new System.Random((int)seed).NextBytes(_buffer);
    }

    /// <inheritdoc/>
    public override void Move(in IoOperation operation)
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
    /// <remarks>
    /// A bare loop of copies lets the processor run ahead into the next read while the lines of the last are still on their way. The map, the
    /// counts and the clock between two of our reads would end that, and the emulator would look slower than the memory it emulates.
    /// </remarks>
    public override void Foresee(in IoOperation next)
    {
        if (!next.IsWrite && !next.IsSequential)
        {
            _storage.Prefetch(next.OffsetBytes);
        }
    }
}

/// <summary>Writes what can be told apart and compares every block read with what was last written to it.</summary>
public sealed class VerifiedTransfer(BlockStorage storage, BlockVerifier verifier) : IoTransfer
{
    private readonly byte[] _scratch = new byte[verifier.ScratchBytes];

    /// <inheritdoc/>
    public override void Move(in IoOperation operation)
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
