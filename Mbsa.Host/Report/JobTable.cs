using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Spectre.Console;

namespace Mbsa.Host.Report;

/// <summary>The jobs of VMs that have several groups of them, or ask for a line per group: a row per clone or group, as in fio.</summary>
internal static class JobTable
{
    /// <summary>Heads of its columns.</summary>
    public static IReadOnlyList<string> Heads { get; } = ["job", "group", "began", "ended", "reads", "writes", "IOPS", "bandwidth"];

    /// <summary>The table for a terminal; null when no VM of the run has such jobs.</summary>
    public static Table? Of(RunResult result)
    {
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        foreach (var head in Heads)
        {
            var column = new TableColumn(new Text(head)) { NoWrap = true };
            table.AddColumn(head == Heads[0] ? column : column.RightAligned());
        }

        foreach (var row in Rows(result))
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table.Rows.Count == 0 ? null : table;
    }

    /// <summary>Its rows; none when no VM of the run has such jobs.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(RunResult result) =>
        result.Vms.SelectMany(vm => JobRow.Of(vm, result).Select(row => Cells($"{vm.Spec.Name}: {row.Name}", row)));

    private static string[] Cells(string name, JobRow row) =>
    [
        row.Clones == 1 ? name : $"{name} x {row.Clones}",
        (row.Group + 1).ToString(CultureInfo.InvariantCulture),
        row.StartNs is { } startNs ? Readable.Length(startNs) : "-",
        row.EndNs is { } endNs ? Readable.Length(endNs) : "-",
        Readable.Count(row.Measured.Reads),
        Readable.Count(row.Measured.Writes),
        Readable.Rate(row.OperationsPerSecond),
        Readable.Bandwidth(row.BytesPerSecond),
    ];
}
