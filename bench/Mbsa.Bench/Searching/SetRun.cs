using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Bench.Searching;

/// <summary>A stretch of a run in which nobody came or went.</summary>
/// <param name="There">Indices of the VMs that were there, in order.</param>
/// <param name="Uses">What each of them used of the host.</param>
/// <param name="LengthNs">How long it was, in nanoseconds.</param>
/// <param name="IsWhole">Whether that is the whole of the measured part.</param>
internal sealed record Stretch(IReadOnlyList<int> There, IReadOnlyList<ResourceUse> Uses, long LengthNs, bool IsWhole)
{
    /// <summary>The dominant share that each of them had.</summary>
    public IReadOnlyList<double> Got { get; } = [.. Uses.Select(use => use.DominantNs / LengthNs)];
}

/// <summary>Runs sets and reads what everybody got.</summary>
internal static class SetRun
{
    private const int SettleMs = 20;
    private const int LeastStretchMs = 40;
    private const long Ms = 1_000_000;

    /// <summary>Runs a set under a policy.</summary>
    /// <exception cref="BenchException">Something went wrong in the run.</exception>
    public static RunResult Play(DrawnSet set, string policy)
    {
        var run = ScenarioRun.Start(set.ToScenario(policy)).Completion.GetAwaiter().GetResult();
        return run.Problems.IsEmpty ? run : throw new BenchException($"the run has problems: {string.Join("; ", run.Problems)}");
    }

    /// <summary>The dominant share of a VM that has the host to itself, without promises.</summary>
    public static double Alone(DrawnSet set, DrawnVm vm)
    {
        var alone = set with
        {
            Vms = [vm with { Floor = 0, Limit = null, ComesAtMs = null, GoesAtMs = null }],
            DurationMs = 50,
            WarmupMs = 10,
        };
        var run = Play(alone, "none");
        return run.Vms[0].DominantShare(run.MeasuredNs);
    }

    /// <summary>
    /// The stretches between changes that are long enough to be judged. What follows a change is left out until everybody has settled.
    /// </summary>
    public static IEnumerable<Stretch> Stretches(DrawnSet set, RunResult run)
    {
        if (set.ChangesAtMs is not { Count: > 0 } changes)
        {
            var all = Enumerable.Range(0, set.Vms.Count);
            yield return new Stretch([.. all], [.. run.Vms.Select(vm => vm.Use.Use)], run.MeasuredNs, IsWhole: true);
            yield break;
        }

        foreach (var (start, end) in changes.Prepend(0).Zip(changes.Append(set.DurationMs)))
        {
            var from = start == 0 ? 0 : start + SettleMs;
            int[] there = [.. Enumerable.Range(0, set.Vms.Count).Where(i => set.Vms[i].IsThere(start, end))];
            if (end - from >= LeastStretchMs && there.Length > 0)
            {
                var windows = run.Windows.Where(window => window.StartNs >= from * Ms && window.StartNs < end * Ms).ToList();
                yield return new Stretch(there, [.. there.Select(i => windows.Select(window => window.Uses[i]).Aggregate(ResourceUse.Add))],
                    windows.Sum(window => window.EndNs - window.StartNs), IsWhole: false);
            }
        }
    }
}
