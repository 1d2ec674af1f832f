using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Vm.Storage;

/// <summary>
/// How often each physical block was written, as it is kept on the NVM over the mounts: an entry of 8 bytes for every
/// block of the data area, sealed as those of the VDMT, and behind them one with the writes of the policy's own. All zero is a count of 0.
/// First in the wear metadata.
/// </summary>
/// <remarks>
/// A block's entry is written when its count reaches a multiple of the interval.
/// A line has eight entries, so it wears at most 8/interval as fast as the most worn of its blocks, whatever the load: no line is hot.
/// Entries are neither fenced nor logged: eight aligned bytes never tear, and a count is an estimate after a power failure anyway.
/// </remarks>
internal sealed class WearCountTable
{
    private const int EntriesPerBlock = BlockStorage.BlockBytes / 8;
    private const ulong PlaceOfCounts = 1UL << 40; // no entry of the VDMT passes for one of a count

    private readonly long _offsetBytes;
    private readonly long _blocks;
    private readonly uint _seal;
    private readonly MetadataWear? _wear;

    /// <summary>The table of a disk.</summary>
    public WearCountTable(SuperBlock disk, MetadataWear? wear)
    {
        _offsetBytes = disk.Geometry.WearMetadataFirstBlock * BlockStorage.BlockBytes;
        (_blocks, _seal, _wear) = (disk.Geometry.DataBlocks, disk.Seal, wear);
    }

    /// <summary>Blocks that the table takes for so many blocks of data.</summary>
    public static long BlocksFor(long dataBlocks) => dataBlocks / EntriesPerBlock + 1;

    /// <summary>Reads the table.</summary>
    /// <param name="lease">To read with.</param>
    /// <param name="extraWrites">Writes of the policy's own.</param>
    /// <exception cref="NvmException">An entry is damaged; the message names its block.</exception>
    public uint[] Load(NvmLease lease, out long extraWrites) => Load(lease, (_, damage) => throw damage, out extraWrites);

    /// <summary>Reads the table and goes on after what is damaged: that counts 0.</summary>
    /// <param name="lease">To read with.</param>
    /// <param name="damaged">Told what is damaged, and where it lies in the area, in bytes.</param>
    /// <param name="extraWrites">Writes of the policy's own.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public uint[] Load(NvmLease lease, Action<long, NvmException> damaged, out long extraWrites)
    {
        var counts = new uint[_blocks];
        for (long first = 0; first < _blocks; first += EntriesPerBlock)
        {
            var entries = (int)Math.Min(EntriesPerBlock, _blocks - first);
            var bytes = lease.View(OffsetBytes(first), entries * 8);
            for (var i = 0; i < entries; i++)
            {
                counts[first + i] = (uint)Open(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]),
                    first + i, uint.MaxValue, damaged);
            }
        }

        extraWrites = (long)Open(BinaryPrimitives.ReadUInt64LittleEndian(lease.View(OffsetBytes(_blocks), 8)),
            _blocks, CheckedEntry.ContentMask, damaged);
        return counts;
    }

    /// <summary>Writes the count of one block, to be persistent soon.</summary>
    public void Store(NvmLease lease, uint physicalBlock, uint writes)
    {
        Span<byte> entry = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, CheckedEntry.Seal(writes, _seal, PlaceOfCounts | physicalBlock));
        lease.Stream(OffsetBytes(physicalBlock), entry);
        _wear?.Count(OffsetBytes(physicalBlock));
    }

    /// <summary>Writes all counts and fences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void StoreAll(NvmLease lease, ReadOnlySpan<uint> counts, long extraWrites)
    {
        var chunk = new byte[BlockStorage.BlockBytes];
        for (long first = 0; first <= _blocks; first += EntriesPerBlock)
        {
            var entries = (int)Math.Min(EntriesPerBlock, _blocks + 1 - first);
            for (var i = 0; i < entries; i++)
            {
                var place = first + i;
                var content = place < _blocks ? counts[(int)place] : (ulong)extraWrites;
                BinaryPrimitives.WriteUInt64LittleEndian(chunk.AsSpan(i * 8),
                    content == 0 ? 0 : CheckedEntry.Seal(content, _seal, PlaceOfCounts | (ulong)place));
            }

            lease.Stream(OffsetBytes(first), chunk.AsSpan(0, entries * 8));
            for (var i = 0; i < entries && _wear is not null; i += 8)
            {
                _wear.Count(OffsetBytes(first + i));
            }
        }

        lease.Fence();
    }

    private long OffsetBytes(long entry) => _offsetBytes + entry * 8;

    private ulong Open(ulong entry, long place, ulong largest, Action<long, NvmException> damaged)
    {
        if (entry == 0)
        {
            return 0;
        }

        if (CheckedEntry.TryOpen(entry, _seal, PlaceOfCounts | (ulong)place, out var content) && content <= largest)
        {
            return content;
        }

        damaged(OffsetBytes(place), new NvmException("wear counts",
            $"{(place < _blocks ? $"the count of physical block {place}" : "the count of extra writes")} is damaged"));
        return 0;
    }
}
