using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Protection;
using Spectre.Console;

namespace Mbsa.Host.Report;

/// <summary>
/// The result as a table: a row per VM and one for all. What does not fit or says nothing is left out, least important first.
/// </summary>
internal static class ResultTable
{
    private sealed record Column(string Head, Func<VmResult, string?> Cell, string Total, int MinWidth = 0, bool Left = false);

    /// <summary>The table for a console of this many columns.</summary>
    public static Table Of(RunResult result, int width)
    {
        Column[] columns = [.. Columns(result).Where(column => width >= column.MinWidth)];
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        foreach (var column in columns)
        {
            var head = new TableColumn(new Text(column.Head)) { NoWrap = !column.Left };
            head.Padding(0, 1);
            table.AddColumn(column.Left ? head : head.RightAligned());
        }

        foreach (var vm in result.Vms)
        {
            table.AddRow(columns.Select(column => new Text(column.Cell(vm) ?? "-", StyleOf(vm))));
        }

        if (result.Vms.Length > 1)
        {
            table.AddRow(columns.Select(column => new Text(column.Total, new Style(decoration: Decoration.Bold))));
        }

        return table;
    }

    private static IEnumerable<Column> Columns(RunResult result)
    {
        yield return new("VM", vm => vm.Spec.Name + Mark(vm), "all", Left: true);
        if (result.Cluster is not null)
        {
            var places = ClusterText.Places(result);
            yield return new("host", vm => places[vm.Spec.Name], "", Left: true);
        }

        if (result.Vms.Any(vm => vm.ActiveNs != result.MeasuredNs))
        {
            yield return new("active", vm => vm.ActiveNs > 0 ? Readable.Length(vm.ActiveNs) : null, Readable.Length(result.MeasuredNs));
        }

        foreach (var column in Catalogue.Columns(Views.Terminal, result))
        {
            yield return new(column.Column.Head, vm => column.Cell(vm, result), column.Total(result), column.Column.MinWidth);
        }

        if (result.Vms.Any(vm => vm.Spec.Storage is { Protection: not ProtectionMethod.None }))
        {
            yield return new("protection", vm => vm.Spec.Storage is { } storage ? KnownNames.NameOf(storage.Protection) : null, "");
        }
    }

    private static string Mark(VmResult vm) => vm.State switch
    {
        VmState.Stopped => " (stopped)",
        VmState.Failed => " (failed)",
        VmState.Waiting => " (never started)",
        VmState.NoPower => " (no power)",
        _ => "",
    };

    private static Style StyleOf(VmResult vm) => vm.State == VmState.Failed || vm.BlocksWrong > 0 ? new Style(Color.Red) : Style.Plain;
}
