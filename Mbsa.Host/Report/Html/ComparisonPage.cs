using Mbsa.Host.Comparison;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Report.Html;

/// <summary>
/// A scenario under several policies or over several paths, side by side on one page: who is best in each figure, and each one's shares
/// and latencies over time.
/// </summary>
internal static class ComparisonPage
{
    /// <summary>The page.</summary>
    /// <param name="contenders">What was compared, at least one.</param>
    /// <param name="runs">The run of each.</param>
    public static byte[] Render(IReadOnlyList<Contender> contenders, IReadOnlyList<RunRecord> runs)
    {
        var scenario = contenders[0].Result.Scenario;
        var page = new HtmlPage();
        page.Markup($"<h1>{HtmlPage.Escape(scenario.Name)}</h1>").Paragraph(scenario.Description)
            .Paragraph($"{string.Join(", ", contenders.Select(c => c.Name))} compared; "
                + $"{Readable.Length(contenders[0].Result.MeasuredNs)} measured under the {Words.Of(scenario.Clock)} clock", "quiet")
            .Section("Side by side", "VMs that are alike have rows together: their mean, their worst latency")
            .Table(["VM", "figure", .. contenders.Select(c => c.Name), "best"], Rows(contenders));
        foreach (var (contender, run) in contenders.Zip(runs))
        {
            var failed = contender.Expectations.Where(e => !e.Held).Select(e => $"failed: {ResultPrinter.Describe(e)}");
            page.Section(contender.Name, string.Join("; ", failed));
            RunCharts.Write(page, run);
        }

        return page.Render($"{scenario.Name} compared · Mbsa");
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<Contender> contenders)
    {
        var last = "";
        foreach (var row in ComparisonTable.Rows(contenders))
        {
            yield return
            [
                row.Vm == last ? "" : row.Vm, row.What, .. row.Values.Select(value => value is { } v ? row.Format(v) : "–"),
                string.Join(", ", row.Winners.Select(winner => contenders[winner].Name)),
            ];
            last = row.Vm;
        }
    }
}
