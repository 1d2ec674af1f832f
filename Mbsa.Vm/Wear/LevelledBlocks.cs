using Mbsa.Nvm;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// The blocks of a mounted disk whose policy moves data: where each logical block is, who owns each physical one, how worn it is. Knows the
/// two ways in which a block may change its place, and no policy.
/// </summary>
/// <remarks>
/// The order of stores and fences on which everything rests, all of it:
/// <code>
///   redirect: a write whose data goes to a free block         move: data that nobody writes goes to a free block
///     store the data in the free block                          copy the data to the free block
///     F1  fence      VirtualDiskSession.WriteThroughLane         F3  fence    <see cref="Relocate"/>
///     append the record logical -> free block                   append the record logical -> free block
///     F2  fence      <see cref="WearLog.Append"/>: commit          F4  fence    <see cref="WearLog.Append"/>: commit
///     map in DRAM, then acknowledge                             map in DRAM
///     the old block is free                                     the old block is free
/// </code>
/// Without F1 or F3 a record can be there before its data; if a block were used again before F2 or F4,
/// a record that never came would leave the old place overwritten. The free blocks are those that the map does not name.
/// They are never stored: a power failure between two steps leaves a block free or taken, nothing else.
/// <para>
/// A write in place takes no lock while the gate is open (<see cref="WriteLatch"/>). It can so be under way in a block that
/// a redirect of the same logical block leaves at this moment; the two are concurrent, and the redirected write counts as the later one.
/// That holds for whole blocks only: a redirect that brings a part of the old block along holds the gate. And before a block that was left
/// is used again, whoever moves holds the gate once, so that nobody still writes there; so does a move, whose copy must miss no write.
/// </para>
/// <para>
/// Locks, in the order they may nest: <see cref="RelocationLock"/> and with it the gate, a stripe, the log's own.
/// A logical block's stripe protects its entry of the map against all who come by the locks; a free block belongs to whoever took it.
/// No one holds two stripes. Who holds a stripe may only try for <see cref="RelocationLock"/>.
/// </para>
/// </remarks>
internal sealed class LevelledBlocks
{
    /// <summary>The owner of a block that holds nothing.</summary>
    public const uint NoOwner = uint.MaxValue;

    private readonly WearLog _log;
    private readonly bool _copiesBytes;
    private readonly long _dataOffset;
    private long _endedWrites;
    private LevellingLane[] _lanes = [];

    /// <summary>The blocks of a disk whose map is up to date.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="log">Its log.</param>
    /// <param name="latch">What its writes look at first.</param>
    /// <param name="writes">Writes of each physical block so far.</param>
    /// <param name="persistInterval">A block's count is persisted at its multiples; a power of two.</param>
    public LevelledBlocks(VirtualDisk disk, WearLog log, WriteLatch latch, ReadOnlySpan<uint> writes, uint persistInterval)
    {
        (_log, _copiesBytes, Latch, Map) = (log, disk.CopiesBytes, latch, disk.Map);
        _dataOffset = disk.Geometry.DataFirstBlock * BlockStorage.BlockBytes;
        Tally = new WriteTally(disk.CountTable, writes, persistInterval, disk.SessionsTakeTurns);
        Owners = new uint[writes.Length];
        foreach (var count in writes)
        {
            _endedWrites += count;
        }

        Array.Fill(Owners, NoOwner);
        for (var logical = 0; logical < Map.Length; logical++)
        {
            Owners[Map[logical]] = (uint)logical;
        }
    }

    /// <summary>The physical block of each logical one.</summary>
    public uint[] Map { get; }

    /// <summary>The logical block in each physical one. Read without a lock it is a hint, which <see cref="Relocate"/> checks.</summary>
    public uint[] Owners { get; }

    /// <summary>The wear of each physical block.</summary>
    public WriteTally Tally { get; }

    /// <summary>What every write looks at first.</summary>
    public WriteLatch Latch { get; }

    /// <summary>The locks over the logical blocks.</summary>
    public BlockStripes Stripes { get; } = new();

    /// <summary>Held by whoever moves blocks that nobody writes.</summary>
    public Lock RelocationLock { get; } = new();

    /// <summary>Moves done: the policy's own writes.</summary>
    public long Relocations { get; private set; }

    /// <summary>Writes of all blocks over the number of blocks, rounded down. Takes a step for each lane.</summary>
    public uint Mean
    {
        get
        {
            var writes = Volatile.Read(ref _endedWrites);
            foreach (var lane in Volatile.Read(ref _lanes))
            {
                writes += lane.Written;
            }

            return (uint)(writes / Owners.Length);
        }
    }

    /// <summary>A session begins to write.</summary>
    /// <returns>Where it counts.</returns>
    public BlockShare[] Add(LevellingLane lane)
    {
        lock (RelocationLock)
        {
            Volatile.Write(ref _lanes, [.. _lanes, lane]);
            return Tally.Begin();
        }
    }

    /// <summary>A session ends.</summary>
    public void Remove(LevellingLane lane, BlockShare[] share)
    {
        lock (RelocationLock)
        {
            Volatile.Write(ref _endedWrites, _endedWrites + lane.Written);
            Volatile.Write(ref _lanes, [.. _lanes.Where(other => other != lane)]);
            Tally.End(share);
        }
    }

    /// <summary>Keeps all other sessions from writing without a lock; to be called under <see cref="RelocationLock"/>.</summary>
    /// <param name="lane">Who is going to move blocks.</param>
    /// <param name="isAskedAgain">Whether this is asked again soon if it cannot be now.</param>
    /// <returns>False when that cannot be now.</returns>
    public bool TryHoldOthers(LevellingLane lane, bool isAskedAgain) =>
        Tally.Writers <= 1 || Latch.IsShutForGood || Latch.TryHold(_lanes, lane, isAskedAgain);

    /// <summary>Ends that, if it was so.</summary>
    public void ReleaseOthers() => Latch.Release();

    /// <summary>Whether a record could not be stored: a block that was free before may be in use at the next mount.</summary>
    public bool HasFailed => _log.HasFailed;

    /// <summary>The blocks that hold nothing, in ascending order.</summary>
    public IEnumerable<uint> FreeBlocks()
    {
        for (var block = 0; block < Owners.Length; block++)
        {
            if (Owners[block] == NoOwner)
            {
                yield return (uint)block;
            }
        }
    }

    /// <summary>Commits a write that went to a free block, under the stripe of its logical block. The data are fenced (F1).</summary>
    public void Redirect(LevellingLane lane, uint logicalBlock, uint from, uint to)
    {
        _log.Append(lane.Lease, logicalBlock, to); // F2
        lane.Records++;
        (Owners[to], Owners[from]) = (logicalBlock, NoOwner);
    }

    /// <summary>Moves a logical block to a free block; to be called under <see cref="RelocationLock"/>, while others are held.</summary>
    /// <param name="lane">Whose hands do it.</param>
    /// <param name="logicalBlock">The block.</param>
    /// <param name="from">Where it is believed to be.</param>
    /// <param name="to">The free block.</param>
    /// <returns>False when it is somewhere else already; nothing was done then.</returns>
    /// <exception cref="NvmException">A record could not be stored: this one's, and then the free block may be in use at the next mount,
    /// or one before, and then nothing was done.</exception>
    public bool Relocate(LevellingLane lane, uint logicalBlock, uint from, uint to)
    {
        var relocated = false;
        Stripes.Enter(logicalBlock);
        try
        {
            if (Map[logicalBlock] == from)
            {
                // A record that failed may have made the free block somebody's.
                _log.RequireSound();
                if (_copiesBytes)
                {
                    lane.Lease.Read(Place(from), lane.Scratch);
                    lane.Lease.Write(Place(to), lane.Scratch); // F3
                }

                _log.Append(lane.Lease, logicalBlock, to); // F4
                lane.Records++;
                (Owners[to], Owners[from]) = (logicalBlock, NoOwner);
                relocated = true;
            }
        }
        finally
        {
            Stripes.Exit(logicalBlock, relocated);
        }

        if (relocated)
        {
            Relocations++;
            lane.CountRelocation(to);
        }

        return relocated;
    }

    private long Place(uint physicalBlock) => _dataOffset + (long)physicalBlock * BlockStorage.BlockBytes;
}
