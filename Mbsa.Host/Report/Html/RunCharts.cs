using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Report.Html;

/// <summary>A run over time in four pictures: shares got and planned, latency, bandwidth, use of the host.</summary>
internal static class RunCharts
{
    /// <summary>Puts them on a page; nothing when no time series was kept. The VMs that got most have a line each.</summary>
    public static void Write(HtmlPage page, RunRecord run)
    {
        if (run.Series.IsEmpty)
        {
            return;
        }

        var scenario = run.Result.Scenario;
        var seconds = run.Series.Select(point => point.EndNs / 1e9).ToArray();
        var shown = Enumerable.Range(0, scenario.Vms.Length)
            .OrderByDescending(vm => run.Result.Vms[vm].DominantShare(run.Result.MeasuredNs)).ThenBy(vm => vm)
            .Take(TimeChart.Colours).Order().ToArray();
        IEnumerable<TimeLine> Lines(Func<VmPoint, SeriesPoint, double> value, bool dashed = false) => shown.Select((vm, colour) =>
            new TimeLine(scenario.Vms[vm].Name, colour, [.. run.Series.Select(point => value(point.Vms[vm], point))], dashed));
        TimeChart Chart(string title, IEnumerable<TimeLine> lines, Func<double, string> show) =>
            new(title, seconds, [.. lines], show) { WarmupSeconds = scenario.WarmupNs / 1e9 };

        var uses = run.Series.Select(point => HostUse.Of(scenario, point)).ToArray();
        page.Markup("<div class=\"charts\">")
            .Markup(Chart("Share of the host, planned dashed",
                [.. Lines((vm, _) => vm.Share), .. Lines((vm, _) => vm.PlannedShare, dashed: true)], Readable.Share).Render())
            .Markup((Chart("Latency p99", Lines((vm, _) => vm.P99Ns), ns => Readable.Length((long)ns)) with
            {
                IsLogarithmic = true,
            }).Render())
            .Markup(Chart("Bandwidth",
                Lines((vm, point) => (vm.ReadBytes + vm.WriteBytes) * 1e9 / (point.EndNs - point.StartNs)), Readable.Bandwidth).Render())
            .Markup(Chart("Use of the host",
            [
                new TimeLine("cores", 0, [.. uses.Select(use => use.Cpu)]), new TimeLine("memory bus", 1, [.. uses.Select(use => use.Bus)]),
                new TimeLine("NVM", 5, [.. uses.Select(use => use.Nvm)]),
            ], Readable.Share).Render())
            .Markup("</div>");
    }
}
