using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Migrating;

/// <summary>
/// Which blocks of an NVM area with a virtual disk still have to be copied to another host, round by round. Nothing is added
/// to the way of an I/O: the disk counts the writes of each physical block anyway, so a block of data whose count changed was written.
/// Metadata is compared with what was sent last; it is some 0.4 % of the disk, which is held here. Used while nobody writes.
/// </summary>
/// <param name="area">The area.</param>
/// <param name="geometry">Where things lie in it.</param>
/// <param name="hasBytes">Whether blocks of data have bytes; if not they are only counted.</param>
/// <exception cref="InvalidDataException">The disk is too large: its metadata is more than an array holds.</exception>
public sealed class OutgoingBlocks(NvmArea area, DiskGeometry geometry, bool hasBytes)
{
    private readonly byte[] _sentMetadata = new byte[MetadataBytes(geometry)];
    private uint[] _sentCounts = new uint[geometry.DataBlocks];
    private bool _isBegun;

    /// <summary>
    /// Takes what was written since this was last called; the first time, all that was ever written. It counts as sent then.
    /// </summary>
    /// <param name="counts">Writes of each block of data until now; kept.</param>
    /// <exception cref="InvalidDataException">It is too much for one round.</exception>
    public BlockRound Take(WearCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var round = new Round();
        using var lease = area.Lease();
        TakeMetadata(lease, round);
        for (var block = 0L; block < geometry.DataBlocks; block++)
        {
            if (counts.Writes[block] != _sentCounts[block])
            {
                TakeData(lease, block, round);
            }
            else if (!_isBegun && hasBytes && !IsZero(lease, geometry.DataFirstBlock + block))
            {
                TakeData(lease, block, round); // its count went with a power failure
            }
        }

        (_sentCounts, _isBegun) = (counts.Writes, true);
        return new BlockRound(round.Blocks, MigratedBlocks.Seal(lease, round.Filled, round.Zeros));
    }

    private void TakeMetadata(NvmLease lease, Round round)
    {
        for (var block = 0L; block < geometry.DataFirstBlock; block++)
        {
            var offset = block * BlockStorage.BlockBytes;
            var now = lease.View(offset, BlockStorage.BlockBytes);
            var sent = _sentMetadata.AsSpan((int)offset, BlockStorage.BlockBytes);
            if (!now.SequenceEqual(sent))
            {
                now.CopyTo(sent);
                round.Blocks++;
                (IsZero(lease, block) ? round.Zeros : round.Filled).Add(block);
            }
        }
    }

    private void TakeData(NvmLease lease, long dataBlock, Round round)
    {
        round.Blocks++;
        if (!hasBytes)
        {
            return;
        }

        var block = geometry.DataFirstBlock + dataBlock;
        if (!IsZero(lease, block))
        {
            round.Filled.Add(block);
        }
        else if (_isBegun)
        {
            round.Zeros.Add(block); // it may have had bytes when it was sent
        }
    }

    private static long MetadataBytes(DiskGeometry geometry) =>
        geometry.DataFirstBlock * BlockStorage.BlockBytes is var bytes && bytes <= Array.MaxLength ? bytes
        : throw new InvalidDataException(
            $"its disk has {bytes} bytes of metadata, and one with more than {Array.MaxLength} cannot move; take a smaller disk");

    private static bool IsZero(NvmLease lease, long block) =>
        !lease.View(block * BlockStorage.BlockBytes, BlockStorage.BlockBytes).ContainsAnyExcept((byte)0);

    private sealed class Round
    {
        public List<long> Filled { get; } = [];

        public List<long> Zeros { get; } = [];

        public long Blocks { get; set; }
    }
}

/// <summary>Blocks to copy.</summary>
/// <param name="Blocks">How many were written, those without bytes among them.</param>
/// <param name="Content">Their bytes, for <see cref="MigratedBlocks.Apply"/>.</param>
public sealed record BlockRound(long Blocks, byte[] Content)
{
    /// <summary>Nothing.</summary>
    public static BlockRound None { get; } = new(0, []);
}
