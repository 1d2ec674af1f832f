using System.Globalization;
using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Report.Html;

/// <summary>
/// The report of a run as a page: what was run, what was expected, who got what, over time, how long I/Os took, how the device wore.
/// </summary>
internal static class RunPage
{
    /// <summary>VMs that have lines of their own in a chart, and distributions of their own.</summary>
    private const int MaxLines = TimeChart.Colours, MaxDistributions = 32, MaxEvents = 60, MaxJobs = 1000;

    /// <summary>The page.</summary>
    public static byte[] Render(RunRecord run)
    {
        var page = new HtmlPage();
        WriteHead(page, run.Result);
        WriteOutcome(page, run);
        if (run.Result.MeasuredNs > 0)
        {
            WriteVms(page, run.Result);
            WriteJobs(page, run.Result);
            ClusterSections.Write(page, run.Result);
            WriteSeries(page, run);
            WriteLatencies(page, run.Result);
            WriteStages(page, run.Result);
            WriteWear(page, run);
        }

        WriteEvents(page, run);
        return page.Render($"{run.Result.Scenario.Name} · Mbsa");
    }

    private static void WriteHead(HtmlPage page, RunResult result)
    {
        var scenario = result.Scenario;
        var nvmBytes = scenario.AllHosts.Hosts.Sum(host => host.Host.NvmSizeBytes);
        page.Markup($"<h1>{HtmlPage.Escape(scenario.Name)}</h1>").Paragraph(scenario.Description).Paragraph(
            string.Join("  ·  ",
                $"{Words.Of(scenario.Clock)} clock",
                $"{Readable.Length(result.MeasuredNs)} measured after {Readable.Length(scenario.WarmupNs)} of warm-up",
                $"policy {HostWords.Policies(scenario)}",
                $"quantum {HostWords.Quanta(scenario)}",
                $"{scenario.Vms.Length} VMs on {HostWords.Hosts(scenario)}",
                $"{Readable.Size(nvmBytes)} of NVM ({HostWords.Devices(scenario)})",
                $"seed {scenario.Seed.ToString(CultureInfo.InvariantCulture)}",
                result.TraceHash is { } hash ? $"trace {hash.ToString("x16", CultureInfo.InvariantCulture)}" : "no trace hash"),
            "quiet");
        if (result.Interrupted)
        {
            page.Paragraph($"Interrupted: {Readable.Length(scenario.DurationNs)} were asked for.");
        }
    }

    private static void WriteOutcome(HtmlPage page, RunRecord run)
    {
        if (run.Expectations.Count > 0)
        {
            page.Section("Expectations", $"{run.Expectations.Count(e => e.Held)} of {run.Expectations.Count} held")
                .List(run.Expectations.Select(e => (ResultPrinter.Describe(e), e.Held ? "held" : "failed")));
        }

        string[] warnings = [.. Catalogue.Warnings(run.Result)];
        if (!run.Result.Problems.IsEmpty || warnings.Length > 0)
        {
            page.Section("Problems").List([.. run.Result.Problems.Select(problem => (problem, "problem")),
                .. warnings.Select(warning => ($"warning: {warning}", "problem"))]);
        }
    }

    private static void WriteVms(HtmlPage page, RunResult result)
    {
        var use = result.Utilisation;
        var jain = RunFigures.JainOverAll(result);
        var columns = Columns(result).ToArray();
        page.Section("VMs", "shares are parts of the host, of the resource that a VM uses most")
            .Table([.. columns.Select(column => column.Head)],
                result.Vms.Select(vm => (string[])[.. columns.Select(column => column.Cell(vm) ?? "–")]),
                [.. columns.Select(column => column.Total)])
            .Paragraph(
                $"{(result.Cluster is null ? "Host" : "All hosts")}: cores {Readable.Share(use.Cpu)}, "
                + $"memory bus {Readable.Share(use.Bus)}, NVM {Readable.Share(use.Nvm)}"
                + (jain is { } index
                    ? $"; Jain's index over all VMs that do I/O {index.ToString("0.0000", CultureInfo.InvariantCulture)}"
                    : ""),
                "quiet");
    }

    private static void WriteJobs(HtmlPage page, RunResult result)
    {
        IReadOnlyList<string>[] rows = [.. JobTable.Rows(result)];
        if (rows.Length > 0)
        {
            var first = rows.Length > MaxJobs ? $"; the first {MaxJobs} of {rows.Length}" : "";
            page.Section("Jobs", $"a row for each clone, or with group_reporting for each group{first}")
                .Table(JobTable.Heads, rows.Take(MaxJobs));
        }
    }

    /// <summary>The columns of the VMs; what nobody was promised and what happened to nobody has none.</summary>
    private static IEnumerable<(string Head, Func<VmResult, string?> Cell, string Total)> Columns(RunResult result)
    {
        yield return ("VM", vm => vm.Spec.Name, "all");
        if (result.Cluster is not null)
        {
            var places = ClusterText.Places(result);
            yield return ("host", vm => places[vm.Spec.Name], "");
        }

        yield return ("state", vm => vm.State.Word(), "");
        yield return ("VCPUs", vm => vm.Spec.Vcpus.ToString(CultureInfo.InvariantCulture),
            result.Vms.Sum(vm => vm.Spec.Vcpus).ToString(CultureInfo.InvariantCulture));
        yield return ("active", vm => vm.ActiveNs > 0 ? Readable.Length(vm.ActiveNs) : null, Readable.Length(result.MeasuredNs));
        foreach (var column in Catalogue.Columns(Views.Page, result))
        {
            yield return (column.Column.Head, vm => column.Cell(vm, result), column.Total(result));
        }
    }

    private static void WriteSeries(HtmlPage page, RunRecord run)
    {
        if (!run.Series.IsEmpty)
        {
            var which = run.Result.Vms.Length > MaxLines ? $"the {MaxLines} VMs that got most; " : "";
            page.Section("Over time", $"{which}grey: warm-up");
            RunCharts.Write(page, run);
        }
    }

    private static void WriteLatencies(HtmlPage page, RunResult result)
    {
        var distributions = result.Vms
            .SelectMany(vm => new[] { ($"{vm.Spec.Name} read", vm.Read.LatencyNs), ($"{vm.Spec.Name} write", vm.Write.LatencyNs) })
            .Where(each => each.Item2 is not null)
            .Select(each => (each.Item1, each.Item2!))
            .Take(MaxDistributions).ToArray();
        if (distributions.Length == 0)
        {
            return;
        }

        var scenario = result.Scenario;
        var isEvery = scenario.Clock == ClockKind.Virtual || scenario.Latency == LatencySampling.Every;
        var how = isEvery ? "every I/O" : "one I/O in 64, sampled";
        page.Section("Latencies", $"{how}; line: least to most, bar: p50 to p99, marks: p50, p95, p99, p99.9")
            .Markup(LatencyChart.Render(distributions))
            .Table(["", "least", "mean", "p50", "p95", "p99", "p99.9", "most"], distributions.Select(each => (string[])
            [
                each.Item1, Readable.Duration(each.Item2.Min), Readable.Duration(each.Item2.Mean), Readable.Duration(each.Item2.P50),
                Readable.Duration(each.Item2.P95), Readable.Duration(each.Item2.P99), Readable.Duration(each.Item2.P999),
                Readable.Duration(each.Item2.Max),
            ]));
    }

    private static void WriteStages(HtmlPage page, RunResult result)
    {
        var vms = result.Vms.Where(vm => vm.Stages is { Requests: > 0 }).Take(MaxLines).ToArray();
        if (vms.Length > 0)
        {
            page.Section("Where the time of an I/O went", "mean, between the twelve stubs of the paper's Figure 1B").Table(
                ["stage", "stubs", .. vms.Select(vm => vm.Spec.Name)],
                StageTable.Names.Select((name, stage) => (string[])
                    [name, StageTable.Stubs(stage), .. vms.Select(vm => Readable.Duration(vm.Stages!.MeanNs[stage]))]));
        }
    }

    private static void WriteWear(HtmlPage page, RunRecord run)
    {
        var worn = run.Result.Vms.Where(vm => vm.Wear is not null).ToArray();
        if (worn.Length == 0)
        {
            return;
        }

        var columns = Catalogue.Columns(Views.Wear, run.Result).ToArray();
        var whole = run.Result.Scenario.AllHosts.Hosts.Length > 1
            ? "the devices, one host after the other, as they were at the end"
            : "the device from its first block to its last, as it was at the end";
        page.Section("Wear", run.Wear.Cells.IsEmpty ? "of the measured part" : whole + "; the table is of the measured part")
            .Markup(WearStrip.Render(run.Wear))
            .Table(["disk", "policy", .. columns.Select(column => column.Column.Head)], worn.Select(vm => (string[])
                [vm.Spec.Name, vm.Wear!.Policy, .. columns.Select(column => column.Cell(vm, run.Result) ?? "–")]));
    }

    private static void WriteEvents(HtmlPage page, RunRecord run)
    {
        if (!run.Events.IsEmpty)
        {
            page.Section("Events", run.Events.Length > MaxEvents ? $"the last {MaxEvents} of {run.Events.Length}" : "")
                .Markup($"<ul class=\"events\">{string.Concat(run.Events.TakeLast(MaxEvents).Select(Line))}</ul>");
        }
    }

    private static string Line(RunEvent entry) =>
        $"<li data-at=\"{(entry.ClockNs == 0 ? "0 s" : Readable.Duration(entry.ClockNs))}\">{HtmlPage.Escape(entry.Text)}</li>";
}
