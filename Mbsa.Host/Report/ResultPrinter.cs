using System.Globalization;
using Mbsa.Host.Expectations;
using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Spectre.Console;

namespace Mbsa.Host.Report;

/// <summary>The result for people: what was run, the table, the host, what was expected, what went wrong.</summary>
internal static class ResultPrinter
{
    /// <summary>Prints it.</summary>
    public static void Print(IAnsiConsole console, RunResult result, IReadOnlyList<ExpectationOutcome> expectations)
    {
        var scenario = result.Scenario;
        console.MarkupLine($"[bold]{Markup.Escape(scenario.Name)}[/]  {Markup.Escape(scenario.Description)}".TrimEnd());
        console.WriteLine(
            $"{Words.Of(scenario.Clock)} clock, {Readable.Length(result.MeasuredNs)} measured, policy {HostWords.Policies(scenario)}, "
            + $"seed {scenario.Seed.ToString(CultureInfo.InvariantCulture)}"
            + (result.Interrupted ? $" (interrupted: {Readable.Length(scenario.DurationNs)} were asked for)" : ""));
        if (result.MeasuredNs > 0)
        {
            console.Write(ResultTable.Of(result, console.Profile.Width));
            if (FinishedLine(result) is { } finished)
            {
                console.WriteLine(finished);
            }

            if (JobTable.Of(result) is { } jobs)
            {
                console.Write(jobs);
            }

            console.WriteLine(HostLine(result));
            if (WearFigures.Line(result) is { } wear)
            {
                console.WriteLine($"disks: {wear}");
            }

            foreach (var failure in result.PowerFailures)
            {
                console.WriteLine(Describe(failure, result.MeasuredNs));
            }

            if (result.Cluster is { } cluster)
            {
                ClusterPrinter.Print(console, result, cluster);
            }
        }
        else
        {
            console.WriteLine($"nothing was measured: {WhyNothing(result)}");
        }

        foreach (var expectation in expectations)
        {
            Print(console, expectation);
        }

        foreach (var warning in Catalogue.Warnings(result))
        {
            console.MarkupLine($"[yellow]warning:[/] {Markup.Escape(warning)}");
        }

        foreach (var problem in result.Problems)
        {
            console.MarkupLine($"[red]problem:[/] {Markup.Escape(problem)}");
        }
    }

    /// <summary>Prints where the time of an I/O went on the conventional paths.</summary>
    public static void PrintStages(IAnsiConsole console, RunResult result)
    {
        if (StageTable.Of(result) is { } table)
        {
            console.Write(table);
        }
        else
        {
            console.WriteLine("no stages: no VM did I/O on path vhost-bio or virtio-mq");
        }
    }

    /// <summary>"host: cores 98.1 %, bus 40.0 %, NVM 12.0 %; Jain writer-* 0.9998; 2.2 s in 0.71 s, 3.1x real time".</summary>
    public static string HostLine(RunResult result)
    {
        var use = result.Utilisation;
        var line = $"{(result.Cluster is null ? "host" : "all hosts")}: "
            + $"cores {Readable.Share(use.Cpu)}, bus {Readable.Share(use.Bus)}, NVM {Readable.Share(use.Nvm)}";
        foreach (var (group, jain) in RunFigures.JainByGroup(result))
        {
            line += $"; Jain {group} {jain.ToString("0.0000", CultureInfo.InvariantCulture)}";
        }

        line += $"; took {Readable.Duration(result.ElapsedSeconds * 1e9)}";
        return result.Scenario.Clock == ClockKind.Wall || result.ElapsedSeconds <= 0 || result.MeasuredNs == 0
            ? line
            : $"{line}, {SpeedUp(result)} real time";
    }

    private static string SpeedUp(RunResult result) =>
        Readable.SpeedUp(result.Scenario.WarmupNs + result.MeasuredNs, TimeSpan.FromSeconds(result.ElapsedSeconds));

    /// <summary>"oltp.p99 &lt;= 40us  (measured 38.2us)".</summary>
    public static string Describe(ExpectationOutcome expectation) =>
        $"{expectation.Text}  ({(expectation.Value is null ? "" : "measured ")}{expectation.Measured})";

    /// <summary>"power failed at 500 ms for 100 ms; 2 VMs came back, 2 disks and 17 changes of their maps were recovered".</summary>
    public static string Describe(PowerFailureResult failure, long measuredNs)
    {
        var line = $"power failed at {Readable.Length(failure.AtNs)}"
            + (failure.OutageNs > 0 ? $" for {Readable.Length(failure.OutageNs)}" : "");
        return failure.AtNs + failure.OutageNs > measuredNs
            ? $"{line}; the run ended before it came back"
            : $"{line}; {Counted(failure.VmsBack, "VM")} came back, {Counted(failure.DisksRecovered, "disk")} and "
                + $"{Counted(failure.RecordsRecovered, "change")} of their maps were recovered";
    }

    /// <summary>"finished: batch; its rates are over the time it was active"; null when none finished before the end.</summary>
    public static string? FinishedLine(RunResult result)
    {
        string[] names =
        [
            .. result.Vms.Where(vm => vm.State == VmState.Finished && vm.ActiveNs < result.MeasuredNs).Select(vm => vm.Spec.Name),
        ];
        return names.Length == 0
            ? null
            : $"finished: {string.Join(", ", names.Take(10))}{(names.Length > 10 ? $" and {names.Length - 10} more" : "")}; "
                + (names.Length == 1 ? "its rates are over the time it was active" : "their rates are over the time each was active");
    }

    private static string WhyNothing(RunResult result) => result switch
    {
        { Interrupted: false } when result.Vms.All(vm => vm.State == VmState.Waiting) => "no VM ran",
        { Scenario.WarmupNs: > 0 } => "the run ended before its warm-up did",
        { Interrupted: true } => "it was interrupted before it began",
        _ => "no VM ran",
    };

    private static string Counted(long count, string thing) => count == 1 ? $"1 {thing}" : $"{Readable.Count(count)} {thing}s";

    private static void Print(IAnsiConsole console, ExpectationOutcome expectation)
    {
        var mark = expectation.Held ? "[green]held[/]  " : "[red]failed[/]";
        console.MarkupLine($"{mark} {Markup.Escape(Describe(expectation))}");
    }
}
