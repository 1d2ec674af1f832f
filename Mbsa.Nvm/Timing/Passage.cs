namespace Mbsa.Nvm.Timing;

/// <summary>
/// How work went along between its start and its end on a timeline: evenly, or faster here and slower there as others came and went.
/// Good until the next work begins on the core.
/// </summary>
public readonly ref struct Passage
{
    private readonly ReadOnlySpan<Turn> _turns;

    /// <summary>A passage that turned at some moments.</summary>
    /// <param name="turns">Where the speed changed, in the order of time and inside of start and end;
    /// none for work that went evenly.</param>
    /// <param name="awayNs">How long it was on no core in between, in nanoseconds.</param>
    public Passage(ReadOnlySpan<Turn> turns, long awayNs = 0)
    {
        _turns = turns;
        AwayNs = awayNs;
    }

    /// <summary>From start to end at one speed.</summary>
    public static Passage Even => default;

    /// <summary>How long it was on no core between start and end, in nanoseconds: its quantum was cut off and went on later.</summary>
    public long AwayNs { get; }

    /// <summary>Whether it went at one speed.</summary>
    public bool IsEven => _turns.IsEmpty;

    /// <summary>Follows the passage, from the beginning on.</summary>
    /// <param name="startNs">When the work began.</param>
    /// <param name="endNs">When it ended.</param>
    /// <param name="whole">All of the work, in whatever unit one measures it by, above 0.</param>
    public PassageWalk Walk(long startNs, long endNs, double whole) => new(_turns, startNs, endNs, whole);

    /// <summary>A moment at which the speed changed.</summary>
    /// <param name="AtNs">When.</param>
    /// <param name="Done">How much of the work was done by then, 0 to 1.</param>
    public readonly record struct Turn(long AtNs, double Done);
}

/// <summary>Says when how much of some work was done. It only goes forward: each place asked for is not before the last.</summary>
public ref struct PassageWalk
{
    private readonly double _whole;
    private readonly long _startNs, _endNs;
    private ReadOnlySpan<Passage.Turn> _turns;
    private double _from, _fromNs;

    internal PassageWalk(ReadOnlySpan<Passage.Turn> turns, long startNs, long endNs, double whole)
    {
        _turns = turns;
        (_startNs, _endNs, _whole) = (startNs, endNs, whole);
        Enter();
    }

    /// <summary>Until where the speed stays what it is; infinite in the last stretch.</summary>
    public double Until { get; private set; }

    /// <summary>Nanoseconds for each unit of work where it stands.</summary>
    public double NsPerUnit { get; private set; }

    /// <summary>Goes on to a place.</summary>
    /// <param name="done">So much of the work is done there.</param>
    /// <returns>When that was, in nanoseconds from the start.</returns>
    public double GoTo(double done)
    {
        while (done > Until)
        {
            (_from, _fromNs) = (Until, _turns[0].AtNs - _startNs);
            _turns = _turns[1..];
            Enter();
        }

        return _fromNs + (done - _from) * NsPerUnit;
    }

    private void Enter()
    {
        var (toNs, to) = _turns.IsEmpty ? (_endNs - _startNs, _whole) : (_turns[0].AtNs - _startNs, _turns[0].Done * _whole);
        Until = _turns.IsEmpty ? double.PositiveInfinity : to;
        NsPerUnit = to > _from ? (toNs - _fromNs) / (to - _from) : 0;
    }
}
