using Mbsa.Bench.Searching;
using Mbsa.Cores.Policies;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>The search, briefly: the same sets each time. <c>Mbsa.Bench search</c> does it at length.</summary>
public sealed class SearchTests
{
    private static readonly int[] _seeds = [.. Enumerable.Range(1, 62)];

    /// <summary>Sets that broke a hard bar once.</summary>
    private static readonly int[] _broken = [166, 263, 459, 654, 714, 1008, 1017, 1026, 1058, 1363, 1692, 1697, 1701, 1809, 1864, 1913];

    [Fact]
    public void Random_sets_keep_their_floors_and_nobody_starves_or_loses_to_a_liar()
    {
        var trials = Search(QosPolicies.Default, [.. _seeds, .. _broken]);

        Assert.Equal(_seeds.Length + _broken.Length, trials.Count(trial => trial.Verdict is not null));
        Assert.Empty(trials.SelectMany(trial => trial.Breaches(QosPolicies.Default))
            .Where(breach => breach.IsHard).Select(breach => $"{breach.Seed}: {breach.What}"));
    }

    /// <summary>What the search counts and does not fail for: two of these sets miss the bar of use, by no more than this.</summary>
    [Fact]
    public void All_are_within_a_per_cent_of_the_optimum_and_nearly_all_use_what_is_short()
    {
        var verdicts = Search(QosPolicies.Default, _seeds).Select(trial => trial.Verdict!).ToList();

        Assert.DoesNotContain(verdicts, verdict => verdict.Share?.Kept < SearchBars.Share);
        Assert.True(verdicts.Count(verdict => verdict.BindingUse < SearchBars.Use) <= 2);
        Assert.DoesNotContain(verdicts, verdict => verdict.BindingUse < 0.90);
    }

    [Fact]
    public void Without_a_policy_floors_are_missed_and_somebody_starves()
    {
        var trials = Search("none", _seeds);

        Assert.Contains(trials, trial => trial.Verdict!.Floor?.Kept < SearchBars.Floor);
        Assert.Contains(trials, trial => trial.Verdict!.NeverPausing?.Kept < SearchBars.Starved);
        Assert.True(trials.Count(trial => trial.Verdict!.Share?.Kept < SearchBars.Share) > trials.Count / 3);
        Assert.Contains(trials, trial => trial.KeptFromLiar?.Kept < SearchBars.KeptFromLiar);
    }

    private static IReadOnlyList<Trial> Search(string policy, int[] seeds) =>
        [.. seeds.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(seed => Trial.Of(seed, policy))];
}
