using System.Buffers.Binary;
using Mbsa.Nvm.Layout;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// A record of the wear log, one cache line, little endian:
/// <code>
///   0  8  sequence, from 1; its slot is the sequence modulo the slots of the ring
///   8  8  tail: records up to this one are in the VDMT and no longer matter
///  16  4  logical block; FFFFFFFF in the end mark of a clean unmount, which moves nothing
///  20  4  physical block it is in from now on
///  24  4  the disk's seal
///  28 32  zero
///  60  4  CRC-32C of the bytes before
/// </code>
/// Eight aligned bytes never tear, a line may: a record counts only when its CRC, its seal and its slot fit.
/// </summary>
/// <param name="Sequence">Which record it is.</param>
/// <param name="Tail">Records up to this one no longer matter.</param>
/// <param name="LogicalBlock">The block that moves.</param>
/// <param name="PhysicalBlock">Where it is from now on.</param>
internal readonly record struct WearLogRecord(ulong Sequence, ulong Tail, uint LogicalBlock, uint PhysicalBlock)
{
    /// <summary>Bytes of a record.</summary>
    public const int Bytes = WearWork.RecordBytes;

    /// <summary>The logical block of an end mark.</summary>
    public const uint NoBlock = uint.MaxValue;

    private const int CrcOffset = Bytes - 4;

    /// <summary>Whether it only says that the disk was ended.</summary>
    public bool IsEndMark => LogicalBlock == NoBlock;

    /// <summary>Writes the record into a line.</summary>
    public void Encode(Span<byte> line, uint seal)
    {
        line = line[..Bytes];
        line.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(line, Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(line[8..], Tail);
        BinaryPrimitives.WriteUInt32LittleEndian(line[16..], LogicalBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(line[20..], PhysicalBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(line[24..], seal);
        BinaryPrimitives.WriteUInt32LittleEndian(line[CrcOffset..], Checksum.Crc32C(line[..CrcOffset]));
    }

    /// <summary>Reads a line; false when it holds no whole record of this disk.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> line, uint seal, out WearLogRecord record)
    {
        record = new WearLogRecord(
            BinaryPrimitives.ReadUInt64LittleEndian(line), BinaryPrimitives.ReadUInt64LittleEndian(line[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(line[16..]), BinaryPrimitives.ReadUInt32LittleEndian(line[20..]));
        return record.Sequence != 0
            && BinaryPrimitives.ReadUInt32LittleEndian(line[24..]) == seal
            && BinaryPrimitives.ReadUInt32LittleEndian(line[CrcOffset..]) == Checksum.Crc32C(line[..CrcOffset]);
    }
}
