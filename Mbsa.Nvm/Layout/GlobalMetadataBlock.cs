using System.Buffers.Binary;

namespace Mbsa.Nvm.Layout;

/// <summary>
/// The global metadata block, kept in blocks 0 and 1 of the device. A change is written to the copy that does not count, fenced,
/// then to the other: at any moment one copy is whole, and at rest both are alike, so that a damaged one does not matter. Little endian:
/// <code>
///    0  8  magic "MBSA-NVM"          48  8  first block of the bitmap
///    8  4  format version            56  8  blocks of the bitmap
///   12  4  block size                64  8  first block of the data area
///   16 16  device UUID               72  8  blocks of the data area
///   32  8  blocks of the device      80  4  child devices
///   40  4  NAT entries               88  8  generation of this block
///   44  4  first block of the NAT    96  8  generation of the newest NAT entry it counts
///                                  4092  4  CRC-32C of the bytes before
/// </code>
/// </summary>
/// <param name="DeviceId">The device's UUID.</param>
/// <param name="Geometry">Where things lie.</param>
/// <param name="ChildDevices">Child devices there are.</param>
/// <param name="Generation">Counts the changes of this block; of two valid copies the higher one counts.</param>
/// <param name="NatGeneration">Generation of the newest NAT entry that <paramref name="ChildDevices"/> takes into account.</param>
public sealed record GlobalMetadataBlock(Guid DeviceId, DeviceGeometry Geometry, int ChildDevices, ulong Generation, ulong NatGeneration)
{
    /// <summary>The format this program writes and reads.</summary>
    public const uint FormatVersion = 1;

    /// <summary>Copies on the device.</summary>
    public const int Copies = 2;

    private const int CrcOffset = DeviceGeometry.BlockBytes - 4;

    private static ReadOnlySpan<byte> Magic => "MBSA-NVM"u8;

    /// <summary>Writes the block into 4096 bytes.</summary>
    public void Encode(Span<byte> block)
    {
        block = block[..DeviceGeometry.BlockBytes];
        block.Clear();
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], DeviceGeometry.BlockBytes);
        DeviceId.TryWriteBytes(block[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], Geometry.DeviceBlocks);
        BinaryPrimitives.WriteInt32LittleEndian(block[40..], Geometry.NatEntries);
        BinaryPrimitives.WriteInt32LittleEndian(block[44..], (int)DeviceGeometry.NatFirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], Geometry.BitmapFirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(block[56..], Geometry.BitmapBlocks);
        BinaryPrimitives.WriteInt64LittleEndian(block[64..], Geometry.DataFirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(block[72..], Geometry.DataBlocks);
        BinaryPrimitives.WriteInt32LittleEndian(block[80..], ChildDevices);
        BinaryPrimitives.WriteUInt64LittleEndian(block[88..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(block[96..], NatGeneration);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], Checksum.Crc32C(block[..CrcOffset]));
    }

    /// <summary>Reads the block, or null and what is wrong with it.</summary>
    public static GlobalMetadataBlock? Decode(ReadOnlySpan<byte> block, out string problem)
    {
        var version = BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
        problem = !block[..8].SequenceEqual(Magic) ? "it does not begin as an NVM device does"
            : version != FormatVersion ? $"its format version is {version}; this program reads version {FormatVersion}"
            : Checksum.Crc32C(block[..CrcOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(block[CrcOffset..]) ? "its checksum is wrong"
            : "";
        if (problem.Length > 0)
        {
            return null;
        }

        var gmb = new GlobalMetadataBlock(
            new Guid(block[16..32], bigEndian: true),
            new DeviceGeometry(BinaryPrimitives.ReadInt64LittleEndian(block[32..]), BinaryPrimitives.ReadInt32LittleEndian(block[40..])),
            BinaryPrimitives.ReadInt32LittleEndian(block[80..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[88..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[96..]));
        problem = gmb.IsLaidOutAs(block) ? "" : "the places it gives for NAT, bitmap and data area contradict each other";
        return problem.Length == 0 ? gmb : null;
    }

    /// <summary>Chooses the copy that counts: the valid one of the higher generation.</summary>
    /// <exception cref="NvmException">Neither is valid.</exception>
    public static (GlobalMetadataBlock Block, int Copy) Choose(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var a = Decode(first, out var problemA);
        var b = Decode(second, out var problemB);
        return (a, b) switch
        {
            (null, null) => throw new NvmException("GMB", problemA == problemB
                ? $"neither copy is valid: {problemA}"
                : $"neither copy is valid: of the first {problemA}, of the second {problemB}"),
            (null, _) => (b, 1),
            (_, null) => (a, 0),
            _ => b.Generation > a.Generation ? (b, 1) : (a, 0),
        };
    }

    /// <summary>
    /// What makes it impossible that this block and this NAT belong together; null when they can. An entry is committed before this block
    /// counts it, so after a power failure the NAT may be one change ahead; anything else is damage.
    /// </summary>
    public string? Contradicts(IReadOnlyCollection<NatEntry> nat)
    {
        var inUse = nat.Count(entry => entry.InUse);
        var newest = nat.Max(entry => entry.Generation);
        var ahead = newest - NatGeneration;
        return newest < NatGeneration || ahead > 1 || (ahead == 0 && inUse != ChildDevices) || Math.Abs(inUse - ChildDevices) > 1
            ? $"it holds {inUse} child devices after {newest} changes; the GMB counts {ChildDevices} after {NatGeneration}"
            : null;
    }

    private bool IsLaidOutAs(ReadOnlySpan<byte> block) =>
        Geometry.DeviceBlocks is > 0 and <= DeviceGeometry.MaxDeviceBlocks && Geometry.NatEntries > 0 && Geometry.DataBlocks > 0
        && BinaryPrimitives.ReadUInt32LittleEndian(block[12..]) == DeviceGeometry.BlockBytes
        && BinaryPrimitives.ReadInt32LittleEndian(block[44..]) == DeviceGeometry.NatFirstBlock
        && BinaryPrimitives.ReadInt64LittleEndian(block[48..]) == Geometry.BitmapFirstBlock
        && BinaryPrimitives.ReadInt64LittleEndian(block[56..]) == Geometry.BitmapBlocks
        && BinaryPrimitives.ReadInt64LittleEndian(block[64..]) == Geometry.DataFirstBlock
        && BinaryPrimitives.ReadInt64LittleEndian(block[72..]) == Geometry.DataBlocks;
}
