using System.Globalization;
using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Spectre.Console;

namespace Mbsa.Host.Comparison;

/// <summary>Contenders side by side: what each VM got under each of them, and who is best off in each row.</summary>
internal static class ComparisonTable
{
    /// <summary>The rows, in the scenario's order of VMs. VMs that are alike have rows together: their mean, their worst latency.</summary>
    public static IReadOnlyList<ComparisonRow> Rows(IReadOnlyList<Contender> contenders)
    {
        List<ComparisonRow> rows = [];
        foreach (var group in VmGroup.Of(contenders[0].Result.Scenario))
        {
            rows.AddRange(OfGroup(contenders, group));
        }

        rows.Add(Row(contenders, "host", "bandwidth", Better.More, all => RunFigures.Bandwidth(all), Readable.Bandwidth));
        foreach (var (name, index) in RunFigures.JainByGroup(contenders[0].Result).Select((group, index) => (group.Group, index)))
        {
            rows.Add(Row(contenders, name, "Jain", Better.More, all => RunFigures.JainByGroup(all)[index].Jain, value => value.ToString("0.0000", CultureInfo.InvariantCulture)));
        }

        if (contenders[0].Expectations.Count > 0)
        {
            rows.Add(new ComparisonRow(
                "host",
                $"expectations held of {contenders[0].Expectations.Count}",
                Better.More,
                [.. contenders.Select(c => (double?)c.Expectations.Count(e => e.Held))],
                value => value.ToString("0", CultureInfo.InvariantCulture)));
        }

        return rows;
    }

    /// <summary>The table for a terminal.</summary>
    public static Table Of(IReadOnlyList<Contender> contenders)
    {
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        foreach (var head in new[] { "VM", "figure" })
        {
            table.AddColumn(new TableColumn(new Text(head)).Padding(0, 1));
        }

        foreach (var contender in contenders)
        {
            table.AddColumn(new TableColumn(new Text(contender.Name)) { NoWrap = true }.Padding(0, 1).RightAligned());
        }

        table.AddColumn(new TableColumn(new Text("best")).Padding(0, 1));
        var last = "";
        foreach (var row in Rows(contenders))
        {
            var winners = row.Winners;
            var cells = row.Values.Select((value, i) => new Text(value is { } v ? row.Format(v) : "-", new Style(decoration: winners.Contains(i) ? Decoration.Bold : Decoration.None)));
            table.AddRow([
                new Text(row.Vm == last ? "" : row.Vm), new Text(row.What), .. cells,
                new Text(string.Join(", ", winners.Select(i => contenders[i].Name)), new Style(Color.Green)),
            ]);
            last = row.Vm;
        }

        return table;
    }

    private static IEnumerable<ComparisonRow> OfGroup(IReadOnlyList<Contender> contenders, VmGroup group)
    {
        var name = group.Name;
        yield return OfVms("share of host", Better.Neither, Mean((vm, ns) => vm.DominantShare(ns)), Readable.Share);
        if (!RunFigures.DoesIo(contenders[0].Result.Vms[group.Indices[0]].Spec))
        {
            yield break;
        }

        yield return OfVms("IOPS", Better.More, Mean((vm, _) => RunFigures.Iops(vm)), Readable.Rate);
        yield return OfVms("p99", Better.Less, Worst(vm => Larger(vm.Read.LatencyNs?.P99, vm.Write.LatencyNs?.P99)), Readable.Duration);
        if (contenders.Any(c => group.Indices.Any(i => c.Result.Vms[i].BatchNs is not null)))
        {
            yield return OfVms("p99 of a batch", Better.Less, Worst(vm => vm.BatchNs?.P99), Readable.Duration);
        }

        if (contenders[0].Result.Vms[group.Indices[0]].Spec.Qos.Reservation is not null)
        {
            yield return OfVms("reservation misses", Better.Less, Misses, Readable.Share);
        }

        ComparisonRow OfVms(string what, Better better, Func<IEnumerable<VmResult>, long, double?> of, Func<double, string> format) =>
            Row(contenders, name, what, better, all => of(group.Indices.Select(i => all.Vms[i]), all.MeasuredNs), format);
    }

    private static ComparisonRow Row(
        IReadOnlyList<Contender> contenders, string vm, string what, Better better, Func<RunResult, double?> of, Func<double, string> format) =>
        new(vm, what, better, [.. contenders.Select(c => of(c.Result))], format);

    private static Func<IEnumerable<VmResult>, long, double?> Mean(Func<VmResult, long, double> of) => (vms, ns) => vms.Average(vm => of(vm, ns));

    private static Func<IEnumerable<VmResult>, long, double?> Worst(Func<VmResult, double?> of) => (vms, _) => vms.Max(of);

    /// <summary>Of the windows in which a reservation could be missed, the part in which it was.</summary>
    private static double? Misses(IEnumerable<VmResult> vms, long measuredNs)
    {
        var (windows, misses) = vms.Aggregate((0, 0), (sum, vm) => (sum.Item1 + vm.Use.ReservationWindows, sum.Item2 + vm.Use.ReservationMisses));
        return windows == 0 ? null : misses / (double)windows;
    }

    private static double? Larger(double? a, double? b) => a is { } x && b is { } y ? Math.Max(x, y) : a ?? b;
}
