using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Playing;

/// <summary>
/// What a core is at: the quantum from its start, the work of its steps before,
/// and the step that is being played, of which so much was left when it began.
/// </summary>
internal readonly record struct Grant(
    Schedulable To, long BudgetNs, long StartNs, long StepStartNs, WorkVector Work, WorkVector Step, double Left, long Operations)
{
    /// <summary>What the quantum uses if its step ends at a moment.</summary>
    public QuantumUse UseUntil(long endNs) => new(endNs - StartNs, Work + Step * Left, Operations);
}

/// <summary>Who has which core, and which cores are idle.</summary>
internal sealed class Grants
{
    private readonly Timeline _timeline;
    private readonly Grant[] _grants;
    private readonly Stack<int> _idle = new();
    private bool _idleIsMixed;

    /// <summary>All idle.</summary>
    public Grants(int cores, Timeline timeline)
    {
        _timeline = timeline;
        _grants = new Grant[cores];
        for (var core = cores - 1; core >= 0; core--)
        {
            _idle.Push(core);
        }
    }

    /// <summary>Whether a core is idle.</summary>
    public bool HasIdle => _idle.Count > 0;

    /// <summary>What a core is at.</summary>
    public ref Grant this[int core] => ref _grants[core];

    /// <summary>The core that somebody has.</summary>
    public int CoreOf(Schedulable schedulable) => Array.FindIndex(_grants, grant => grant.To == schedulable);

    /// <summary>The cores that a VM has.</summary>
    public IEnumerable<int> CoresOf(int vm) => Enumerable.Range(0, _grants.Length).Where(core => _grants[core].To?.Id.Vm == vm);

    /// <summary>Gives an idle core away.</summary>
    /// <returns>The core.</returns>
    public int Begin(in Grant grant)
    {
        var core = _idle.Pop();
        grant.To.IsRunning = true;
        _grants[core] = grant;
        return core;
    }

    /// <summary>Takes a core back at the end of its quantum.</summary>
    public void Release(int core)
    {
        _grants[core].To.IsRunning = false;
        _grants[core] = default;
        _idle.Push(core);
    }

    /// <summary>Takes a core back from a quantum that is ended from outside.</summary>
    public void Cancel(int core)
    {
        _timeline.Cancel(core);
        Release(core);
        _idleIsMixed = true;
    }

    /// <summary>The lowest idle core comes first again after quanta were ended from outside, in whatever order.</summary>
    public void SortIdle()
    {
        if (_idleIsMixed)
        {
            _idleIsMixed = false;
            var cores = _idle.OrderDescending().ToList();
            _idle.Clear();
            cores.ForEach(_idle.Push);
        }
    }

    /// <summary>What the quantum on a core has used until now; its I/Os are not counted.</summary>
    public QuantumUse SoFar(int core)
    {
        var (grant, left) = (_grants[core], _timeline.Left(core));
        return new QuantumUse(_timeline.NowNs - grant.StartNs, grant.Work + grant.Step * grant.Left + left * -1, 0);
    }

    /// <summary>What ended quanta used, and with it what those that are under way have used until now.</summary>
    public CoreUse UseWith(CoreUse ended)
    {
        for (var core = 0; core < _grants.Length; core++)
        {
            ended = _grants[core].To is null ? ended : CoreAccount.Plus(ended, SoFar(core));
        }

        return ended;
    }

    /// <summary>Books what the quanta that are under way have used until now.</summary>
    public void Book(RunQueue queue)
    {
        for (var core = 0; core < _grants.Length; core++)
        {
            if (_grants[core].To is { } schedulable)
            {
                queue.Book(schedulable, SoFar(core).Work);
            }
        }
    }
}
