using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Vm.Paths;
using Spectre.Console;

namespace Mbsa.Host.Report;

/// <summary>
/// Where the time of an I/O went between the twelve stubs of the paper's Figure 1B: a row per stage, a column per VM on a conventional
/// path.
/// </summary>
internal static class StageTable
{
    /// <summary>What happens in each stage, the first from stub 1 to 2.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "guest: system call, block layer, ring",
        "switch: out of the guest",
        "KVM: who is it for",
        "notification: the I/O thread runs",
        "back end: parsing",
        "device",
        "copies beside the data",
        "used ring",
        "interrupt is made pending",
        "switch: into the guest",
        "notification: handler, program",
    ];

    /// <summary>The table; null when no VM of the run had a conventional path.</summary>
    public static Table? Of(RunResult result)
    {
        var vms = result.Vms.Where(vm => vm.Stages is { Requests: > 0 }).ToArray();
        if (vms.Length == 0)
        {
            return null;
        }

        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        table.AddColumn(new TableColumn(new Text("stubs")) { NoWrap = true });
        table.AddColumn(new TableColumn(new Text("mean time of an I/O")));
        foreach (var vm in vms)
        {
            table.AddColumn(new TableColumn(new Text(vm.Spec.Name)) { NoWrap = true }.RightAligned());
        }

        for (var stage = 0; stage < StageTimes.Stages; stage++)
        {
            table.AddRow(Row(Stubs(stage), Names[stage], vms.Select(vm => vm.Stages!.MeanNs[stage]), Style.Plain));
        }

        table.AddRow(Row("1-12", "all", vms.Select(vm => vm.Stages!.MeanNs.Sum()), new Style(decoration: Decoration.Bold)));
        return table;
    }

    /// <summary>"6-7" of a stage, counted from 0.</summary>
    public static string Stubs(int stage) => string.Create(CultureInfo.InvariantCulture, $"{stage + 1}-{stage + 2}");

    private static IEnumerable<Text> Row(string stubs, string name, IEnumerable<double> meansNs, Style style) =>
        [new Text(stubs, style), new Text(name, style), .. meansNs.Select(ns => new Text(Readable.Duration(ns), style))];
}
