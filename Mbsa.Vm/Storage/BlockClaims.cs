namespace Mbsa.Vm.Storage;

/// <summary>
/// Which blocks of a disk have an operation in flight,
/// and of which nobody knows whether their last write was done because it was lost on its way. For verification where I/O is asynchronous:
/// two operations on one block at once would leave open what a read should find. Thread-safe.
/// </summary>
internal sealed class BlockClaims(long blocks)
{
    private const int Free = 0, Claimed = 1, Unsure = 2;

    private readonly int[] _states = new int[blocks];

    /// <summary>Claims blocks, all of them or none.</summary>
    public bool TryClaim(long first, int count)
    {
        for (var i = 0; i < count; i++)
        {
            ref var state = ref _states[first + i];
            var seen = Volatile.Read(ref state);
            if ((seen & Claimed) != 0 || Interlocked.CompareExchange(ref state, seen | Claimed, seen) != seen)
            {
                while (--i >= 0)
                {
                    Interlocked.And(ref _states[first + i], ~Claimed);
                }

                return false;
            }
        }

        return true;
    }

    /// <summary>Whether it is not known if the last write of a block was done, or whether one is in flight.</summary>
    public bool IsUnsure(long block, bool countClaimed = false) =>
        (Volatile.Read(ref _states[block]) & (countClaimed ? Unsure | Claimed : Unsure)) != 0;

    /// <summary>The operation on a block is done, and what the block holds is known.</summary>
    public void Release(long block) => Volatile.Write(ref _states[block], Free);

    /// <summary>The operation on a part of a block is done: of the last write of the whole no more is known than before.</summary>
    public void ReleasePart(long block) => Interlocked.And(ref _states[block], ~Claimed);

    /// <summary>The operation on a block was lost.</summary>
    public void Lose(long block) => Volatile.Write(ref _states[block], Unsure);

    /// <summary>Everything that was in flight was lost: the VM stopped, or the power failed.</summary>
    public void LoseAll()
    {
        for (var block = 0; block < _states.Length; block++)
        {
            if (_states[block] != Free)
            {
                _states[block] = Unsure;
            }
        }
    }
}
