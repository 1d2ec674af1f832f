using Mbsa.Nvm.Devices;

namespace Mbsa.Vm.Storage;

/// <summary>A raw disk as one job sees it: the bytes of the area as they are. Used by one thread at a time.</summary>
public sealed class RawDiskSession : BlockStorage
{
    private readonly NvmLease _lease;

    internal RawDiskSession(NvmLease lease) => _lease = lease;

    /// <inheritdoc/>
    public override long SizeBytes => _lease.LengthBytes;

    /// <inheritdoc/>
    public override void Read(long offsetBytes, Span<byte> destination) => _lease.Read(offsetBytes, destination);

    /// <inheritdoc/>
    public override void Write(long offsetBytes, ReadOnlySpan<byte> source) => _lease.Write(offsetBytes, source);

    /// <inheritdoc/>
    public override void Prefetch(long offsetBytes) => _lease.Prefetch(offsetBytes);

    /// <inheritdoc/>
    public override void ReadNothing(long offsetBytes, int lengthBytes) => _lease.View(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public override void WriteNothing(long offsetBytes, int lengthBytes) => _lease.View(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public override void Dispose() => _lease.Dispose();
}
