using System.Buffers.Binary;
using System.Text;

namespace Mbsa.Nvm.Layout;

/// <summary>
/// An entry of the NAT (NVM allocation table; nothing to do with networks): one child device. It has two slots of 128 bytes; a change is
/// written to the slot that does not count, fenced (which commits it), then to the other. So a change happens or does not, whenever
/// the power fails, and at rest both slots are alike. A slot, little endian:
/// <code>
///    0  8  generation          32  2  levels of the page table
///    8  4  child id            34  2  length of the name
///   12  4  state: 0 free, 1 in use 40 64  name, UTF-8
///   16  8  blocks             120  4  number of the entry
///   24  8  page-table root    124  4  CRC-32C of the bytes before
/// </code>
/// All zero means never used.
/// </summary>
public sealed record NatEntry
{
    /// <summary>Bytes of a slot.</summary>
    public const int SlotBytes = 128;

    /// <summary>Bytes of an entry: two slots.</summary>
    public const int EntryBytes = 2 * SlotBytes;

    /// <summary>Longest name, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 64;

    private const int CrcOffset = SlotBytes - 4;

    /// <summary>Number of the entry in the NAT.</summary>
    public required int Index { get; init; }

    /// <summary>Counts the changes of the whole NAT; the higher of two valid slots counts.</summary>
    public ulong Generation { get; init; }

    /// <summary>Whether there is a child device; false for a deleted one.</summary>
    public bool InUse { get; init; }

    /// <summary>The child device's id; never used twice on a device. It seals the entries of the page table.</summary>
    public uint ChildId { get; init; }

    /// <summary>The child device's size in blocks.</summary>
    public long Blocks { get; init; }

    /// <summary>Block of the page table's root.</summary>
    public long RootBlock { get; init; }

    /// <summary>Levels of the page table.</summary>
    public int Levels { get; init; }

    /// <summary>The child device's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where on the device an entry lies, in bytes.</summary>
    public static long OffsetBytes(int index) => DeviceGeometry.NatFirstBlock * DeviceGeometry.BlockBytes + (long)index * EntryBytes;

    /// <summary>Writes the entry into a slot of 128 bytes.</summary>
    public void Encode(Span<byte> slot)
    {
        slot = slot[..SlotBytes];
        slot.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(slot, Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[8..], ChildId);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[12..], InUse ? 1u : 0);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], Blocks);
        BinaryPrimitives.WriteInt64LittleEndian(slot[24..], RootBlock);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[32..], (ushort)Levels);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[34..], (ushort)Encoding.UTF8.GetBytes(Name, slot.Slice(40, MaxNameBytes)));
        BinaryPrimitives.WriteInt32LittleEndian(slot[120..], Index);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[CrcOffset..], Checksum.Crc32C(slot[..CrcOffset]));
    }

    /// <summary>Reads a slot, or null when it is not valid. A slot never used reads as a free entry of generation 0.</summary>
    public static NatEntry? Decode(ReadOnlySpan<byte> slot, int index)
    {
        slot = slot[..SlotBytes];
        if (!slot.ContainsAnyExcept((byte)0))
        {
            return new NatEntry { Index = index };
        }

        var state = BinaryPrimitives.ReadUInt32LittleEndian(slot[12..]);
        var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(slot[34..]);
        if (Checksum.Crc32C(slot[..CrcOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(slot[CrcOffset..])
            || BinaryPrimitives.ReadInt32LittleEndian(slot[120..]) != index || nameBytes > MaxNameBytes || state > 1)
        {
            return null;
        }

        return new NatEntry
        {
            Index = index,
            Generation = BinaryPrimitives.ReadUInt64LittleEndian(slot),
            ChildId = BinaryPrimitives.ReadUInt32LittleEndian(slot[8..]),
            InUse = state == 1,
            Blocks = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]),
            RootBlock = BinaryPrimitives.ReadInt64LittleEndian(slot[24..]),
            Levels = BinaryPrimitives.ReadUInt16LittleEndian(slot[32..]),
            Name = Encoding.UTF8.GetString(slot.Slice(40, nameBytes)),
        };
    }

    /// <summary>Chooses the slot that counts: the valid one of the higher generation.</summary>
    /// <exception cref="NvmException">Neither is valid.</exception>
    public static (NatEntry Entry, int Slot) Choose(ReadOnlySpan<byte> entry, int index)
    {
        var a = Decode(entry, index);
        var b = Decode(entry[SlotBytes..], index);
        return (a, b) switch
        {
            (null, null) => throw new NvmException($"NAT entry {index}", "neither slot is valid: both checksums are wrong"),
            (null, _) => (b, 1),
            (_, null) => (a, 0),
            _ => b.Generation > a.Generation ? (b, 1) : (a, 0),
        };
    }
}
