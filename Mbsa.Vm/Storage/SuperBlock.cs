using System.Buffers.Binary;
using System.Text;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Vm.Storage;

/// <summary>
/// The super block of a virtual disk, kept in blocks 0 and 1 of the NVM area and written one copy after the other, as the device's GMB is.
/// Little endian:
/// <code>
///    0  8  magic "MBSADISK"            72  8  blocks of the wear metadata
///    8  4  format version              80  8  first block of the data area
///   12  4  block size                  88  8  blocks of the data area
///   16 16  disk UUID                   96  8  generation
///   32  8  blocks of the guest        104  4  state: 1 clean, 2 mounted
///   40  8  spare blocks               112 32  wear policy, UTF-8, zero-padded
///   48  8  first block of the VDMT    144 96  its parameters, UTF-8, zero-padded
///   56  8  blocks of the VDMT        4092  4  CRC-32C of the bytes before
///   64  8  first block of the wear metadata
/// </code>
/// </summary>
/// <param name="DiskId">The disk's UUID.</param>
/// <param name="Geometry">Where things lie.</param>
/// <param name="WearPolicyName">The wear policy it was formatted for.</param>
/// <param name="WearParameters">Its parameters as text, such as "q=128 t=64"; empty when it has none.</param>
/// <param name="IsClean">Whether nobody had it mounted when this was written.</param>
/// <param name="Generation">Counts the changes; of two valid copies the higher one counts.</param>
public sealed record SuperBlock(Guid DiskId, DiskGeometry Geometry,
    string WearPolicyName, string WearParameters, bool IsClean, ulong Generation)
{
    /// <summary>The format this program writes and reads.</summary>
    public const uint FormatVersion = 1;

    private const int NameOffset = 112, NameBytes = 32, ParametersOffset = 144, ParametersBytes = 96;
    private const int CrcOffset = BlockStorage.BlockBytes - 4;

    private static ReadOnlySpan<byte> Magic => "MBSADISK"u8;

    /// <summary>Seals the entries of this disk's VDMT, so that those of another disk do not pass.</summary>
    public uint Seal
    {
        get
        {
            Span<byte> id = stackalloc byte[16];
            DiskId.TryWriteBytes(id, bigEndian: true, out _);
            return Checksum.Crc32C(id);
        }
    }

    /// <summary>Writes the block into 4096 bytes.</summary>
    public void Encode(Span<byte> block)
    {
        block = block[..BlockStorage.BlockBytes];
        block.Clear();
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], BlockStorage.BlockBytes);
        DiskId.TryWriteBytes(block[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], Geometry.GuestBlocks);
        BinaryPrimitives.WriteInt64LittleEndian(block[40..], Geometry.SpareBlocks);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], DiskGeometry.VdmtFirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(block[56..], Geometry.VdmtBlocks);
        BinaryPrimitives.WriteInt64LittleEndian(block[64..], Geometry.WearMetadataFirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(block[72..], Geometry.WearMetadataBlocks);
        BinaryPrimitives.WriteInt64LittleEndian(block[80..], Geometry.DataFirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(block[88..], Geometry.DataBlocks);
        BinaryPrimitives.WriteUInt64LittleEndian(block[96..], Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(block[104..], IsClean ? 1u : 2);
        Encoding.UTF8.GetBytes(WearPolicyName, block.Slice(NameOffset, NameBytes));
        Encoding.UTF8.GetBytes(WearParameters, block.Slice(ParametersOffset, ParametersBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], Checksum.Crc32C(block[..CrcOffset]));
    }

    /// <summary>Reads the block, or null and what is wrong with it.</summary>
    public static SuperBlock? Decode(ReadOnlySpan<byte> block, out string problem)
    {
        var version = BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
        problem = !block[..8].SequenceEqual(Magic) ? "the area holds no virtual disk"
            : version != FormatVersion ? $"its format version is {version}; this program reads version {FormatVersion}"
            : Checksum.Crc32C(block[..CrcOffset]) != BinaryPrimitives.ReadUInt32LittleEndian(block[CrcOffset..]) ? "its checksum is wrong"
            : "";
        if (problem.Length > 0)
        {
            return null;
        }

        var geometry = new DiskGeometry(
            BinaryPrimitives.ReadInt64LittleEndian(block[32..]), BinaryPrimitives.ReadInt64LittleEndian(block[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(block[72..]));
        var state = BinaryPrimitives.ReadUInt32LittleEndian(block[104..]);
        problem = IsLaidOutAs(block, geometry) && state is 1 or 2 ? "" : "the places it gives for VDMT and data area contradict each other";
        return problem.Length > 0 ? null : new SuperBlock(
            new Guid(block[16..32], bigEndian: true), geometry, Text(block.Slice(NameOffset, NameBytes)),
            Text(block.Slice(ParametersOffset, ParametersBytes)),
            state == 1, BinaryPrimitives.ReadUInt64LittleEndian(block[96..]));
    }

    /// <summary>
    /// Whether an area never had a disk. The first copy is written first, and its magic before the rest of it (<see cref="Begin"/>):
    /// when only that is there and not whole, no formatting ever came to its end.
    /// </summary>
    public static bool IsAbsent(NvmLease lease)
    {
        if (lease.LengthBytes < DiskGeometry.VdmtFirstBlock * BlockStorage.BlockBytes)
        {
            return false;
        }

        var first = lease.View(0, BlockStorage.BlockBytes);
        var isBegun = first.StartsWith(Magic) && Decode(first, out _) is null;
        return (isBegun || !first.ContainsAnyExcept((byte)0))
            && !lease.View(BlockStorage.BlockBytes, BlockStorage.BlockBytes).ContainsAnyExcept((byte)0);
    }

    /// <summary>Whether one of the copies, valid or not, begins as a super block does.</summary>
    public static bool IsMarked(NvmLease lease) => lease.LengthBytes >= DiskGeometry.VdmtFirstBlock * BlockStorage.BlockBytes
        && (lease.View(0, Magic.Length).SequenceEqual(Magic) || lease.View(BlockStorage.BlockBytes, Magic.Length).SequenceEqual(Magic));

    /// <summary>Reads both copies of an area and chooses the one that counts: the valid one of the higher generation.</summary>
    /// <exception cref="NvmException">Neither is valid, or the disk does not fit the area.</exception>
    public static SuperBlock Load(NvmLease lease)
    {
        if (lease.LengthBytes < DiskGeometry.VdmtFirstBlock * BlockStorage.BlockBytes)
        {
            throw new NvmException("super block", "neither copy is valid: the area is smaller than the two of them");
        }

        var first = Decode(lease.View(0, BlockStorage.BlockBytes), out var problem);
        var second = Decode(lease.View(BlockStorage.BlockBytes, BlockStorage.BlockBytes), out _);
        var chosen = first is null || second?.Generation > first.Generation ? second : first;
        return chosen is null ? throw new NvmException("super block", $"neither copy is valid: {problem}")
            : chosen.Geometry.TotalBytes > lease.LengthBytes ? throw new NvmException("super block",
                $"the disk takes {chosen.Geometry.TotalBytes} bytes, the area has {lease.LengthBytes}")
            : chosen;
    }

    /// <summary>
    /// Marks an area that never had a disk as one that is being formatted, before the first <see cref="Store"/>. Eight bytes do not tear;
    /// of a whole copy the magic might be what a power failure leaves out, and the rest would look like something that is no disk's.
    /// </summary>
    public static void Begin(NvmLease lease) => lease.Write(0, Magic);

    /// <summary>Writes both copies. The one that does not count goes first, so that a power failure leaves one whole.</summary>
    public void Store(NvmLease lease)
    {
        Span<byte> block = stackalloc byte[BlockStorage.BlockBytes];
        Encode(block);
        var firstCounts = Decode(lease.View(0, BlockStorage.BlockBytes), out _) is { } first
            && !(Decode(lease.View(BlockStorage.BlockBytes, BlockStorage.BlockBytes), out _)?.Generation > first.Generation);
        lease.Write(firstCounts ? BlockStorage.BlockBytes : 0, block);
        lease.Write(firstCounts ? 0 : BlockStorage.BlockBytes, block);
    }

    private static bool IsLaidOutAs(ReadOnlySpan<byte> block, DiskGeometry geometry) =>
        geometry is
        {
            GuestBlocks: > 0, SpareBlocks: >= 0 and <= int.MaxValue,
            WearMetadataBlocks: >= 0 and <= int.MaxValue, DataBlocks: <= DiskGeometry.MaxDataBlocks
        }
        && geometry.GuestBlocks <= DiskGeometry.MaxGuestBlocks
        && BinaryPrimitives.ReadInt32LittleEndian(block[12..]) == BlockStorage.BlockBytes
        && BinaryPrimitives.ReadInt64LittleEndian(block[48..]) == DiskGeometry.VdmtFirstBlock
        && BinaryPrimitives.ReadInt64LittleEndian(block[56..]) == geometry.VdmtBlocks
        && BinaryPrimitives.ReadInt64LittleEndian(block[64..]) == geometry.WearMetadataFirstBlock
        && BinaryPrimitives.ReadInt64LittleEndian(block[80..]) == geometry.DataFirstBlock
        && BinaryPrimitives.ReadInt64LittleEndian(block[88..]) == geometry.DataBlocks;

    private static string Text(ReadOnlySpan<byte> padded) => Encoding.UTF8.GetString(padded.TrimEnd((byte)0));
}
