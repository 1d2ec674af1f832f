using System.Runtime.CompilerServices;

namespace Mbsa.Vm.Wear;

/// <summary>
/// Locks over the logical blocks of a disk, one for every 1024th block,
/// for what may change the map and for writes while that is about to happen (<see cref="WriteLatch"/>). Bit 0 of a word is the lock,
/// the bits above count the changes of the map: a reader takes no lock but sees by the count whether a block of its stripe moved meanwhile.
/// Whoever finds a stripe taken spins, for it is held no longer than one block is written.
/// </summary>
internal sealed class BlockStripes
{
    private const int Stripes = 1024;
    private const uint Locked = 1;

    private readonly uint[] _words = new uint[Stripes];

    /// <summary>Locks the stripe of a logical block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter(uint logicalBlock)
    {
        ref var word = ref _words[logicalBlock % Stripes];
        var free = word & ~Locked;
        if (Interlocked.CompareExchange(ref word, free | Locked, free) != free)
        {
            EnterWhenFree(ref word);
        }
    }

    /// <summary>Unlocks it.</summary>
    /// <param name="logicalBlock">The block.</param>
    /// <param name="relocated">
    /// Whether a block of the stripe is somewhere else now. Only after this may the place it left be written.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit(uint logicalBlock, bool relocated)
    {
        ref var word = ref _words[logicalBlock % Stripes];
        Volatile.Write(ref word, (word & ~Locked) + (relocated ? 2u : 0));
    }

    /// <summary>The count of changes now, to ask <see cref="IsUnchanged"/> with.</summary>
    public uint Changes(uint logicalBlock) => Volatile.Read(ref _words[logicalBlock % Stripes]) >> 1;

    /// <summary>Whether no block of the stripe moved since. Loads before this call are complete when it looks.</summary>
    public bool IsUnchanged(uint logicalBlock, uint changes)
    {
        Volatile.ReadBarrier();
        return Changes(logicalBlock) == changes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterWhenFree(ref uint word)
    {
        var wait = default(SpinWait);
        while (true)
        {
            var free = Volatile.Read(ref word) & ~Locked;
            if (Interlocked.CompareExchange(ref word, free | Locked, free) == free)
            {
                return;
            }

            wait.SpinOnce();
        }
    }
}
