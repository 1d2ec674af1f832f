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

        foreach (var figure in Catalogue.All.Where(figure => figure.Row is { IsOfHost: true }))
        {
            rows.Add(Row(contenders, "host", figure.Row!.What, figure.Better, all => figure.OfHost!(all), figure.Print));
        }

        foreach (var (name, index) in RunFigures.JainByGroup(contenders[0].Result).Select((group, index) => (group.Group, index)))
        {
            rows.Add(Row(contenders, name, "Jain", Better.More, all => RunFigures.JainByGroup(all)[index].Jain,
                value => value.ToString("0.0000", CultureInfo.InvariantCulture)));
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

    /// <summary>Writes it, as several tables one below the other where not all contenders fit beside each other.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<Contender> contenders)
    {
        for (var first = 0; first < contenders.Count;)
        {
            var shown = contenders.Count - first;
            while (shown > 1 && !TableWidth.Fits(console, Of(contenders, first, shown)))
            {
                shown--;
            }

            TableWidth.Write(console, Of(contenders, first, shown));
            first += shown;
        }
    }

    /// <summary>The table of some contenders; who is best is of all.</summary>
    private static Table Of(IReadOnlyList<Contender> contenders, int first, int shown)
    {
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        foreach (var head in new[] { "VM", "figure" })
        {
            table.AddColumn(new TableColumn(new Text(head)) { NoWrap = true }.Padding(0, 1));
        }

        foreach (var contender in contenders.Skip(first).Take(shown))
        {
            table.AddColumn(new TableColumn(new Text(contender.Name)) { NoWrap = true }.Padding(0, 1).RightAligned());
        }

        table.AddColumn(new TableColumn(new Text("best")).Padding(0, 1));
        var last = "";
        foreach (var row in Rows(contenders))
        {
            var winners = row.Winners;
            var cells = row.Values.Select((value, i) => new Text(
                value is { } v ? row.Format(v) : "-",
                new Style(decoration: winners.Contains(i) ? Decoration.Bold : Decoration.None)));
            table.AddRow([
                new Text(row.Vm == last ? "" : row.Vm), new Text(row.What), .. cells.Skip(first).Take(shown),
                new Text(string.Join(", ", winners.Select(i => contenders[i].Name)), new Style(Color.Green)),
            ]);
            last = row.Vm;
        }

        return table;
    }

    private static IEnumerable<ComparisonRow> OfGroup(IReadOnlyList<Contender> contenders, VmGroup group) => Catalogue.All
        .Where(figure => figure.Row is { } row && contenders.Any(c => row.When(c.Result.Vms[group.Indices[0]])))
        .OrderByDescending(figure => figure.Row!.IsFirst)
        .Select(figure => Row(
            contenders, group.Name, figure.Row!.What, figure.Better,
            all => figure.Row.OfGroup(figure, [.. group.Indices.Select(i => all.Vms[i])], all), figure.Print))
        .Where(row => row.Values.Any(value => value is not null));

    private static ComparisonRow Row(
        IReadOnlyList<Contender> contenders, string vm, string what, Better better,
        Func<RunResult, double?> of, Func<double, string> format) =>
        new(vm, what, better, [.. contenders.Select(c => of(c.Result))], format);
}
