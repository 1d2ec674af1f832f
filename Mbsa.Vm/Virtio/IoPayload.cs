using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Virtio;

/// <summary>What a guest puts into its buffers, and what it makes of what comes back.</summary>
public abstract class IoPayload
{
    /// <summary>Whether requests need buffers of their own.</summary>
    public abstract bool HasBytes { get; }

    /// <summary>Fills buffers that are about to be used for the first time.</summary>
    public virtual void FillOnce(Span<byte> buffers)
    {
    }

    /// <summary>Fills the buffer of an operation that is about to be submitted.</summary>
    /// <returns>False when the operation must not be in flight together with one that is.</returns>
    public virtual bool TryBegin(in IoOperation operation, Span<byte> buffer) => true;

    /// <summary>Looks at the buffer of an operation that is done.</summary>
    public virtual void End(in IoOperation operation, ReadOnlySpan<byte> buffer)
    {
    }

    /// <summary>Learns that nobody knows whether an operation was done.</summary>
    public virtual void Lose(in IoOperation operation)
    {
    }
}

/// <summary>There are no bytes.</summary>
public sealed class NoPayload : IoPayload
{
    /// <inheritdoc/>
    public override bool HasBytes => false;
}

/// <summary>Bytes that nobody looks at, the same in every write of a job.</summary>
/// <param name="seed">What they follow from.</param>
public sealed class FilledPayload(ulong seed) : IoPayload
{
    /// <inheritdoc/>
    public override bool HasBytes => true;

    /// <inheritdoc/>
    public override void FillOnce(Span<byte> buffers) => new System.Random((int)seed).NextBytes(buffers);
}

/// <summary>
/// Writes what can be told apart and compares every block read with what was last written to it. Two operations on one block are never in
/// flight together, for nobody could say then what a read should find; fio does the same (<c>serialize_overlap</c>).
/// </summary>
/// <param name="verifier">The disk's verifier.</param>
public sealed class VerifiedPayload(BlockVerifier verifier) : IoPayload
{
    /// <inheritdoc/>
    public override bool HasBytes => true;

    /// <inheritdoc/>
    public override bool TryBegin(in IoOperation operation, Span<byte> buffer)
    {
        if (!verifier.TryClaim(operation.OffsetBytes, operation.LengthBytes))
        {
            return false;
        }

        if (operation.IsWrite)
        {
            verifier.FillClaimed(operation.OffsetBytes, buffer);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void End(in IoOperation operation, ReadOnlySpan<byte> buffer) =>
        verifier.ReleaseClaimed(operation.OffsetBytes, buffer, operation.IsWrite);

    /// <inheritdoc/>
    public override void Lose(in IoOperation operation) => verifier.AbandonClaimed(operation.OffsetBytes, operation.LengthBytes);
}
