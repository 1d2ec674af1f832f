using System.Buffers.Binary;
using Mbsa.Nvm.Layout;

namespace Mbsa.Vm.Storage;

/// <summary>
/// The 64 bytes at the head of a block under verification; the rest of the block is a payload that follows from them. Little endian:
/// magic (8), seed (8), block (8), generation (8), CRC-32C of the payload or 0 (4), zeros (24), CRC-32C of the bytes before (4).
/// </summary>
internal readonly record struct VerifiedHeader(ulong Seed, long Block, uint Generation)
{
    /// <summary>Bytes of the header.</summary>
    public const int Bytes = 64;

    private const int PayloadCrcOffset = 32, CrcOffset = Bytes - 4;

    private static ReadOnlySpan<byte> Magic => "MBSAVRFY"u8;

    /// <summary>Writes the header, and the payload after it when the buffer is longer.</summary>
    public void Fill(Span<byte> buffer, bool withChecksum)
    {
        var payload = buffer[Bytes..];
        FillPayload(payload);
        var head = buffer[..Bytes];
        head.Clear();
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], Seed);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], Block);
        BinaryPrimitives.WriteUInt64LittleEndian(head[24..], Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(head[PayloadCrcOffset..], withChecksum ? Checksum.Crc32C(payload) : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(head[CrcOffset..], Checksum.Crc32C(head[..CrcOffset]));
    }

    /// <summary>Compares what was read with this header; null when it fits, else what is wrong, for people.</summary>
    public string? Compare(ReadOnlySpan<byte> buffer, bool withChecksum)
    {
        var head = buffer[..Bytes];
        if (!head[..8].SequenceEqual(Magic)
            || Checksum.Crc32C(head[..CrcOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(head[CrcOffset..]))
        {
            return "its header is damaged";
        }

        var (seed, block, generation) = (BinaryPrimitives.ReadUInt64LittleEndian(head[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(head[16..]), BinaryPrimitives.ReadUInt64LittleEndian(head[24..]));
        return seed != Seed ? "it is of another disk"
            : block != Block ? $"it is block {block}, generation {generation}"
            : generation != Generation ? $"it is generation {generation}"
            : withChecksum && Checksum.Crc32C(buffer[Bytes..]) != BinaryPrimitives.ReadUInt32LittleEndian(head[PayloadCrcOffset..])
                ? "its payload is damaged"
            : null;
    }

    // SplitMix64 (Steele, Lea, Flood 2014), counted up from the block's own number: no two blocks or generations look alike.
    private void FillPayload(Span<byte> payload)
    {
        var state = Mix(Seed ^ Mix(((ulong)Block << 32) ^ Generation));
        for (var i = 0; i + 8 <= payload.Length; i += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(payload[i..], Mix(state += 0x9E3779B97F4A7C15));
        }
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
