using System.Buffers.Binary;
using System.Numerics;

namespace Mbsa.Nvm.Layout;

/// <summary>CRC-32C (Castagnoli, as iSCSI in RFC 3720 uses it), which the processor computes.</summary>
public static class Checksum
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
