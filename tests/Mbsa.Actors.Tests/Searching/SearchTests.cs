using Mbsa.Bench.Searching;
using Mbsa.Cores.Policies;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>The search, briefly: the same sets each time. <c>Mbsa.Bench search</c> does it at length.</summary>
public sealed class SearchTests
{
    private static readonly int[] _seeds = [.. Enumerable.Range(1, 62)];

    /// <summary>Sets that broke a hard bar once.</summary>
    private static readonly int[] _broken = [166, 263, 459, 654, 714, 1008, 1017, 1026, 1058, 1363, 1692, 1697, 1701, 1809, 1864, 1913];

    /// <summary>
    /// Sets in which a VM was far from its optimum once, each by a fault of its own: 1864 a VCPU that pauses after each I/O had no core
    /// where others shared the NVM; 71 VMs that are ahead kept cores from those that share; 37 a VM at its ceiling fell behind with the
    /// rest; 419 what a cut-off quantum gave back did not count; 630, 651, 957 and 1713 one VM took virtual time along; 879 a VM that
    /// waits did not hold it; 295 and 654 large quanta of others used up what a VM of small ones is owed; 1809 a floor waited for a
    /// full NVM that it needs little of; 1055 two could have shared an NVM, and somebody far ahead had the core; 1209 one that waits now
    /// and then held virtual time back; 1252 what a cut-off quantum gave back did not count while its VM's ceiling held it back.
    /// </summary>
    private static readonly int[] _farOff = [37, 71, 295, 419, 630, 651, 654, 879, 957, 1055, 1209, 1252, 1713, 1809, 1864];

    [Fact]
    public void Who_was_far_from_the_optimum_once_is_within_a_per_cent_of_it()
    {
        var trials = Search(QosPolicies.Default, _farOff);

        Assert.All(trials, trial => Assert.NotNull(trial.Verdict?.Share));
        Assert.Empty(trials.Where(trial => trial.Verdict!.Share!.Kept < SearchBars.Share)
            .Select(trial => $"{trial.Seed}: {trial.Verdict!.Share}"));
    }

    [Fact]
    public void Random_sets_keep_their_floors_and_nobody_starves_or_loses_to_a_liar()
    {
        var trials = Search(QosPolicies.Default, [.. _seeds, .. _broken]);

        Assert.Equal(_seeds.Length + _broken.Length, trials.Count(trial => trial.Verdict is not null));
        Assert.Empty(trials.SelectMany(trial => trial.Breaches(QosPolicies.Default))
            .Where(breach => breach.IsHard).Select(breach => $"{breach.Seed}: {breach.What}"));
    }

    /// <summary>
    /// What the search counts and does not fail for: three of these sets (48, 51, 55) miss the bar of use, by no more than this.
    /// </summary>
    [Fact]
    public void All_are_within_a_per_cent_of_the_optimum_and_nearly_all_use_what_is_short()
    {
        var verdicts = Search(QosPolicies.Default, _seeds).Select(trial => trial.Verdict!).ToList();

        Assert.DoesNotContain(verdicts, verdict => verdict.Share?.Kept < SearchBars.Share);
        Assert.True(verdicts.Count(verdict => verdict.BindingUse < SearchBars.Use) <= 3);
        Assert.DoesNotContain(verdicts, verdict => verdict.BindingUse < 0.93);
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
