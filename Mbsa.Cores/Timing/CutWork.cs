using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Timing;

/// <summary>
/// Work that was taken off its core before its end and goes on later, on whatever core:
/// what is left of it, and how it went along until then.
/// </summary>
public sealed class CutWork
{
    private Passage.Turn[] _turns = [];
    private int _count;

    /// <summary>All of the work.</summary>
    public WorkVector Whole { get; internal set; }

    /// <summary>How much of it is left, 0 to 1; 0 when there is none.</summary>
    public double Left { get; internal set; }

    /// <summary>When it was taken off, on the clock of the timeline in nanoseconds.</summary>
    public long CutAtNs { get; internal set; }

    /// <summary>How long it was on no core before that, since it began, in nanoseconds.</summary>
    public long AwayNs { get; internal set; }

    /// <summary>Where its speed changed.</summary>
    internal ReadOnlySpan<Passage.Turn> Turns => _turns.AsSpan(0, _count);

    /// <summary>How it went along if nothing comes after a moment any more.</summary>
    /// <param name="resumedAtNs">When it went on for the last time.</param>
    public Passage Passage(long resumedAtNs)
    {
        Keep(Turns, resumedAtNs);
        return new Passage(Turns, AwayNs + resumedAtNs - CutAtNs);
    }

    /// <summary>Keeps the turns until now, and one more, at which it stands still.</summary>
    internal void Keep(ReadOnlySpan<Passage.Turn> turns, long atNs)
    {
        if (_turns.Length < turns.Length + 1)
        {
            Array.Resize(ref _turns, 2 * turns.Length + 4);
        }

        turns.CopyTo(_turns);
        _turns[turns.Length] = new Passage.Turn(atNs, 1 - Left);
        _count = turns.Length + 1;
    }
}
