using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;

namespace Mbsa.Cores.Playing;

/// <summary>
/// Quanta that do not end by their own time: cut off to make room, and going on later; ended at once for a VM that moves;
/// forfeited by whoever is detached.
/// </summary>
internal sealed class EarlyEnds(Timeline timeline, RunQueue queue, Grants grants, CoreAccount account)
{
    private readonly List<Schedulable> _cutOff = [];

    /// <summary>Cuts a quantum off and charges what was done of it; the rest goes on when it is granted a core again.</summary>
    /// <returns>False when it is as good as at its end.</returns>
    public bool TryCut(Schedulable schedulable)
    {
        var core = grants.CoreOf(schedulable);
        if (timeline.EndsAtNs(core) <= timeline.NowNs + 1)
        {
            return false;
        }

        var used = grants.SoFar(core) with { Operations = grants[core].Operations };
        timeline.Cut(core, schedulable.Cut);
        _cutOff.Add(schedulable);
        grants.Release(core);
        account.Charge(schedulable, used);
        queue.Enqueue(schedulable, timeline.NowNs);
        return true;
    }

    /// <summary>The rest of a quantum was granted a core.</summary>
    public void GoOn(Schedulable schedulable) => _cutOff.Remove(schedulable);

    /// <summary>Cuts off the quantum that somebody may be in: its I/Os are in flight and not counted.</summary>
    public void Detach(Schedulable schedulable)
    {
        _cutOff.Remove(schedulable);
        if (schedulable.IsRunning)
        {
            var core = grants.CoreOf(schedulable);
            account.Forfeit(schedulable, grants.SoFar(core));
            grants.Cancel(core);
        }
    }

    /// <summary>
    /// Ends all quanta of a VM. Their work is done already; when it would have ended is what the timeline says as things stand,
    /// of all of them before the first is taken off. Used, and charged, is what they had played.
    /// In the order of their ids, whatever cores they are on.
    /// </summary>
    /// <returns>When the last would have ended, on the scenario's clock.</returns>
    public long End(int vm, List<Departure> departures)
    {
        var lastNs = EndCutOff(vm, departures);
        var running = grants.CoresOf(vm).Select(core => (Core: core, EndNs: timeline.EndsAtNs(core)))
            .OrderBy(quantum => grants[quantum.Core].To.Id).ToList();
        foreach (var (core, endNs) in running)
        {
            var (grant, used) = (grants[core], grants.SoFar(core));
            grants.Cancel(core);
            lastNs = Math.Max(lastNs, endNs);
            try
            {
                var outcome = grant.To.Worker.Complete(endNs, timeline.PassageOf(core));
                account.Trace(grant.To.Id, grant.StepStartNs, endNs, outcome);
                account.Charge(grant.To, used with { Operations = grant.Operations + outcome.Operations });
            }
            catch (Exception failure)
            {
                account.Forfeit(grant.To, used);
                account.Depart(grant.To, failure, departures);
            }
        }

        return lastNs;
    }

    /// <summary>The same for quanta that were cut off and charged for what was done of them: as if they went on alone from now.</summary>
    private long EndCutOff(int vm, List<Departure> departures)
    {
        var (nowNs, lastNs) = (timeline.NowNs, timeline.NowNs);
        foreach (var schedulable in _cutOff.Where(s => s.Id.Vm == vm).OrderBy(s => s.Id).ToList())
        {
            _cutOff.Remove(schedulable);
            var endNs = nowNs + timeline.AloneNs(schedulable.Cut.Whole * schedulable.Cut.Left);
            lastNs = Math.Max(lastNs, endNs);
            try
            {
                var outcome = schedulable.Worker.Complete(endNs, schedulable.Cut.Passage(nowNs));
                account.Trace(schedulable.Id, nowNs, endNs, outcome);
                queue.Settle(schedulable, new QuantumUse(0, default, outcome.Operations), nowNs);
            }
            catch (Exception failure)
            {
                account.Depart(schedulable, failure, departures);
            }
        }

        return lastNs;
    }
}
