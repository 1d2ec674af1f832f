using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// The changes of a disk's map, as a ring of records in its wear metadata. The VDMT on the NVM is the map as it once was; the records since
/// make it the map of now. Appending a record is what commits a change.
/// </summary>
/// <remarks>
/// <para>
/// Changing the VDMT in place would wear the line of a hot block out long before any data. In the ring every slot has its turn. Before a
/// slot is used again the line of the VDMT that its old record changed is written, fenced, and left alone until a record younger than that
/// comes up: so a line is written once in a round of the ring at most. This goes in batches of 64 records, so that no write has to wait
/// for a whole round.
/// </para>
/// <para>
/// The tail travels inside the records, so no fixed line is hot. It is always one slot ahead: the record before the one being written
/// already says that the slot's old content no longer matters. So a record torn by a power failure never costs one that is needed, and
/// recovery can insist on every record above the tail: a missing one is damage, and is said to be.
/// </para>
/// </remarks>
internal sealed class WearLog
{
    private const uint BatchRecords = 64;
    private const int EntriesPerLine = WearLogRecord.Bytes / 8;

    private readonly Lock _lock = new();
    private readonly SuperBlock _disk;
    private readonly uint[] _map;
    private readonly MetadataWear? _wear;
    private readonly long _offsetBytes;
    private readonly uint _seal;
    private readonly uint[] _slotBlocks;
    private readonly ulong[] _lineWritten;
    private readonly HashSet<uint> _unfencedLines = new((int)BatchRecords);
    private readonly ulong _slots;
    private ulong _newest, _tail;

    /// <summary>The log of a disk, which lies behind its table of counts and takes all that is left of the wear metadata.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="map">Its map in DRAM, which the log keeps.</param>
    /// <param name="wear">Where stores are counted; null not to.</param>
    public WearLog(SuperBlock disk, uint[] map, MetadataWear? wear)
    {
        (_disk, _map, _wear, _seal) = (disk, map, wear, disk.Seal);
        var countBlocks = WearCountTable.BlocksFor(disk.Geometry.DataBlocks);
        var blocks = disk.Geometry.WearMetadataBlocks - countBlocks;
        _offsetBytes = (disk.Geometry.WearMetadataFirstBlock + countBlocks) * BlockStorage.BlockBytes;
        _slotBlocks = new uint[blocks * BlockStorage.BlockBytes / WearLogRecord.Bytes];
        _slots = (ulong)_slotBlocks.Length;
        _lineWritten = new ulong[(map.Length + EntriesPerLine - 1) / EntriesPerLine];
    }

    /// <summary>
    /// Whether a record could not be stored. It may be on the NVM nevertheless, so that nobody knows which map the next mount will find:
    /// nothing more may be written until then.
    /// </summary>
    public bool HasFailed { get; private set; }

    /// <summary>Called when that has happened, before the writer lets go of anything.</summary>
    public Action? Failed { get; init; }

    /// <summary>Records written since the mount.</summary>
    public long Records { get; private set; }

    /// <summary>Records above the tail that <see cref="Recover(NvmLease)"/> found, the mark of a disk's end left out.</summary>
    public long RecoveredRecords { get; private set; }

    /// <summary>Blocks that a ring of at least so many records takes; whole blocks, and at least one.</summary>
    public static long BlocksFor(long records) =>
        Math.Max(1, (records + BlockStorage.BlockBytes / WearLogRecord.Bytes - 1) / (BlockStorage.BlockBytes / WearLogRecord.Bytes));

    /// <summary>Brings the map that was loaded from the VDMT up to date, and mends the newest record if one bit of it fell over.</summary>
    /// <param name="lease">To read the ring with.</param>
    /// <exception cref="NvmException">A record that matters is damaged; the message names it.</exception>
    public void Recover(NvmLease lease) => Recover(lease, (_, damage) => throw damage, lease.Write);

    /// <summary>The same for whoever only looks: stores nothing, and goes on after what is damaged.</summary>
    /// <param name="lease">To read the ring with.</param>
    /// <param name="damaged">Told what is damaged, and where it lies in the area, in bytes.</param>
    /// <param name="mend">Told what belongs at an offset in the area where one bit is wrong.</param>
    public void Inspect(NvmLease lease, Action<long, NvmException> damaged, MendLine mend) => Recover(lease, damaged, mend);

    private void Recover(NvmLease lease, Action<long, NvmException> damaged, MendLine mend)
    {
        WearLogRecord newest = default;
        for (ulong slot = 0; slot < _slots; slot++)
        {
            if (TryRead(lease, slot, out var record) && record.Sequence % _slots == slot && record.Sequence > newest.Sequence)
            {
                newest = record;
            }
        }

        Span<byte> mended = stackalloc byte[WearLogRecord.Bytes];
        if (TryMend(lease, newest.Sequence + 1, mended, out var hidden))
        {
            newest = hidden;
            mend(OffsetBytes(newest.Sequence % _slots), mended);
        }

        (_newest, _tail) = (newest.Sequence, newest.Tail);
        if (_newest == 0)
        {
            return; // a new disk
        }

        if (_tail >= _newest || _newest - _tail > _slots)
        {
            damaged(OffsetBytes(_newest % _slots), Damaged(_newest, $"its tail is {_tail}, in a ring of {_slots}"));
            return;
        }

        if (_disk.IsClean && !newest.IsEndMark)
        {
            damaged(OffsetBytes((_newest + 1) % _slots),
                Damaged(_newest + 1, "the disk was ended, so the newest record must be the mark of that"));
        }

        for (var sequence = _tail + 1; sequence <= _newest; sequence++)
        {
            // The newest is at hand, and on the NVM perhaps not mended.
            var record = newest;
            var isThere = sequence == _newest || TryRead(lease, sequence % _slots, out record);
            if (Replay(sequence, isThere ? record : default) is { } damage)
            {
                damaged(OffsetBytes(sequence % _slots), damage);
            }
        }
    }

    /// <summary>
    /// Commits a change of the map: when this returns it is on the NVM and in the map in DRAM, and not before.
    /// The data must have been fenced.
    /// </summary>
    /// <param name="lease">The writer's own.</param>
    /// <param name="logicalBlock">The block that moves.</param>
    /// <param name="physicalBlock">Where it is from now on.</param>
    /// <exception cref="NvmException">A record before it could not be stored.</exception>
    public void Append(NvmLease lease, uint logicalBlock, uint physicalBlock)
    {
        lock (_lock)
        {
            RequireSound();
            try
            {
                // The slot after this one must be free by what this record says.
                if (_newest + 2 > _tail + _slots)
                {
                    Retire(lease, Math.Min(_newest, _tail + Math.Min(BatchRecords, (uint)_slots / 4)));
                }

                Store(lease, new WearLogRecord(_newest + 1, _tail, logicalBlock, physicalBlock));
            }
            catch
            {
                HasFailed = true;
                Failed?.Invoke();
                throw;
            }

            // Under the lock, so that a line of the VDMT is never written with less than the records it is held to contain.
            Volatile.Write(ref _map[logicalBlock], physicalBlock);
        }
    }

    /// <summary>For whoever is about to change what the next mount will find.</summary>
    /// <exception cref="NvmException">A record could not be stored.</exception>
    public void RequireSound()
    {
        if (HasFailed)
        {
            throw new NvmException("wear log",
                "a change of the map could not be stored, so that nobody knows which map is on the device; mount the disk again");
        }
    }

    /// <summary>Ends the log: the VDMT is the map, and the newest record says so.</summary>
    public void Close(NvmLease lease)
    {
        lock (_lock)
        {
            Retire(lease, _newest);
            Store(lease, new WearLogRecord(_newest + 1, _tail, WearLogRecord.NoBlock, 0));
        }
    }

    /// <summary>
    /// Makes records up to one unnecessary: writes the lines of the VDMT they changed, unless they were written since, and fences.
    /// </summary>
    private void Retire(NvmLease lease, ulong upTo)
    {
        _unfencedLines.Clear();
        for (var sequence = _tail + 1; sequence <= upTo; sequence++)
        {
            var block = _slotBlocks[sequence % _slots];
            var line = block / EntriesPerLine;
            if (block != WearLogRecord.NoBlock && _lineWritten[line] < sequence && _unfencedLines.Add(line))
            {
                WriteLine(lease, line);
            }
        }

        lease.Fence();
        foreach (var line in _unfencedLines)
        {
            _lineWritten[line] = _newest;
        }

        _tail = upTo;
    }

    private void WriteLine(NvmLease lease, uint line)
    {
        var first = line * EntriesPerLine;
        Span<byte> bytes = stackalloc byte[WearLogRecord.Bytes];
        bytes = bytes[..((int)Math.Min(EntriesPerLine, _map.Length - first) * 8)];
        Vdmt.Encode(_map, first, bytes, _seal);
        lease.Stream(Vdmt.OffsetBytes(first), bytes);
        _wear?.Count(Vdmt.OffsetBytes(first));
    }

    private void Store(NvmLease lease, WearLogRecord record)
    {
        Span<byte> line = stackalloc byte[WearLogRecord.Bytes];
        record.Encode(line, _seal);
        var slot = record.Sequence % _slots;
        lease.Write(OffsetBytes(slot), line);
        _wear?.Count(OffsetBytes(slot));
        _slotBlocks[slot] = record.LogicalBlock;
        _newest = record.Sequence;
        Records++;
    }

    /// <returns>What is wrong with the record; null when it has been replayed.</returns>
    private NvmException? Replay(ulong sequence, WearLogRecord record)
    {
        if (record.Sequence != sequence)
        {
            return Damaged(sequence, "its checksum or its sequence is wrong");
        }

        _slotBlocks[sequence % _slots] = record.LogicalBlock;
        if (record.IsEndMark)
        {
            return null;
        }

        if (record.LogicalBlock >= _map.Length || record.PhysicalBlock >= _disk.Geometry.DataBlocks)
        {
            return Damaged(sequence, $"it moves block {record.LogicalBlock} of {_map.Length} "
                + $"to physical block {record.PhysicalBlock} of {_disk.Geometry.DataBlocks}");
        }

        _map[record.LogicalBlock] = record.PhysicalBlock;
        RecoveredRecords++;
        return null;
    }

    /// <summary>
    /// Whether the record behind the newest is there but for one bit. It must be looked for: it looks like one that a power failure tore,
    /// which nobody misses, but may be one that was acknowledged. If it was torn and lacks no more than a bit, it does no harm either:
    /// its data came before it.
    /// </summary>
    private bool TryMend(NvmLease lease, ulong sequence, Span<byte> line, out WearLogRecord record)
    {
        lease.View(OffsetBytes(sequence % _slots), WearLogRecord.Bytes).CopyTo(line);
        for (var bit = 0; bit < line.Length * 8; bit++)
        {
            line[bit / 8] ^= (byte)(1 << (bit % 8));
            if (WearLogRecord.TryDecode(line, _seal, out record) && record.Sequence == sequence)
            {
                return true;
            }

            line[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        record = default;
        return false;
    }

    private bool TryRead(NvmLease lease, ulong slot, out WearLogRecord record) =>
        WearLogRecord.TryDecode(lease.View(OffsetBytes(slot), WearLogRecord.Bytes), _seal, out record);

    private long OffsetBytes(ulong slot) => _offsetBytes + (long)slot * WearLogRecord.Bytes;

    private static NvmException Damaged(ulong sequence, string problem) =>
        new("wear log", $"record {sequence} is damaged or missing: {problem}");
}
