using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// How often each physical block was written, and how far each session may go on before it has to add that up. Every session counts for
/// itself; what a block has left until it is due, or until its count is to be persisted, is allotted to the sessions as they ask.
/// </summary>
/// <remarks>
/// One session is allotted all that is left, and asks exactly when the block is due.
/// Of several each gets its part, and at least an eighth of the persist interval, so that asking stays rare.
/// A block may so be looked at late, by what was allotted to others when they last asked and they use without asking again:
/// of n sessions at most n - 1 times the larger of an eighth and an n-th of the interval; somewhat more after they began, because what the
/// first were allotted stays theirs. Sessions that take turns count as one. A session that ends leaves its counts to the next that begins.
/// </remarks>
internal sealed class WriteTally
{
    private readonly WearCountTable _table;
    private readonly bool _sessionsTakeTurns;
    private readonly int _persistShift;
    private readonly uint _minPart;
    private readonly Stack<BlockShare[]> _ended = new();
    private BlockShare[][] _shares = [];
    private int _sessions;

    /// <summary>The tally of a disk on which nobody writes yet.</summary>
    /// <param name="table">Where counts are persisted.</param>
    /// <param name="writes">Writes of each physical block so far.</param>
    /// <param name="persistInterval">A block's count is persisted at its multiples; a power of two, at least 8.</param>
    /// <param name="sessionsTakeTurns">Whether sessions never write at the same time.</param>
    public WriteTally(WearCountTable table, ReadOnlySpan<uint> writes, uint persistInterval, bool sessionsTakeTurns)
    {
        Debug.Assert(uint.IsPow2(persistInterval), "it is shifted by");
        (_table, _sessionsTakeTurns) = (table, sessionsTakeTurns);
        (_persistShift, _minPart) = (BitOperations.Log2(persistInterval), persistInterval / 8);
        Wear = new BlockWear[writes.Length];
        for (var block = 0; block < writes.Length; block++)
        {
            (Wear[block].WritesBefore, Wear[block].Persisted) = (writes[block], writes[block]);
        }
    }

    /// <summary>The physical blocks.</summary>
    public BlockWear[] Wear { get; }

    /// <summary>Sessions that may write at one moment.</summary>
    public int Writers => _sessionsTakeTurns ? 1 : _sessions;

    /// <summary>Writes of a physical block so far. Exact while nobody writes it; else what is under way is in it or not.</summary>
    public uint WritesOf(uint physicalBlock)
    {
        var writes = Wear[physicalBlock].WritesBefore;
        foreach (var share in Volatile.Read(ref _shares))
        {
            writes += share[physicalBlock].Writes;
        }

        return writes;
    }

    /// <summary>Whether the policy wants to look at a block.</summary>
    public bool IsDue(uint physicalBlock) => WritesOf(physicalBlock) >= Wear[physicalBlock].Due;

    /// <summary>A session begins; not while another one does, or ends, or blocks move.</summary>
    public BlockShare[] Begin()
    {
        _sessions++;
        if (!_ended.TryPop(out var share))
        {
            if (_sessionsTakeTurns && _shares is [var common])
            {
                return common;
            }

            share = new BlockShare[Wear.Length];
            Volatile.Write(ref _shares, [.. _shares, share]);
        }

        for (uint block = 0; block < share.Length; block++)
        {
            Allot(share, block);
        }

        return share;
    }

    /// <summary>A session ends; not while another one begins or ends, or blocks move.</summary>
    public void End(BlockShare[] share)
    {
        _sessions--;
        if (!_sessionsTakeTurns)
        {
            _ended.Push(share);
        }
    }

    /// <summary>Counts a write of a session.</summary>
    /// <returns>Whether it has used what it was allotted: <see cref="AddUp"/> comes next, when it has let go of the block.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Count(BlockShare[] share, uint physicalBlock)
    {
        ref var mine = ref share[physicalBlock];
        return ++mine.Writes >= mine.Until;
    }

    /// <summary>Adds up what all sessions wrote, persists it now and then, and allots anew.</summary>
    /// <exception cref="NvmException">The count could not be stored.</exception>
    /// <remarks>Two sessions may do this at once: an older count may stay on the NVM then, which is an estimate there anyway.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void AddUp(NvmLease lease, BlockShare[] share, uint physicalBlock)
    {
        var writes = WritesOf(physicalBlock);
        ref var wear = ref Wear[physicalBlock];
        if (writes >> _persistShift != wear.Persisted >> _persistShift)
        {
            _table.Store(lease, physicalBlock, writes);
            wear.Persisted = writes;
        }

        Allot(share, physicalBlock);
    }

    /// <summary>Allots a session anew what a block has left.</summary>
    public void Allot(BlockShare[] share, uint physicalBlock)
    {
        var (writes, due) = (WritesOf(physicalBlock), Wear[physicalBlock].Due);
        var left = 0u;
        if (writes < due)
        {
            var interval = 1u << _persistShift;
            var part = Math.Min(due - writes, interval - (writes & (interval - 1)));
            left = Writers <= 1 ? part : Math.Max(Math.Min(part, _minPart), part / (uint)Writers);
        }

        share[physicalBlock].Until = share[physicalBlock].Writes + left;
    }

    /// <summary>A new stay begins in a block: allots every session what it has left. While no session writes but the caller's.</summary>
    public void AllotAll(uint physicalBlock)
    {
        foreach (var share in _shares)
        {
            Allot(share, physicalBlock);
        }
    }
}
