using System.Runtime.CompilerServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>One session's way through a policy that moves data. An ordinary write takes its stripe, looks at one count and adds to it; all else is the policy's.</summary>
internal sealed class LevellingLane : WearLane
{
    private readonly LevellingPolicy _policy;
    private readonly LevelledBlocks _blocks;
    private readonly BlockStripes _stripes;
    private readonly BlockWear[] _wear;
    private readonly uint[] _map;
    private readonly long _tickWrites;
    private long _untilTick;
    private long _written;

    /// <summary>A lane.</summary>
    public LevellingLane(LevellingPolicy policy, LevelledBlocks blocks, NvmLease lease)
    {
        (_policy, _blocks, Lease) = (policy, blocks, lease);
        (_stripes, _wear, _map) = (blocks.Stripes, blocks.Wear, blocks.Map);
        _untilTick = _tickWrites = policy.TickWrites;
        blocks.Add(this);
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
    public long Moves { get; private set; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override uint BeginWrite(uint logicalBlock)
    {
        if (_policy.Waiting != 0)
        {
            _policy.Work(this);
        }

        _stripes.Enter(logicalBlock);
        if (_policy.Waiting != 0)
        {
            RequireSound(logicalBlock);
        }

        var physical = _map[logicalBlock];
        return _wear[physical].Writes < _wear[physical].Due ? physical : _policy.Look(this, logicalBlock, physical);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void EndWrite(uint logicalBlock, uint physicalBlock)
    {
        if (_map[logicalBlock] != physicalBlock)
        {
            EndRedirect(logicalBlock, physicalBlock);
            return;
        }

        _blocks.Count(Lease, physicalBlock);
        _written++;
        _stripes.Exit(logicalBlock, moved: false);
        if (--_untilTick == 0)
        {
            _untilTick = _tickWrites;
            _policy.AddWork();
        }
    }

    /// <inheritdoc/>
    public override void CountWrite(uint logicalBlock) => EndWrite(logicalBlock, BeginWrite(logicalBlock));

    /// <inheritdoc/>
    public override void AbandonWrite(uint logicalBlock, uint physicalBlock)
    {
        var wasRedirected = _map[logicalBlock] != physicalBlock;
        _stripes.Exit(logicalBlock, moved: false);
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
    public override void Foresee(uint physicalBlock) => CacheHint.Fetch(ref _wear[physicalBlock]);

    /// <inheritdoc/>
    public override WearWork TakeWork()
    {
        var work = new WearWork(Moves, Records);
        (Moves, Records) = (0, 0);
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

        _blocks.Remove(this);
    }

    /// <summary>Counts a block that this lane wrote for the policy.</summary>
    public void CountMove(uint physicalBlock)
    {
        _blocks.Count(Lease, physicalBlock);
        _written++;
        Moves++;
    }

    /// <summary>
    /// Whoever held the stripe before may have failed to store a record of this block. The next mount may find it all the same, and with it the block in its
    /// new place: a write to the old one would be lost. That it failed counts as work that waits, so a write that finds none need not ask.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RequireSound(uint logicalBlock)
    {
        try
        {
            _policy.RequireSound();
        }
        catch
        {
            _stripes.Exit(logicalBlock, moved: false);
            throw;
        }
    }

    private void EndRedirect(uint logicalBlock, uint physicalBlock)
    {
        var old = _map[logicalBlock];
        var moved = false;
        try
        {
            _blocks.Redirect(this, logicalBlock, old, physicalBlock);
            moved = true;
            _policy.Redirected(physicalBlock);
            _blocks.Count(Lease, physicalBlock);
            _written++;
        }
        finally
        {
            _stripes.Exit(logicalBlock, moved);
        }

        // Only now: a reader that is still at the old place must see that the block moved before another one is put there.
        _policy.Vacated(old);
    }
}
