using Mbsa.Model.Results;

namespace Mbsa.Bench.Searching;

/// <summary>A set that was drawn and run, and how everybody fared.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Verdict">What it came to; null when the run failed.</param>
/// <param name="Lie">The lie that was tried on it; null for none.</param>
/// <param name="KeptFromLiar">The least that a neighbour kept of what it may not lose by the lie; null where there was none.</param>
/// <param name="Failure">Why the run failed; null when it did not.</param>
internal sealed record Trial(int Seed, Verdict? Verdict, Lie? Lie, Part? KeptFromLiar, string? Failure)
{
    /// <summary>One set of so many is also run with a lie.</summary>
    private const int SetsPerLie = 3;

    /// <summary>Draws the set of a seed, runs it under a policy and judges it.</summary>
    public static Trial Of(int seed, string policy)
    {
        try
        {
            var set = SetGenerator.Draw(seed);
            var run = SetRun.Play(set, policy);
            var lie = seed % SetsPerLie == 0 ? Searching.Lie.Draw(set, seed) : null;
            return new Trial(seed, SetJudge.Judge(set, run), lie, lie is null ? null : KeptIn(set, run, lie, policy), null);
        }
        catch (BenchException failed)
        {
            return new Trial(seed, null, null, null, failed.Message);
        }
    }

    /// <summary>The bars that it breaks, the hard ones first, each with what tells whether a smaller set still does.</summary>
    public IEnumerable<Breach> Breaches(string policy)
    {
        bool Breaks(DrawnSet set, Func<Verdict, double?> figure, double bar) => figure(SetJudge.Judge(set, SetRun.Play(set, policy))) < bar;

        Breach? Of(string what, Func<Verdict, double?> figure, double bar, bool isHard) =>
            Verdict is not null && figure(Verdict) is { } value && value < bar
                ? new Breach(Seed, $"{what}: {value:P2}", isHard, set => Breaks(set, figure, bar), null)
                : null;

        bool Pays(DrawnSet set) => KeptIn(set, SetRun.Play(set, policy), Lie!, policy)?.Kept < SearchBars.KeptFromLiar;

        Breach? failed = Failure is null ? null : new Breach(Seed, Failure, true, set => Fails(set, policy), null);
        Breach? lied = KeptFromLiar?.Kept < SearchBars.KeptFromLiar
            ? new Breach(Seed, $"{Lie!.Vm} lies ({Lie.Kind}), {KeptFromLiar.Vm} keeps {KeptFromLiar.Kept:P2}", true, Pays, Lie)
            : null;
        return new[]
        {
            failed,
            Of("floor kept", v => v.Floor?.Kept, SearchBars.Floor, isHard: true),
            policy == SearchBars.PolicyThatStarvesNobody
                ? Of("starved: of the optimum within reach", v => v.NeverPausing?.Kept, SearchBars.Starved, isHard: true)
                : null,
            lied,
            Of("of the optimum within reach", v => v.Share?.Kept, SearchBars.Share, isHard: false),
            Of("use of the binding resource", v => v.BindingUse, SearchBars.Use, isHard: false),
        }.OfType<Breach>();
    }

    private static Part? KeptIn(DrawnSet set, RunResult honest, Lie lie, string policy) =>
        lie.In(set) is { } told ? lie.Judge(set, honest, SetRun.Play(told, policy)) : null;

    private static bool Fails(DrawnSet set, string policy)
    {
        try
        {
            SetRun.Play(set, policy);
            return false;
        }
        catch (BenchException)
        {
            return true;
        }
    }
}
