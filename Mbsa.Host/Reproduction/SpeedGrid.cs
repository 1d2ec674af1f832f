using System.Text.Json.Nodes;

namespace Mbsa.Host.Reproduction;

/// <summary>A figure of the paper that has methods and kinds of request: its table, its picture, its numbers.</summary>
/// <param name="Rows">The methods.</param>
internal sealed record SpeedGrid(IReadOnlyList<SpeedRow> Rows)
{
    /// <summary>The method of this name.</summary>
    public SpeedRow this[string name] => Rows.First(row => row.Name == name);

    /// <summary>Bandwidths, with what the paper says of them.</summary>
    public FigureTable Table(string title)
    {
        var table = FigureTable.WithColumns(title, 1, ["GB/s", .. RequestKind.Names, "CPU %"]);
        foreach (var row in Rows)
        {
            table.Add([row.Name, .. row.Speeds.Select(speed => FigureTable.Fixed(speed.GigabytesPerSecond)),
                FigureTable.Percent(row.Speeds.Average(speed => speed.Cpu), 1)]);
            if (row.Paper is { } paper)
            {
                table.Add(["  the paper", .. paper.Select(value => FigureTable.Number(value)), ""]);
                table.Add(["  error %", .. paper.Select((value, kind) => FigureTable.Deviation(row[kind] / value - 1)), ""]);
            }
        }

        return table;
    }

    /// <summary>Bars, in the groups of the paper.</summary>
    public SvgBarChart Chart(string title) => new(
        title, "kind of request", "GB/s", RequestKind.Names,
        [.. Rows.Select(row => new BarSeries(row.Name, row.Colour,
            [.. row.Speeds.Select(speed => speed.GigabytesPerSecond)], row.Paper?.Select(value => (double?)value).ToArray()))]);

    /// <summary>The numbers, for programs.</summary>
    public JsonObject Json() => new()
    {
        ["methods"] = new JsonArray([.. Rows.Select(row => (JsonNode)new JsonObject
        {
            ["method"] = row.Name,
            ["gigabytes_per_second"] = PerKind(kind => row[kind]),
            ["cpu"] = PerKind(kind => row.Speeds[kind].Cpu),
            ["paper_gigabytes_per_second"] = row.Paper is { } paper ? PerKind(kind => paper[kind]) : null,
        })]),
    };

    private static JsonObject PerKind(Func<int, double> value) =>
        new(RequestKind.Names.Select((name, kind) => KeyValuePair.Create<string, JsonNode?>(name, value(kind))));
}
