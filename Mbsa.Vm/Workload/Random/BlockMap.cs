using System.Numerics;

namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// Which blocks of a region were touched in a pass, a bit for each: for jobs whose I/Os are of several sizes, where a pass cannot be a
/// permutation (<see cref="BlockPass"/>). Above the bits lies a bit for each full word of 64, and so on up to one word, so that the next
/// free block is found in a few steps however full the map is.
/// </summary>
public sealed class BlockMap
{
    private const int WordBits = 64;
    private readonly ulong[][] _levels;

    /// <summary>An empty map.</summary>
    /// <param name="count">Blocks, at least one.</param>
    public BlockMap(long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        var levels = new List<ulong[]>();
        do
        {
            count = (count + WordBits - 1) / WordBits;
            levels.Add(new ulong[count]);
        }
        while (count > 1);
        _levels = [.. levels];
        Clear();
    }

    /// <summary>Blocks in all.</summary>
    public long Count { get; }

    /// <summary>Blocks that were not touched.</summary>
    public long Free { get; private set; }

    /// <summary>Forgets everything: a pass begins.</summary>
    public void Clear()
    {
        foreach (var level in _levels)
        {
            Array.Clear(level);
        }

        Free = Count;
        var bits = Count;
        foreach (var level in _levels)
        {
            // What is no block counts as touched.
            level[^1] = bits % WordBits == 0 ? 0 : ulong.MaxValue << (int)(bits % WordBits);
            bits = level.Length;
        }
    }

    /// <summary>The first free block from a place on, or else from the beginning, as fio looks for one.</summary>
    /// <returns>Its number; -1 when none is free.</returns>
    public long NextFree(long from) => Free == 0 ? -1 : Search(from) is >= 0 and var block ? block : Search(0);

    /// <summary>How many blocks from a free one on are free too, at most so many.</summary>
    public int FreeRun(long block, int max)
    {
        var run = 1;
        while (run < max && block + run < Count && !IsTouched(block + run))
        {
            run++;
        }

        return run;
    }

    /// <summary>Whether a block was touched.</summary>
    public bool IsTouched(long block) => (_levels[0][block / WordBits] >> (int)(block % WordBits) & 1) != 0;

    /// <summary>Touches blocks that are free.</summary>
    public void Touch(long block, int count)
    {
        Free -= count;
        for (; count > 0; block++, count--)
        {
            Set(0, block);
        }
    }

    /// <summary>Writes it down.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        foreach (var word in _levels[0])
        {
            to.Write(word);
        }
    }

    /// <summary>Is as one over as many blocks was.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        Clear();
        var words = new ulong[_levels[0].Length];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = from.ReadUInt64();
        }

        for (var block = 0L; block < Count; block++)
        {
            if ((words[block / WordBits] >> (int)(block % WordBits) & 1) != 0)
            {
                Touch(block, 1);
            }
        }
    }

    private void Set(int level, long bit)
    {
        ref var word = ref _levels[level][bit / WordBits];
        word |= 1UL << (int)(bit % WordBits);
        if (word == ulong.MaxValue && level + 1 < _levels.Length)
        {
            Set(level + 1, bit / WordBits);
        }
    }

    private long Search(long from)
    {
        // Up to where a word has a free bit at the place or behind it, then down to the first.
        var (level, bit) = (0, from);
        while (true)
        {
            if (bit / WordBits >= _levels[level].Length)
            {
                return -1;
            }

            var free = ~_levels[level][bit / WordBits] & (ulong.MaxValue << (int)(bit % WordBits));
            if (free != 0)
            {
                bit = (bit / WordBits * WordBits) + BitOperations.TrailingZeroCount(free);
                break;
            }

            if (++level == _levels.Length)
            {
                return -1;
            }

            bit = (bit / WordBits) + 1;
        }

        while (level-- > 0)
        {
            bit = (bit * WordBits) + BitOperations.TrailingZeroCount(~_levels[level][bit]);
        }

        return bit;
    }
}
