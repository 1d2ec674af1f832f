using System.Numerics;

namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// Passes over blocks in random order: each block once, then again in another order, as fio does without <c>norandommap</c>. Where fio
/// keeps a bit per block, this is a pseudo-random permutation and needs no memory: a counter over the next power of two goes through
/// rounds that can be undone (an odd factor, a shift folded in, both modulo the power), and numbers that are no block are skipped, fewer
/// than half of them. A mutable struct: keep it in a field and pass it by reference.
/// </summary>
public struct BlockPass
{
    // The mixing constants of MurmurHash3's finaliser (A. Appleby) and of SplitMix64: odd, and their low bits are as good as the others.
    // With three rounds the steps from block to block of a small region are visibly not those of draws; with four they are.
    private const ulong FirstFactor = 0xFF51AFD7ED558CCD;
    private const ulong SecondFactor = 0xC4CEB9FE1A85EC53;
    private const ulong ThirdFactor = 0x9E3779B97F4A7C15;
    private const ulong FourthFactor = 0xBF58476D1CE4E5B9;

    private readonly ulong _count;
    private readonly ulong _mask;
    private readonly int _shift;
    private ulong _order;
    private ulong _turn;
    private ulong _next;

    /// <summary>Passes over this many blocks, from 1 to 2^62; the first begins with the first draw.</summary>
    /// <param name="count">The blocks.</param>
    /// <param name="seed">What the orders of all passes follow from.</param>
    public BlockPass(long count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1L << 62);
        _count = (ulong)count;
        var bits = 64 - BitOperations.LeadingZeroCount(_count - 1);
        _mask = (1UL << bits) - 1;
        _shift = (bits + 1) / 2;
        (_order, _next) = (seed, _mask + 1);
    }

    /// <summary>
    /// The next blocks of the pass, from 0; after the last one a pass in a new order begins. Many at once cost less: whether a number is a
    /// block cannot be foreseen, so each is put down and the next one over it if it was none.
    /// </summary>
    public void Take(Span<long> blocks)
    {
        var taken = 0;
        while (taken < blocks.Length)
        {
            if (_next > _mask)
            {
                _order = SplitMix64.Mix(_order + 1);
                (_turn, _next) = (SplitMix64.Mix(~_order), 0);
            }

            var block = Scramble(_next++);
            blocks[taken] = (long)block;
            taken += block < _count ? 1 : 0;
        }
    }

    /// <summary>Writes down where it stands, 24 bytes.</summary>
    internal readonly void SaveTo(BinaryWriter to)
    {
        to.Write(_order);
        to.Write(_turn);
        to.Write(_next);
    }

    /// <summary>Goes on where one over as many blocks stood.</summary>
    internal void RestoreFrom(BinaryReader from) => (_order, _turn, _next) = (from.ReadUInt64(), from.ReadUInt64(), from.ReadUInt64());

    private readonly ulong Scramble(ulong place)
    {
        var x = (place + _order) & _mask;
        x = ((x ^ (x >> _shift)) * FirstFactor) & _mask;
        x = (((x ^ (x >> _shift)) * SecondFactor) + _turn) & _mask;
        x = ((x ^ (x >> _shift)) * ThirdFactor) & _mask;
        x = ((x ^ (x >> _shift)) * FourthFactor) & _mask;
        return x ^ (x >> _shift);
    }
}
