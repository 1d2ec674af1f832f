using Mbsa.Bench.Searching;
using Mbsa.Cores.Policies;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>The search, briefly: the same sets each time. <c>Mbsa.Bench search</c> does it at length.</summary>
public sealed class SearchTests
{
    private static readonly int[] _seeds = [.. Enumerable.Range(1, 62)];

    [Fact]
    public void Random_sets_keep_their_floors_and_nobody_starves_or_loses_to_a_liar()
    {
        var trials = Search(QosPolicies.Default);

        Assert.Equal(_seeds.Length, trials.Count(trial => trial.Verdict is not null));
        Assert.Empty(trials.SelectMany(trial => trial.Breaches(QosPolicies.Default))
            .Where(breach => breach.IsHard).Select(breach => $"{breach.Seed}: {breach.What}"));
    }

    [Fact]
    public void Without_a_policy_floors_are_missed_and_somebody_starves()
    {
        var trials = Search("none");

        Assert.Contains(trials, trial => trial.Verdict!.Floor?.Kept < SearchBars.Floor);
        Assert.Contains(trials, trial => trial.Verdict!.NeverPausing?.Kept < SearchBars.Starved);
        Assert.Contains(trials, trial => trial.KeptFromLiar?.Kept < SearchBars.KeptFromLiar);
    }

    private static IReadOnlyList<Trial> Search(string policy) =>
        [.. _seeds.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(seed => Trial.Of(seed, policy))];
}
