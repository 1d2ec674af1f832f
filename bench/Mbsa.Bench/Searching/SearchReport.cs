using Mbsa.Bench.Reporting;

namespace Mbsa.Bench.Searching;

/// <summary>The figures of a search as a table, beside their bars.</summary>
internal static class SearchReport
{
    /// <summary>Prints the figures of the sets that were tried.</summary>
    public static void Print(IReadOnlyList<Trial> trials, string policy, TextWriter output)
    {
        var table = new Table("figure", "of", "least", "seed of it", "mean", "below its bar", "bar");
        Add(table, "floors, pauses within a quantum", trials, t => t.Verdict?.Floor?.Kept,
            SearchBars.Floor, $"all >= {SearchBars.Floor:P0} (hard)");
        Add(table, "floors, longer pauses", trials, t => t.Verdict?.PausingFloor?.Kept,
            SearchBars.Floor, $"none, counted at {SearchBars.Floor:P0}");
        Add(table, "shares of the optimum within reach", trials, t => t.Verdict?.Share?.Kept,
            SearchBars.Share, $"{SearchBars.SetsWithShare:P0} of sets >= {SearchBars.Share:P0}");
        Add(
            table, "the same of those that never pause", trials, t => t.Verdict?.NeverPausing?.Kept, SearchBars.Starved,
            policy == SearchBars.PolicyThatStarvesNobody
            ? $"all >= {SearchBars.Starved:P0} (hard)"
            : $"none, counted at {SearchBars.Starved:P0}");
        Add(table, "use of the binding resource", trials, t => t.Verdict?.BindingUse, SearchBars.Use, $"all >= {SearchBars.Use:P0}");
        Add(table, "kept from a liar", trials, t => t.KeptFromLiar?.Kept,
            SearchBars.KeptFromLiar, $"all >= {SearchBars.KeptFromLiar:P0} (hard)");
        Add(table, "kept from a liar, in full", trials, t => t.KeptFromLiar?.Kept,
            SearchBars.KeptFromLiarInFull, $"all >= {SearchBars.KeptFromLiarInFull:P0}");
        table.Print(output);

        var shares = trials.Where(t => t.Verdict?.Share is not null).ToList();
        var within = shares.Count(t => t.Verdict!.Share!.Kept >= SearchBars.Share);
        output.WriteLine("Every VM is within 1 % of the optimum within reach in "
            + $"{(shares.Count == 0 ? 1 : within / (double)shares.Count):P1} of the sets.");
        foreach (var lies in trials.Where(t => t.KeptFromLiar is not null).GroupBy(t => t.Lie!.Kind).OrderBy(lies => lies.Key))
        {
            output.WriteLine(
                $"Lies of the kind {lies.Key}: {lies.Count()}, "
                + $"a neighbour lost more than 1 % by {lies.Count(t => t.KeptFromLiar!.Kept < SearchBars.KeptFromLiarInFull)}, "
                + $"more than 5 % by {lies.Count(t => t.KeptFromLiar!.Kept < SearchBars.KeptFromLiar)}.");
        }

        output.WriteLine();
    }

    /// <summary>A part above 1 counts as 1 in the mean: what somebody has more than he is due makes up for nobody's loss.</summary>
    private static void Add(Table table, string figure, IReadOnlyList<Trial> trials, Func<Trial, double?> of, double bar, string barText)
    {
        var found = trials.Where(t => of(t) is not null).Select(t => (t.Seed, Value: of(t)!.Value))
            .OrderBy(f => f.Value).ThenBy(f => f.Seed).ToList();
        if (found.Count == 0)
        {
            table.Add(figure, "0 sets", "-", "-", "-", "-", barText);
            return;
        }

        table.Add(
            figure, $"{found.Count} sets", $"{found[0].Value:P2}", $"{found[0].Seed}",
            $"{found.Average(f => Math.Min(1, f.Value)):P3}", $"{found.Count(f => f.Value < bar)}", barText);
    }
}
