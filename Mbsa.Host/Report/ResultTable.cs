using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Protection;
using Spectre.Console;

namespace Mbsa.Host.Report;

/// <summary>The result as a table: a row per VM and one for all. What does not fit or says nothing is left out, least important first.</summary>
internal static class ResultTable
{
    private sealed record Column(string Head, Func<VmResult, string> Cell, Func<RunResult, string> Total, int LeastWidth = 0, bool Left = false);

    /// <summary>The table for a console of this many columns.</summary>
    public static Table Of(RunResult result, int width)
    {
        Column[] columns = [.. Columns(result).Where(column => width >= column.LeastWidth)];
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        foreach (var column in columns)
        {
            var head = new TableColumn(new Text(column.Head)) { NoWrap = !column.Left };
            head.Padding(0, 1);
            table.AddColumn(column.Left ? head : head.RightAligned());
        }

        foreach (var vm in result.Vms)
        {
            table.AddRow(columns.Select(column => new Text(column.Cell(vm), StyleOf(vm))));
        }

        if (result.Vms.Length > 1)
        {
            table.AddRow(columns.Select(column => new Text(column.Total(result), new Style(decoration: Decoration.Bold))));
        }

        return table;
    }

    private static IEnumerable<Column> Columns(RunResult result)
    {
        yield return new("VM", vm => vm.Spec.Name + Mark(vm), _ => "all", Left: true);
        if (result.Cluster is not null)
        {
            var places = ClusterText.Places(result);
            yield return new("host", vm => places[vm.Spec.Name] ?? "-", _ => "", Left: true);
        }

        if (result.Vms.Any(vm => vm.ActiveNs != result.MeasuredNs))
        {
            yield return new("active", vm => vm.ActiveNs > 0 ? Readable.Length(vm.ActiveNs) : "-", all => Readable.Length(all.MeasuredNs));
        }

        yield return new("ops", vm => Readable.Count(Operations(vm)), all => Readable.Count(all.Vms.Sum(Operations)), LeastWidth: 92);
        yield return new(
            "IOPS",
            vm => Readable.Rate(RunFigures.Iops(vm)),
            all => Readable.Rate(RunFigures.Iops(all)));
        yield return new(
            "bandwidth",
            vm => Readable.Bandwidth(RunFigures.Bandwidth(vm)),
            all => Readable.Bandwidth(RunFigures.Bandwidth(all)));
        if (result.Vms.Any(vm => vm.Read.Operations > 0))
        {
            yield return new("read p50/p99", vm => Latency(vm.Read), _ => "");
        }

        if (result.Vms.Any(vm => vm.Write.Operations > 0))
        {
            yield return new("write p50/p99", vm => Latency(vm.Write), _ => "");
        }

        yield return new("core share", vm => Readable.Share(vm.CoreShare), all => Readable.Share(all.Vms.Sum(vm => vm.CoreShare)));
        yield return new("waiting", vm => Readable.Duration(vm.WaitingNs), all => Readable.Duration(all.Vms.Sum(vm => vm.WaitingNs)), LeastWidth: 92);
        if (result.Vms.Any(vm => vm.Spec.Storage is { Protection: not ProtectionMethod.None }))
        {
            yield return new("protection", vm => vm.Spec.Storage is { } storage ? KnownNames.NameOf(storage.Protection) : "-", _ => "");
        }

        if (result.Vms.Any(vm => vm.BlocksVerified > 0))
        {
            yield return new("verify", Verify, _ => "");
        }
    }

    private static long Operations(VmResult vm) => vm.Read.Operations + vm.Write.Operations;

    private static string Latency(DirectionResult direction) =>
        direction.LatencyNs is { } latency ? Readable.DurationPair(latency.P50, latency.P99) : "-";

    private static string Verify(VmResult vm) => vm switch
    {
        { BlocksVerified: 0 } => "-",
        { BlocksWrong: > 0 } => $"{Readable.Count(vm.BlocksWrong)} wrong",
        _ => $"{Readable.Count(vm.BlocksVerified)} ok",
    };

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
