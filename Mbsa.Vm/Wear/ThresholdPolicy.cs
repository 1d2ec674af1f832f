using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// The paper's Algorithm 1, as far as it can be reconstructed. The listing itself is lost; the paper says that there is a threshold, 2 in
/// its experiments, that the algorithm has at least 22 lines with swaps at lines 6 and 22, and what it reached. This is a reconstruction:
/// there is a level, and a block whose count is a threshold or more above it is hot. Its data are swapped with those of a block at or below
/// the level, which a cursor finds; if a whole turn of the cursor finds none, the level rises by one and the turn is repeated.
/// </summary>
/// <remarks>
/// Counts are in units of 64 writes, and a block is looked at when its count in units grows. Taken literally, as single writes,
/// a threshold of 2 costs 41 to 50 % extra writes, which the paper's figures exclude; in units of 64 it cannot cost more than 2/64.
/// A swap goes through a free block, so that it is safe at any power failure: the cold data go to the free block,
/// the hot data to where the cold ones were, and the hot block is the next free one. Two extra writes a swap.
/// A turn of the cursor is as long as the disk: the write that has to wait for it waits long. That is the paper's way, and kept.
/// </remarks>
internal sealed class ThresholdPolicy : LevellingPolicy
{
    /// <summary>The name of the policy.</summary>
    public const string PolicyName = "threshold";

    private readonly uint _threshold, _unit;
    private readonly BlockQueue _free = new(), _hot = new();
    private readonly HashSet<uint> _looked = [];
    private uint _level, _cursor;

    /// <summary>The policy with its parameters, such as "threshold=2 unit=64".</summary>
    /// <exception cref="InputException">A parameter is unknown or out of range.</exception>
    public ThresholdPolicy(string parameters)
    {
        var given = new WearParameters(PolicyName, parameters);
        _threshold = given.Number("threshold", 2, 1, 1024);
        _unit = given.Number("unit", 64, 1, 65536);
        given.End();
    }

    /// <inheritdoc/>
    public override string Name => PolicyName;

    /// <inheritdoc/>
    public override string Parameters => $"threshold={_threshold} unit={_unit}";

    private uint HotFrom => (Volatile.Read(ref _level) + _threshold) * _unit;

    /// <inheritdoc/>
    public override long SpareBlocks(long guestBlocks) => 1;

    /// <inheritdoc/>
    public override uint Look(LevellingLane lane, uint logicalBlock, uint physicalBlock, bool isWhole)
    {
        var (writes, hotFrom) = (Blocks.Tally.WritesOf(physicalBlock), HotFrom);
        ref var due = ref Blocks.Tally.Wear[physicalBlock].Due;
        if (writes < hotFrom)
        {
            due = hotFrom;
        }
        else
        {
            due = NextUnit(writes); // it is reported once a unit
            RequestWork(_hot.Add(physicalBlock));
        }

        return physicalBlock;
    }

    /// <inheritdoc/>
    protected override void DoWork(LevellingLane lane)
    {
        if (!TryBeginRelocating(lane))
        {
            return;
        }

        try
        {
            _looked.Clear();
            while (_hot.TryTake(out var hot))
            {
                // A block reported twice holds other data by now, if its were swapped.
                if (_looked.Add(hot))
                {
                    Balance(lane, hot);
                }
            }
        }
        finally
        {
            EndRelocating();
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A block is swapped once in a unit of its writes at most, which is two records;
    /// so a slot is written at most half as often as a block.
    /// </remarks>
    protected override long LogRecords(long dataBlocks) => 4 * dataBlocks / _unit + 1;

    /// <inheritdoc/>
    protected override void Begin()
    {
        // Of the level nothing is kept: it is where the least worn block stands.
        var min = uint.MaxValue;
        for (uint block = 0; block < Blocks.Owners.Length; block++)
        {
            min = Math.Min(min, Blocks.Tally.WritesOf(block));
        }

        _level = min / _unit;
        for (uint block = 0; block < Blocks.Owners.Length; block++)
        {
            BeginStay(block);
        }

        foreach (var block in Blocks.FreeBlocks())
        {
            _free.Add(block);
        }
    }

    private void Balance(LevellingLane lane, uint hot)
    {
        if (Blocks.Owners[hot] == LevelledBlocks.NoOwner || Blocks.Tally.WritesOf(hot) < HotFrom)
        {
            return; // it was swapped meanwhile, or the level rose
        }

        if (FindCold(hot) is { } cold)
        {
            Swap(lane, hot, cold);
            return;
        }

        Volatile.Write(ref _level, _level + 1);
        if (FindCold(hot) is { } coldNow)
        {
            Swap(lane, hot, coldNow);
        }
    }

    private void Swap(LevellingLane lane, uint hot, uint cold)
    {
        if (!_free.TryTake(out var free))
        {
            return;
        }

        BeginStay(free);
        try
        {
            if (Blocks.Relocate(lane, Blocks.Owners[cold], cold, free))
            {
                BeginStay(cold);
                Blocks.Relocate(lane, Blocks.Owners[hot], hot, cold);
            }
        }
        finally
        {
            // Whichever of the three holds nothing, however far it came.
            _free.Add(IsFree(free) ? free : IsFree(cold) ? cold : hot);
        }

        bool IsFree(uint block) => Blocks.Owners[block] == LevelledBlocks.NoOwner;
    }

    private uint? FindCold(uint hot)
    {
        var (tally, owners) = (Blocks.Tally, Blocks.Owners);
        for (var step = 0; step < owners.Length; step++)
        {
            var block = _cursor;
            _cursor = _cursor + 1 == owners.Length ? 0 : _cursor + 1;
            if (block != hot && owners[block] != LevelledBlocks.NoOwner && tally.WritesOf(block) / _unit <= _level)
            {
                return block;
            }
        }

        return null;
    }

    private void BeginStay(uint physicalBlock)
    {
        Blocks.Tally.Wear[physicalBlock].Due = Math.Max(HotFrom, NextUnit(Blocks.Tally.WritesOf(physicalBlock)));
        Blocks.Tally.AllotAll(physicalBlock);
    }

    private uint NextUnit(uint writes) => (writes / _unit + 1) * _unit;
}
