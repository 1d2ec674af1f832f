using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// What the policies that move data have in common:
/// log and counts in the metadata, lanes, and work that waits to be done off a write's path.
/// </summary>
internal abstract class LevellingPolicy : WearPolicy
{
    private const int Batch = 8;

    private WearLog? _log;
    private LevelledBlocks? _blocks;
    private long _extraWritesBefore;

    /// <inheritdoc/>
    public sealed override bool CountsItself => true;

    /// <inheritdoc/>
    public sealed override long ExtraWrites => _extraWritesBefore + (_blocks?.Relocations ?? 0);

    /// <inheritdoc/>
    public sealed override long RecoveredRecords => _log?.RecoveredRecords ?? 0;

    /// <summary>Writes of a lane after which it calls <see cref="Tick"/>; 0 for never.</summary>
    public virtual long TickWrites => 0;

    /// <summary>A lane has written as often as it was to.</summary>
    public virtual void Tick()
    {
    }

    /// <summary>What every write looks at first. The next write of any session does the work that waits.</summary>
    public WriteLatch Latch { get; } = new();

    /// <summary>The blocks of the mounted disk.</summary>
    public LevelledBlocks Blocks => _blocks ?? throw new InvalidOperationException("the policy belongs to no mounted disk");

    /// <summary>
    /// A block's count is persisted at its multiples;
    /// a power of two, at least 16, so that no line of counts wears faster than half its worst block.
    /// </summary>
    protected virtual uint PersistInterval => 128;

    /// <inheritdoc/>
    public sealed override long MetadataBlocks(long guestBlocks) =>
        base.MetadataBlocks(guestBlocks) + WearLog.BlocksFor(LogRecords(guestBlocks + SpareBlocks(guestBlocks)));

    /// <summary>The block is due: says where its write goes, under the stripe of the logical block.</summary>
    /// <param name="lane">Who writes.</param>
    /// <param name="logicalBlock">The block.</param>
    /// <param name="physicalBlock">Where it is.</param>
    /// <param name="isWhole">Whether all of it is written;
    /// else it may go elsewhere only if <see cref="LevellingLane.TryHoldOthers"/> says so.</param>
    public abstract uint Look(LevellingLane lane, uint logicalBlock, uint physicalBlock, bool isWhole);

    /// <inheritdoc/>
    public sealed override bool HasFailed => _log?.HasFailed == true;

    /// <summary>Does the work that waits, if nobody else is at it. The caller holds no lock.</summary>
    /// <exception cref="NvmException">A record of the log could not be stored: nobody may write any more.</exception>
    public void Work(LevellingLane lane)
    {
        RequireSound();
        DoWork(lane);
    }

    /// <summary>For whoever is about to write, and for whoever waits for a block that others no longer can give back.</summary>
    /// <exception cref="NvmException">A record of the log could not be stored.</exception>
    public void RequireSound() => _log?.RequireSound();

    /// <summary>A redirected write was committed to this block, and is about to be counted.</summary>
    public virtual void Redirected(uint physicalBlock)
    {
    }

    /// <summary>A redirected write left this block free.</summary>
    public virtual void Vacated(uint physicalBlock)
    {
    }

    /// <summary>A free block was taken and not used.</summary>
    public virtual void Return(uint physicalBlock)
    {
    }

    /// <inheritdoc/>
    public sealed override void AddCounts(Span<uint> counts)
    {
        for (var block = 0; block < counts.Length; block++)
        {
            counts[block] += Blocks.Tally.WritesOf((uint)block);
        }
    }

    /// <inheritdoc/>
    internal sealed override void Recover(VirtualDisk disk, NvmLease lease)
    {
        // Every write comes by the locks then, and hears of the failure.
        _log = new WearLog(disk.SuperBlock, disk.Map, disk.MetadataWear) { Failed = Latch.ShutDown };
        _log.Recover(lease);
    }

    /// <inheritdoc/>
    internal sealed override void Inspect(SuperBlock disk, uint[] map, NvmLease lease, Action<long, NvmException> damaged, MendLine mend) =>
        new WearLog(disk, map, wear: null).Inspect(lease, damaged, mend);

    /// <inheritdoc/>
    internal sealed override void Attach(VirtualDisk disk, uint[] counts, long extraWrites)
    {
        if (!disk.WasClean)
        {
            // Half an interval is what was written, on average, after a block's count was last persisted.
            for (var block = 0; block < counts.Length; block++)
            {
                counts[block] += PersistInterval / 2;
            }
        }

        _extraWritesBefore = extraWrites;
        _blocks = new LevelledBlocks(disk, _log!, Latch, counts, PersistInterval);
        Begin();
    }

    /// <inheritdoc/>
    internal sealed override WearLane OpenLane(NvmLease lease) => new LevellingLane(this, Blocks, lease);

    /// <inheritdoc/>
    internal sealed override void Detach(NvmLease lease) => _log!.Close(lease);

    /// <summary>Does the work that waits, if nobody else is at it.</summary>
    protected abstract void DoWork(LevellingLane lane);

    /// <summary>Records that the log must hold, so that its lines wear no faster than the data.</summary>
    protected abstract long LogRecords(long dataBlocks);

    /// <summary>The blocks are there: each gets its first due count.</summary>
    protected abstract void Begin();

    /// <summary>
    /// So many pieces of one kind wait. They are done when there are enough of them:
    /// keeping others away for one costs as much as for several.
    /// </summary>
    protected void RequestWork(int pieces)
    {
        if (pieces >= (Blocks.Tally.Writers <= 1 ? 1 : Batch) && Latch.Waiting == 0)
        {
            Latch.AddWork();
        }
    }

    /// <summary>Tries to be the one who moves blocks; who is does all that waits.</summary>
    /// <returns>False when nothing waits any more, another session is at it, or others cannot be held yet;
    /// else <see cref="EndRelocating"/> must follow.</returns>
    protected bool TryBeginRelocating(LevellingLane lane)
    {
        if (!Blocks.RelocationLock.TryEnter())
        {
            return false;
        }

        // Whoever saw work and came too late must not shut the gate: nobody would ask again.
        if ((Latch.Waiting > 0 || Latch.IsShutForGood) && Blocks.TryHoldOthers(lane, isAskedAgain: true))
        {
            Latch.EndWork();
            return true;
        }

        Blocks.RelocationLock.Exit();
        return false;
    }

    /// <summary>Others may write in place and move blocks again.</summary>
    protected void EndRelocating()
    {
        Blocks.ReleaseOthers();
        Blocks.RelocationLock.Exit();
    }
}
