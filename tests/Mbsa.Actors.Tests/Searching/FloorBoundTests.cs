using Mbsa.Actors.Runs;
using Mbsa.Bench.Searching;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>
/// The bound of docs/QOS.md: a VM with a floor r, no ceiling and no pauses is served at least r * t - (10 + n) * q in any interval t, n the
/// cores and q its most expensive quantum, if r is at most 0.7 of what its VCPUs can use. Measured millisecond by millisecond.
/// </summary>
public sealed class FloorBoundTests
{
    private const double WindowNs = 1_000_000;

    [Fact]
    public void In_any_interval_a_floor_is_kept_but_for_a_few_quanta() => Assert.Empty(Beyond("plan"));

    [Fact]
    public void Without_a_policy_it_is_not() => Assert.NotEmpty(Beyond("none"));

    /// <summary>The VMs that fell further behind their floor than the bound allows.</summary>
    private static List<string> Beyond(string policy) =>
        [.. Enumerable.Range(200, 40).AsParallel().AsOrdered().WithDegreeOfParallelism(2).SelectMany(seed => Beyond(seed, policy))];

    private static List<string> Beyond(int seed, string policy)
    {
        var set = SetGenerator.Draw(seed);
        var run = ScenarioRun.Start(set.ToScenario(policy) with { WindowNs = (long)WindowNs }).Completion.GetAwaiter().GetResult();
        return [.. Enumerable.Range(0, set.Vms.Count).Where(i => IsBound(set.Vms[i], Floor(set, i, run).Reach))
            .Where(i => MostBehindNs(run, i, set.Vms[i].Floor) > (10 + set.Host.Machine.Cores) * Floor(set, i, run).QuantumNs)
            .Select(i => $"{seed}: {set.Vms[i].Name}")];
    }

    private static bool IsBound(DrawnVm vm, double reach) =>
        vm is { Floor: > 0, Limit: null, LongestPauseNs: 0, ComesAtMs: null, GoesAtMs: null } && vm.Floor <= 0.7 * reach;

    /// <summary>
    /// What the VCPUs of a VM can use of the host, and what its most expensive quantum costs:
    /// one that an I/O overran by nearly its own length.
    /// </summary>
    private static (double Reach, double QuantumNs) Floor(DrawnSet set, int vm, RunResult run)
    {
        var use = run.Vms[vm].Use.Use;
        var coresOfDominant = use.CoresNs / use.DominantNs;
        return (set.Vms[vm].Vcpus / (double)set.Host.Machine.Cores / coresOfDominant,
            2.0 * set.QuantumNs / (set.Host.Machine.Cores * coresOfDominant));
    }

    /// <summary>How far service fell behind the floor in whatever interval that was the most, in nanoseconds of the host.</summary>
    private static double MostBehindNs(RunResult run, int vm, double floor)
    {
        var (behindNs, mostNs) = (0d, 0d);
        foreach (var window in run.Windows)
        {
            behindNs = Math.Max(0, behindNs + (floor - window.Shares[vm]) * (window.EndNs - window.StartNs));
            mostNs = Math.Max(mostNs, behindNs);
        }

        return mostNs;
    }
}
