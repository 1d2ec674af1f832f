using System.Runtime.CompilerServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// One session's way through a policy that moves data. An ordinary write says that it is inside, finds the gate open and its count below
/// what it was allotted, and writes; all else comes by the stripe's lock, and what then happens is the policy's.
/// </summary>
internal sealed class LevellingLane : WearLane
{
    private readonly LevellingPolicy _policy;
    private readonly LevelledBlocks _blocks;
    private readonly WriteLatch _latch;
    private readonly WriteTally _tally;
    private readonly BlockStripes _stripes;
    private readonly BlockShare[] _share;
    private readonly uint[] _map;
    private readonly long _tickWrites;
    private long _untilTick;
    private long _written;
    private bool _isInside;
    private bool _hasStripe;
    private bool _holdsOthers;

    /// <summary>A lane.</summary>
    public LevellingLane(LevellingPolicy policy, LevelledBlocks blocks, NvmLease lease)
    {
        (_policy, _blocks, Lease) = (policy, blocks, lease);
        (_latch, _tally, _stripes, _map) = (blocks.Latch, blocks.Tally, blocks.Stripes, blocks.Map);
        _untilTick = _tickWrites = policy.TickWrites;
        _share = blocks.Add(this);
    }

    /// <summary>The session's lease: what this lane stores, it fences.</summary>
    public NvmLease Lease { get; }

    /// <summary>Room for one block.</summary>
    public byte[] Scratch { get; } = new byte[BlockStorage.BlockBytes];

    /// <summary>A free block that is this lane's for its next write, if the policy wants every write redirected.</summary>
    public uint? Reserved { get; set; }

    /// <summary>Blocks this lane wrote, moves included.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Records this lane appended.</summary>
    public long Records { get; set; }

    /// <summary>Moves this lane did.</summary>
    public long Relocations { get; private set; }

    /// <summary>Whether it may be writing in place without a lock.</summary>
    public bool IsInside => Volatile.Read(ref _isInside);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override uint BeginWrite(uint logicalBlock, bool isWhole, out uint from)
    {
        Volatile.Write(ref _isInside, true);
        if (_latch.IsOpen)
        {
            from = _map[logicalBlock];
            ref var mine = ref _share[from];
            if (mine.Writes < mine.Until)
            {
                return from;
            }
        }

        return BeginByTheLock(logicalBlock, isWhole, out from);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void EndWrite(uint logicalBlock, uint physicalBlock)
    {
        if (_hasStripe && _map[logicalBlock] != physicalBlock)
        {
            EndRedirect(logicalBlock, physicalBlock);
            return;
        }

        var hasUsedItsPart = WriteTally.Count(_share, physicalBlock);
        _written++;
        Leave(logicalBlock, relocated: false);
        if (hasUsedItsPart)
        {
            _tally.AddUp(Lease, _share, physicalBlock);
        }

        if (--_untilTick == 0)
        {
            _untilTick = _tickWrites;
            _policy.Tick();
        }
    }

    /// <inheritdoc/>
    public override void CountWrite(uint logicalBlock) => EndWrite(logicalBlock, BeginWrite(logicalBlock, isWhole: true, out _));

    /// <inheritdoc/>
    public override void AbandonWrite(uint logicalBlock, uint physicalBlock)
    {
        var wasRedirected = _hasStripe && _map[logicalBlock] != physicalBlock;
        Leave(logicalBlock, relocated: false);
        if (wasRedirected)
        {
            _policy.Return(physicalBlock);
        }
    }

    /// <inheritdoc/>
    public override uint BeginRead(uint logicalBlock) => _stripes.Changes(logicalBlock);

    /// <inheritdoc/>
    public override bool ReadHeld(uint logicalBlock, uint ticket) => _stripes.IsUnchanged(logicalBlock, ticket);

    /// <inheritdoc/>
    public override void Foresee(uint physicalBlock) => CacheHint.Fetch(ref _share[physicalBlock]);

    /// <inheritdoc/>
    public override WearWork TakeWork()
    {
        var work = new WearWork(Relocations, Records);
        (Relocations, Records) = (0, 0);
        return work;
    }

    /// <inheritdoc/>
    public override void End()
    {
        if (Reserved is { } spare)
        {
            Reserved = null;
            _policy.Return(spare);
        }

        _blocks.Remove(this, _share);
    }

    /// <summary>Counts a block that this lane wrote for the policy.</summary>
    public void CountRelocation(uint physicalBlock)
    {
        _written++;
        Relocations++;
        if (WriteTally.Count(_share, physicalBlock))
        {
            _tally.AddUp(Lease, _share, physicalBlock);
        }
    }

    /// <summary>For a write that is to bring a part of the old block along: keeps others from writing there until it is done.</summary>
    /// <returns>False when that cannot be now.</returns>
    public bool TryHoldOthers()
    {
        if (!_blocks.RelocationLock.TryEnter())
        {
            return false;
        }

        _holdsOthers = _blocks.TryHoldOthers(this, isAskedAgain: false);
        if (!_holdsOthers)
        {
            _blocks.RelocationLock.Exit();
        }

        return _holdsOthers;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint BeginByTheLock(uint logicalBlock, bool isWhole, out uint from)
    {
        Volatile.Write(ref _isInside, false);
        if (_latch.Waiting != 0 || _latch.IsShutForGood)
        {
            _policy.Work(this);
        }

        _stripes.Enter(logicalBlock);
        _hasStripe = true;
        try
        {
            // Whoever had the stripe before may have failed to store a record of this block.
            // The next mount may find it all the same, and with it the block in its new place: a write to the old one would be lost.
            _policy.RequireSound();
            from = _map[logicalBlock];
            if (_share[from].Writes < _share[from].Until)
            {
                return from;
            }

            // What was allotted to others they may not have used.
            var to = _tally.IsDue(from) ? _policy.Look(this, logicalBlock, from, isWhole) : from;
            if (to == from)
            {
                _tally.Allot(_share, from);
            }

            return to;
        }
        catch
        {
            Leave(logicalBlock, relocated: false);
            throw;
        }
    }

    private void EndRedirect(uint logicalBlock, uint physicalBlock)
    {
        var old = _map[logicalBlock];
        var (relocated, hasUsedItsPart) = (false, false);
        try
        {
            _blocks.Redirect(this, logicalBlock, old, physicalBlock);
            relocated = true;
            _policy.Redirected(physicalBlock);
            _tally.Allot(_share, physicalBlock);
            hasUsedItsPart = WriteTally.Count(_share, physicalBlock);
            _written++;
        }
        finally
        {
            Leave(logicalBlock, relocated);
        }

        // Only now: a reader that is still at the old place must see that the block moved before another one is put there.
        _policy.Vacated(old);
        if (hasUsedItsPart)
        {
            _tally.AddUp(Lease, _share, physicalBlock);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leave(uint logicalBlock, bool relocated)
    {
        if (_hasStripe)
        {
            LeaveTheLock(logicalBlock, relocated);
        }
        else
        {
            Volatile.Write(ref _isInside, false);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LeaveTheLock(uint logicalBlock, bool relocated)
    {
        _hasStripe = false;
        _stripes.Exit(logicalBlock, relocated);
        if (_holdsOthers)
        {
            _holdsOthers = false;
            _blocks.ReleaseOthers();
            _blocks.RelocationLock.Exit();
        }
    }
}
