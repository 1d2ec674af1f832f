using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Timing;

/// <summary>
/// When work ends that runs at the same time on the cores of one host. Each core plays one work vector at a time; all of them share
/// memory bus and NVM as <see cref="MaxMinShare"/> says, and whoever is slowed down holds its core for longer: on a memory bus, waiting
/// is work. Integer nanoseconds in and out; nothing here knows bytes, VMs or the machine's time. Not thread-safe.
/// </summary>
public sealed class Timeline
{
    private const long Idle = long.MaxValue;

    private readonly double _busBytesPerNs;
    private readonly double[] _busUse;
    private readonly double[] _nvmUse;
    private readonly double[] _speed;
    private readonly double[] _newSpeed;
    private readonly WorkVector[] _work;
    private readonly double[] _aloneNs;
    private readonly double[] _remainingNs;
    private readonly long[] _settledAtNs;
    private readonly long[] _endsAtNs;
    private readonly Passage.Turn[][] _turns;
    private readonly int[] _turnCounts;
    private readonly long[] _awayNs;
    private bool _stale;

    /// <summary>An idle host at time 0.</summary>
    /// <param name="cores">Number of cores, at least 1.</param>
    /// <param name="busBytesPerSecond">What the memory bus carries, above 0.</param>
    public Timeline(int cores, double busBytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(busBytesPerSecond);
        _busBytesPerNs = busBytesPerSecond / 1e9;
        _busUse = new double[cores];
        _nvmUse = new double[cores];
        _speed = new double[cores];
        _newSpeed = new double[cores];
        _work = new WorkVector[cores];
        _aloneNs = new double[cores];
        _remainingNs = new double[cores];
        _settledAtNs = new long[cores];
        _endsAtNs = new long[cores];
        _turns = new Passage.Turn[cores][];
        Array.Fill(_turns, []);
        _turnCounts = new int[cores];
        _awayNs = new long[cores];
        Array.Fill(_endsAtNs, Idle);
    }

    /// <summary>The time until which everything is known.</summary>
    public long NowNs { get; private set; }

    /// <summary>Number of cores.</summary>
    public int Cores => _endsAtNs.Length;

    /// <summary>Whether a core has nothing to play.</summary>
    public bool IsIdle(int core) => _endsAtNs[core] == Idle;

    /// <summary>How long work takes when nobody else is there, in whole nanoseconds, at least 1.</summary>
    public long AloneNs(in WorkVector work) =>
        (long)Math.Ceiling(Math.Max(Math.Max(work.CoreNs, work.BusBytes / _busBytesPerNs), Math.Max(work.NvmNs, 1)));

    /// <summary>Starts work on an idle core, now. Work of nothing at all takes one nanosecond, so that time always moves.</summary>
    /// <exception cref="InvalidOperationException">The core is busy.</exception>
    public void Start(int core, in WorkVector work)
    {
        Begin(core, work, 1);
        _turnCounts[core] = 0;
        _awayNs[core] = 0;
    }

    /// <summary>Goes on, now and on an idle core, with work that was cut off.</summary>
    /// <exception cref="InvalidOperationException">The core is busy.</exception>
    public void GoOn(int core, CutWork cut)
    {
        Begin(core, cut.Whole, cut.Left);
        _turnCounts[core] = 0;
        foreach (var turn in cut.Turns)
        {
            AddTurn(core, turn);
        }

        AddTurn(core, new Passage.Turn(NowNs, 1 - cut.Left));
        _awayNs[core] = cut.AwayNs + NowNs - cut.CutAtNs;
        cut.Left = 0;
    }

    /// <summary>Takes the work off a core before it ends; it is to go on later.</summary>
    /// <param name="core">The core.</param>
    /// <param name="cut">Takes what is left of it.</param>
    public void Cut(int core, CutWork cut)
    {
        (cut.Whole, cut.Left) = (_work[core], PartLeft(core));
        (cut.CutAtNs, cut.AwayNs) = (NowNs, _awayNs[core]);
        cut.Keep(_turns[core].AsSpan(0, _turnCounts[core]), NowNs);
        Cancel(core);
    }

    /// <summary>Takes the work off a core before it ends.</summary>
    public void Cancel(int core)
    {
        _endsAtNs[core] = Idle;
        _busUse[core] = _nvmUse[core] = 0;
        _stale = true;
    }

    /// <summary>The core whose work ends next and when; the lowest core of several. Time does not move.</summary>
    /// <returns>The core, or -1 when all are idle.</returns>
    public int PeekNext(out long endsAtNs)
    {
        if (_stale)
        {
            Settle();
        }

        var next = -1;
        endsAtNs = Idle;
        for (var core = 0; core < _endsAtNs.Length; core++)
        {
            if (_endsAtNs[core] < endsAtNs)
            {
                endsAtNs = _endsAtNs[core];
                next = core;
            }
        }

        return next;
    }

    /// <summary>When the work on a busy core ends, as things stand. Time does not move.</summary>
    public long EndsAtNs(int core)
    {
        if (_stale)
        {
            Settle();
        }

        return _endsAtNs[core];
    }

    /// <summary>
    /// How the work went along that a core plays, or that was just taken off it; good until the next work begins on the core.
    /// </summary>
    public Passage PassageOf(int core) => new(_turns[core].AsSpan(0, _turnCounts[core]), _awayNs[core]);

    /// <summary>
    /// What is left of the work on a core, now; nothing on an idle one. To ask changes nothing, not even the last bit of an end.
    /// </summary>
    public WorkVector Left(int core)
    {
        if (IsIdle(core))
        {
            return default;
        }

        return _work[core] * PartLeft(core);
    }

    /// <summary>Lets time pass to a moment not later than the next end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The moment is past, or later than the next end.</exception>
    public void AdvanceTo(long ns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ns, NowNs);
        if (PeekNext(out var endsAtNs) >= 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(ns, endsAtNs);
        }

        NowNs = ns;
    }

    /// <summary>Takes the work that ends now off its core, which is idle then.</summary>
    public void Finish(int core)
    {
        if (_endsAtNs[core] != NowNs)
        {
            throw new InvalidOperationException($"The work on core {core} does not end now.");
        }

        Cancel(core);
    }

    private double PartLeft(int core) =>
        Math.Clamp((_remainingNs[core] - (NowNs - _settledAtNs[core]) * _speed[core]) / _aloneNs[core], 0, 1);

    private void Begin(int core, in WorkVector work, double left)
    {
        if (!IsIdle(core))
        {
            throw new InvalidOperationException($"Core {core} is busy.");
        }

        var busNs = work.BusBytes / _busBytesPerNs;
        var aloneNs = Math.Max(Math.Max(work.CoreNs, busNs), Math.Max(work.NvmNs, 1));
        _busUse[core] = busNs / aloneNs;
        _nvmUse[core] = work.NvmNs / aloneNs;
        _work[core] = work;
        (_aloneNs[core], _remainingNs[core]) = (aloneNs, aloneNs * left);
        _settledAtNs[core] = NowNs;
        _speed[core] = 0;
        _endsAtNs[core] = Idle - 1;
        _stale = true;
    }

    /// <summary>Divides bus and NVM anew; a flow whose speed did not change keeps its end to the bit.</summary>
    private void Settle()
    {
        _stale = false;
        MaxMinShare.Divide(_busUse, _nvmUse, _newSpeed);
        for (var core = 0; core < _speed.Length; core++)
        {
            if (_newSpeed[core] == _speed[core] || _endsAtNs[core] is var endsAtNs && (endsAtNs == Idle || endsAtNs == NowNs))
            {
                continue; // what ends now has ended, whoever ends before it at the same moment
            }

            var doneNs = (NowNs - _settledAtNs[core]) * _speed[core];
            _remainingNs[core] = Math.Max(0, _remainingNs[core] - doneNs);
            if (doneNs > 0)
            {
                AddTurn(core, new Passage.Turn(NowNs, 1 - _remainingNs[core] / _aloneNs[core]));
            }

            _settledAtNs[core] = NowNs;
            _speed[core] = _newSpeed[core];
            _endsAtNs[core] = NowNs + Math.Max(1, (long)Math.Ceiling(_remainingNs[core] / _speed[core]));
        }
    }

    private void AddTurn(int core, in Passage.Turn turn)
    {
        ref var turns = ref _turns[core];
        if (_turnCounts[core] == turns.Length)
        {
            Array.Resize(ref turns, Math.Max(8, 2 * turns.Length));
        }

        turns[_turnCounts[core]++] = turn;
    }
}
