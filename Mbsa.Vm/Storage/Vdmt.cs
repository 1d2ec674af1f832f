using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Vm.Storage;

/// <summary>
/// The virtual disk mapping table as it lies on the NVM:
/// an entry of 8 bytes for every block of the guest, sealed (<see cref="CheckedEntry"/>) with the disk and the block.
/// Bits 0 to 39 are the physical block, bit 40 is always set, so that no entry is zero. In DRAM it is an array of physical blocks.
/// Its loops run once, over millions of entries: they are compiled well at once instead of after a while.
/// </summary>
internal static class Vdmt
{
    private const ulong Present = 1UL << 40;
    private const ulong BlockMask = Present - 1;

    // Large enough that a copy is worth its call, small enough to stay in a core's cache.
    private const int ChunkEntries = 4096;

    /// <summary>Writes the table of a new disk.</summary>
    /// <param name="lease">To write with.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="placeOf">Where each block is; null when every block is in its own place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteFirst(NvmLease lease, SuperBlock disk, Func<uint, uint>? placeOf)
    {
        var chunk = new byte[ChunkEntries * 8];
        var seal = disk.Seal;
        for (long logical = 0; logical < disk.Geometry.GuestBlocks; logical += ChunkEntries)
        {
            var entries = (int)Math.Min(ChunkEntries, disk.Geometry.GuestBlocks - logical);
            for (var i = 0; i < entries; i++)
            {
                var physical = placeOf is null ? (ulong)(logical + i) : placeOf((uint)(logical + i));
                BinaryPrimitives.WriteUInt64LittleEndian(chunk.AsSpan(i * 8),
                    CheckedEntry.Seal(physical | Present, seal, (ulong)(logical + i)));
            }

            lease.Stream(OffsetBytes(logical), chunk.AsSpan(0, entries * 8));
        }

        lease.Fence();
    }

    /// <summary>
    /// Reads the table. Whether no two blocks are in one place is for <see cref="RequireInjective"/> to say, once the table is up to date.
    /// </summary>
    /// <returns>The physical block of each block of the guest.</returns>
    /// <exception cref="NvmException">An entry is damaged or points behind the data area; the message names it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint[] Load(NvmLease lease, SuperBlock disk)
    {
        var seal = disk.Seal;
        var map = new uint[disk.Geometry.GuestBlocks];
        for (var start = 0; start < map.Length; start += ChunkEntries)
        {
            var entries = Math.Min(ChunkEntries, map.Length - start);
            var chunk = lease.View(OffsetBytes(start), entries * 8);
            for (var i = 0; i < entries; i++)
            {
                map[start + i] = Open(BinaryPrimitives.ReadUInt64LittleEndian(chunk[(i * 8)..]), seal, start + i, disk.Geometry.DataBlocks);
            }
        }

        return map;
    }

    /// <summary>Checks that no two blocks are in one place.</summary>
    /// <exception cref="NvmException">Two are; the message names the second.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RequireInjective(ReadOnlySpan<uint> map, long dataBlocks)
    {
        var taken = new ulong[(dataBlocks + 63) / 64];
        for (var logical = 0; logical < map.Length; logical++)
        {
            var physical = map[logical];
            var bit = 1UL << (int)(physical & 63);
            if ((taken[physical >> 6] & bit) != 0)
            {
                throw Damaged(logical, $"it points to physical block {physical}, which another entry has");
            }

            taken[physical >> 6] |= bit;
        }
    }

    /// <summary>Encodes entries of a map as they lie on the NVM.</summary>
    /// <param name="map">The map.</param>
    /// <param name="firstLogical">The first entry's block.</param>
    /// <param name="entries">Room for them, 8 bytes each.</param>
    /// <param name="seal">The disk's seal.</param>
    public static void Encode(ReadOnlySpan<uint> map, long firstLogical, Span<byte> entries, uint seal)
    {
        for (var i = 0; i < entries.Length / 8; i++)
        {
            var logical = firstLogical + i;
            BinaryPrimitives.WriteUInt64LittleEndian(entries[(i * 8)..],
                CheckedEntry.Seal(map[(int)logical] | Present, seal, (ulong)logical));
        }
    }

    /// <summary>Where an entry lies in the area, in bytes.</summary>
    public static long OffsetBytes(long logicalBlock) => DiskGeometry.VdmtFirstBlock * BlockStorage.BlockBytes + logicalBlock * 8;

    /// <summary>The physical block that an entry names.</summary>
    /// <exception cref="NvmException">The entry is damaged.</exception>
    internal static uint Open(ulong entry, uint seal, long logical, long dataBlocks)
    {
        if (!CheckedEntry.TryOpen(entry, seal, (ulong)logical, out var content) || (content & ~BlockMask) != Present)
        {
            throw Damaged(logical, "its checksum is wrong");
        }

        var physical = (long)(content & BlockMask);
        return physical < dataBlocks ? (uint)physical : throw Damaged(logical, $"it points to physical block {physical} of {dataBlocks}");
    }

    private static NvmException Damaged(long logical, string problem) => new("VDMT", $"the entry of block {logical} is damaged: {problem}");
}
