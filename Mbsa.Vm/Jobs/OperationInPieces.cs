using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// An I/O that is longer than its quantum: a copy can be left at any line, so it is done in pieces, one a quantum, each as much of it as
/// the quantum has room for. The bytes follow the time, in order and in whole blocks of the disk, so that what is checked or atomic block
/// by block stays whole; the last piece moves the rest. Until then nobody has been told that it is done: whoever loses the job forgets it.
/// </summary>
public sealed class OperationInPieces
{
    /// <summary>
    /// What is left over by less than this, in nanoseconds or bytes, goes along: a quantum for a rounding error would be one too many.
    /// </summary>
    private const double Min = 0.001;

    private IoOperation _operation;
    private double _done;
    private int _copiedBytes;

    /// <summary>Whether it has begun and is not done.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>The I/O.</summary>
    public IoOperation Operation => _operation;

    /// <summary>Bytes of it that were moved.</summary>
    public int CopiedBytes => _copiedBytes;

    /// <summary>When it was asked for, on the scenario's clock: its latency counts from here.</summary>
    public long AskedNs { get; set; }

    /// <summary>Whether an I/O has to be done in pieces: it is longer than the whole quantum, not just than what is left of it.</summary>
    /// <param name="whole">What it takes.</param>
    /// <param name="quantum">What a whole quantum has room for, in the same unit.</param>
    public static bool IsNeeded(double whole, double quantum) => whole - quantum > Min;

    /// <summary>Begins an I/O; nothing of it is done yet.</summary>
    public void Begin(in IoOperation operation) => (_operation, _done, _copiedBytes, IsUnderWay) = (operation, 0, 0, true);

    /// <summary>Does the next piece.</summary>
    /// <param name="room">What there is room for, in the unit of <paramref name="whole"/>.</param>
    /// <param name="whole">What the whole I/O takes: nanoseconds, or bytes.</param>
    /// <param name="transfer">What happens to its bytes.</param>
    /// <returns>Which share of the I/O was done, 0 to 1: over all pieces they add up to 1.</returns>
    public double Advance(double room, double whole, IoTransfer transfer)
    {
        ArgumentNullException.ThrowIfNull(transfer);
        var left = 1 - _done;
        IsUnderWay = (left * whole) - room > Min;
        var share = IsUnderWay ? room / whole : left;
        _done += share;
        var end = IsUnderWay ? WholeBlocks(_operation.LengthBytes * _done) : _operation.LengthBytes;
        if (end > _copiedBytes)
        {
            var from = _copiedBytes;
            _copiedBytes = end;
            transfer.CopyPart(_operation, from, end - from);
        }

        return share;
    }

    /// <summary>Writes down how far it is, between two pieces.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(IsUnderWay);
        if (IsUnderWay)
        {
            to.Write(_operation.OffsetBytes);
            to.Write(_operation.LengthBytes);
            to.Write(_operation.IsWrite);
            to.Write(_operation.IsSequential);
            to.Write(_done);
            to.Write(_copiedBytes);
            to.Write(AskedNs);
        }
    }

    /// <summary>Is as far as one that was written down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        IsUnderWay = from.ReadBoolean();
        if (IsUnderWay)
        {
            _operation = new IoOperation(from.ReadInt64(), from.ReadInt32(), from.ReadBoolean(), from.ReadBoolean());
            (_done, _copiedBytes, AskedNs) = (from.ReadDouble(), from.ReadInt32(), from.ReadInt64());
        }
    }

    private int WholeBlocks(double bytes)
    {
        var end = (_operation.OffsetBytes + (long)bytes) / BlockStorage.BlockBytes * BlockStorage.BlockBytes;
        return (int)Math.Max(_copiedBytes, end - _operation.OffsetBytes);
    }
}
