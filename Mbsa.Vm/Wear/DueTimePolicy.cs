using System.Numerics;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// Wear levelling by due times. It never looks for the least worn block on a write: each block has a due time, the count of writes at which
/// it is worth a look, and is then compared with the mean, which is cheap to know. A block found hot is left: the write that found it goes
/// to a spare, which costs no copy. Later the worn block gets data that are seldom written, and where those were is the next spare.
/// </summary>
/// <remarks>
/// With least stay Q and slack T: extra writes are at most 1/Q of the guest's on any load, because a stay absorbs Q of them before it is
/// charged one copy. A guest that knows the map can still wear a block out.
/// <para>
/// With <c>atomic</c> every write goes to a spare, so that a block of 4096 bytes is old or new after a power failure and never torn.
/// What it writes more is its records, 64 bytes a block, for which the log is larger.
/// </para>
/// </remarks>
internal sealed class DueTimePolicy : LevellingPolicy
{
    /// <summary>The name of the policy.</summary>
    public const string PolicyName = "due-time";

    private const int Spares = 16;
    private const int Candidates = 64;
    private const uint MinQ = 16, MaxQ = 65536, MaxT = 1 << 20;

    private readonly uint _q, _t;
    private readonly bool _atomic;

    // The spares have one queue for all lanes: a session that rests holds none back.
    private readonly BlockQueue _spares = new(), _worn = new();
    private uint[] _atomicDue = [];
    private uint _cursor;

    // Where the last redirect went: data known to be hot are no filling for a worn block, however little worn their new place is.
    private uint _newestHot = uint.MaxValue;

    /// <summary>The policy with its parameters, such as "q=128 t=64 atomic".</summary>
    /// <exception cref="InputException">A parameter is unknown or out of range.</exception>
    public DueTimePolicy(string parameters)
    {
        var given = new WearParameters(PolicyName, parameters);
        _q = given.Number("q", 128, MinQ, MaxQ);
        _t = given.Number("t", 64, 1, MaxT);
        _atomic = given.Flag("atomic");
        given.End();
    }

    /// <inheritdoc/>
    public override string Name => PolicyName;

    /// <inheritdoc/>
    public override string Parameters => $"q={_q} t={_t}{(_atomic ? " atomic" : "")}";

    /// <inheritdoc/>
    protected override uint PersistInterval => 1u << BitOperations.Log2(_q);

    private uint Limit => Blocks.Mean + _t;

    /// <inheritdoc/>
    public override long SpareBlocks(long guestBlocks) => Spares;

    /// <inheritdoc/>
    /// <remarks>Called when a block is due; if writes are atomic, always.</remarks>
    public override uint Look(LevellingLane lane, uint logicalBlock, uint physicalBlock, bool isWhole)
    {
        if (_atomic)
        {
            var reserved = lane.Reserved!.Value;
            lane.Reserved = null;
            return reserved;
        }

        var (writes, limit) = (Blocks.Tally.WritesOf(physicalBlock), Limit);
        ref var due = ref Blocks.Tally.Wear[physicalBlock].Due;
        if (writes >= limit && _spares.TryTake(out var spare))
        {
            if (isWhole || lane.TryHoldOthers())
            {
                return spare;
            }

            _spares.Add(spare);
        }

        due = Math.Max(limit, writes + _q / 4);
        return physicalBlock;
    }

    /// <inheritdoc/>
    public override void Redirected(uint physicalBlock)
    {
        Volatile.Write(ref _newestHot, physicalBlock);
        if (!_atomic)
        {
            BeginStay(physicalBlock);
        }
    }

    /// <inheritdoc/>
    public override void Vacated(uint physicalBlock)
    {
        if (_atomic && !IsWorn(physicalBlock))
        {
            _spares.Add(physicalBlock);
            return;
        }

        RequestWork(_worn.Add(physicalBlock));
    }

    /// <inheritdoc/>
    public override void Return(uint physicalBlock) => _spares.Add(physicalBlock);

    /// <inheritdoc/>
    /// <remarks>
    /// Refills the worn blocks. If writes are atomic it also sees to it that the lane has a spare, before it takes its stripe:
    /// holding one it could not wait.
    /// </remarks>
    protected override void DoWork(LevellingLane lane)
    {
        RefillAll(lane);
        if (!_atomic || lane.Reserved is not null)
        {
            return;
        }

        var wait = default(SpinWait);
        while (true)
        {
            if (_spares.TryTake(out var spare))
            {
                lane.Reserved = spare;
                return;
            }

            RequireSound(); // else nobody gives one back
            RefillAll(lane);
            wait.SpinOnce();
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A redirect and its refill are two records for at least Q writes; so with 4 records a Q of blocks a slot is written half as often as
    /// a block. If writes are atomic there is a record for each.
    /// </remarks>
    protected override long LogRecords(long dataBlocks) => _atomic ? dataBlocks + dataBlocks / 4 : 4 * dataBlocks / _q + 1;

    /// <inheritdoc/>
    protected override void Begin()
    {
        var blocks = Blocks.Owners.Length;
        _atomicDue = _atomic ? new uint[blocks] : [];
        var limit = Limit;
        for (uint block = 0; block < blocks; block++)
        {
            // A multiple of Q, not Q from now on: else a disk that is mounted anew before Q writes would never be levelled.
            SetDue(block, Math.Max(limit, (Blocks.Tally.WritesOf(block) / _q + 1) * _q));
        }

        foreach (var block in Blocks.FreeBlocks())
        {
            _spares.Add(block);
        }

        if (_atomic)
        {
            Latch.ShutDown(); // every write reserves its spare first, and goes there
        }
    }

    /// <summary>
    /// Whether a block that was just left is due and hot: what <see cref="Look"/> asks before a write when it has the choice.
    /// </summary>
    private bool IsWorn(uint physicalBlock)
    {
        var writes = Blocks.Tally.WritesOf(physicalBlock);
        if (writes < _atomicDue[physicalBlock])
        {
            return false;
        }

        var limit = Limit;
        _atomicDue[physicalBlock] = Math.Max(limit, writes + _q / 4);
        return writes >= limit;
    }

    private void RefillAll(LevellingLane lane)
    {
        if (!TryBeginRelocating(lane))
        {
            return;
        }

        try
        {
            while (_worn.TryTake(out var worn))
            {
                Refill(lane, worn);
            }
        }
        finally
        {
            EndRelocating();
        }
    }

    /// <summary>
    /// Puts data that are seldom written into a worn block, and makes the block they leave a spare. The only extra write there is.
    /// </summary>
    private void Refill(LevellingLane lane, uint worn)
    {
        var cold = FindCold();
        var owner = Blocks.Owners[cold];
        BeginStay(worn, writesToCome: 1);
        Blocks.Tally.AllotAll(worn);
        try
        {
            // Not moved: somebody redirected the cold block at this very moment.
            if (owner != LevelledBlocks.NoOwner && Blocks.Relocate(lane, owner, cold, worn))
            {
                BeginStay(cold);
                Blocks.Tally.AllotAll(cold);
            }
        }
        finally
        {
            // A record that could not be stored may be on the device nevertheless: the worn block then holds data.
            if (!Blocks.HasFailed)
            {
                _spares.Add(Blocks.Owners[worn] == LevelledBlocks.NoOwner ? worn : cold);
            }
        }
    }

    /// <summary>
    /// The first little worn block from the cursor on, or else the least worn of those it passes.
    /// Counts read here may be a write old, which does no harm.
    /// </summary>
    private uint FindCold()
    {
        var (tally, owners) = (Blocks.Tally, Blocks.Owners);
        var coldEnough = (long)Blocks.Mean - _t / 2;
        var newestHot = Volatile.Read(ref _newestHot);
        var (best, bestWrites, seen) = (_cursor, uint.MaxValue, 0);
        for (var step = 0; step < owners.Length && seen < Candidates; step++)
        {
            var block = _cursor;
            _cursor = _cursor + 1 == owners.Length ? 0 : _cursor + 1;
            if (owners[block] == LevelledBlocks.NoOwner || block == newestHot)
            {
                continue;
            }

            var writes = tally.WritesOf(block);
            if (writes <= coldEnough)
            {
                return block;
            }

            if (seen++ == 0 || writes < bestWrites)
            {
                (best, bestWrites) = (block, writes);
            }
        }

        return best;
    }

    private void BeginStay(uint physicalBlock, uint writesToCome = 0) =>
        SetDue(physicalBlock, Math.Max(Limit, Blocks.Tally.WritesOf(physicalBlock) + writesToCome + _q));

    private void SetDue(uint physicalBlock, uint due)
    {
        if (_atomic)
        {
            _atomicDue[physicalBlock] = due;
        }
        else
        {
            Blocks.Tally.Wear[physicalBlock].Due = due;
        }
    }
}
