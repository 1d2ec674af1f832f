using System.Runtime.CompilerServices;

namespace Mbsa.Vm.Wear;

/// <summary>
/// What lets the sessions of a disk write in place without a lock and without an atomic instruction, and still be kept from
/// a block that moves. As long as the gate is open a session only says that it is inside, by a plain store, looks at the gate, and writes.
/// Whoever is going to move blocks shuts the gate, sees to it that every processor knows, and moves none before nobody is inside:
/// from then on all others come by the locks (<see cref="BlockStripes"/>), as they do when work waits or a block is due.
/// </summary>
/// <remarks>
/// The store and the look that follows it are not fenced; the barrier that would belong between them is the mover's,
/// for all processors at once (<see cref="Interlocked.MemoryBarrierProcessWide"/>, Linux's membarrier).
/// That costs a mover some microseconds and a write nothing, and there are hundreds of writes for a move. Asymmetric fences of this kind:
/// Dice, Huang, Yang, "Asymmetric Dekker Synchronization", 2001.
/// </remarks>
internal sealed class WriteLatch
{
    private const int Held = 1 << 30, ShutForGood = 1 << 29, Work = ShutForGood - 1;

    /// <summary>Together some microseconds: several times as long as a block takes.</summary>
    private const int Looks = 10;

    private static readonly Predicate<LevellingLane> _hasLeft = session => !session.IsInside;

    private readonly List<LevellingLane> _perhapsInside = [];
    private int _state;

    /// <summary>Whether sessions may write in place without a lock.</summary>
    public bool IsOpen
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _state) == 0;
    }

    /// <summary>Whether it is shut for good: every write comes by the locks.</summary>
    public bool IsShutForGood => (Volatile.Read(ref _state) & ShutForGood) != 0;

    /// <summary>Pieces of work that wait.</summary>
    public int Waiting => Volatile.Read(ref _state) & Work;

    /// <summary>There is one piece of work more.</summary>
    public void AddWork() => Interlocked.Increment(ref _state);

    /// <summary>A piece of work is done, if there is one. For one caller at a time.</summary>
    public void EndWork()
    {
        if (Waiting > 0)
        {
            Interlocked.Decrement(ref _state);
        }
    }

    /// <summary>Shuts it for good.</summary>
    public void ShutDown() => Interlocked.Or(ref _state, ShutForGood);

    /// <summary>
    /// Keeps all sessions but one from writing without a lock, until <see cref="Release"/>. Waits for the end of a write at most:
    /// a session that is inside may have lost its processor. For one caller at a time.
    /// </summary>
    /// <param name="sessions">All that there are.</param>
    /// <param name="caller">The one that is going to move blocks; outside.</param>
    /// <param name="isAskedAgain">Whether this will be asked again soon: nothing is waited for then, the gate stays shut,
    /// and once all have left the answer is yes.</param>
    /// <returns>False while somebody may be inside.</returns>
    public bool TryHold(ReadOnlySpan<LevellingLane> sessions, LevellingLane caller, bool isAskedAgain)
    {
        var isShutting = (Volatile.Read(ref _state) & Held) != 0;
        if (!isShutting)
        {
            Interlocked.Or(ref _state, Held);
            Interlocked.MemoryBarrierProcessWide();
            _perhapsInside.Clear();
            foreach (var session in sessions)
            {
                if (session != caller)
                {
                    _perhapsInside.Add(session);
                }
            }
        }

        _perhapsInside.RemoveAll(_hasLeft);
        for (var look = 1; look < Looks && _perhapsInside.Count > 0 && !isAskedAgain; look++)
        {
            Thread.SpinWait(10);
            _perhapsInside.RemoveAll(_hasLeft);
        }

        if (_perhapsInside.Count > 0 && !isShutting && !isAskedAgain)
        {
            Release();
        }

        return _perhapsInside.Count == 0;
    }

    /// <summary>Sessions may write in place again.</summary>
    public void Release() => Interlocked.And(ref _state, ~Held);
}
