using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mbsa.Host.Watching;

/// <summary>The table of a running scenario: a header line and a row per VM.</summary>
internal static class LiveTable
{
    private const int BarWidth = 8;

    /// <summary>Below this many columns the waiting and state columns give way.</summary>
    private const int WideColumns = 96;

    /// <summary>One frame.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="progress">How far it is, in words.</param>
    /// <param name="rows">The rows there is room for.</param>
    /// <param name="columns">Width of the terminal in characters.</param>
    /// <param name="unicode">Whether it knows block characters.</param>
    public static IRenderable Frame(ScenarioSpec scenario, string progress, IReadOnlyList<LiveRow> rows, int columns, bool unicode)
    {
        var wide = columns >= WideColumns;
        var table = new Table().Border(TableBorder.None).AddColumn("VM");
        if (wide)
        {
            table.AddColumn("state");
        }

        foreach (var head in (string[])["read IOPS", "write IOPS", "bandwidth"])
        {
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("core time").NoWrap()).AddColumn(new TableColumn("waiting").RightAligned().NoWrap());
        foreach (var row in rows)
        {
            table.AddRow(Cells(row, wide, unicode));
        }

        var header = new Markup($"[bold]{Markup.Escape(scenario.Name)}[/]  policy {Markup.Escape(HostWords.Policies(scenario))}");
        return new Rows(header, new Text(progress), Text.Empty, table);
    }

    /// <summary>A bar of at most eight characters and the percentage it stands for.</summary>
    public static string Bar(double share, bool unicode)
    {
        var filled = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth, MidpointRounding.AwayFromZero);
        var bar = new string(unicode ? '█' : '#', filled) + new string(unicode ? '░' : '.', BarWidth - filled);
        return bar + Readable.Share(share).PadLeft(7);
    }

    private static List<IRenderable> Cells(LiveRow row, bool wide, bool unicode)
    {
        List<IRenderable> cells = [new Text(row.Name).Ellipsis()];
        if (wide)
        {
            cells.Add(row.State is { } state ? new Text(state.Word(), StyleOf(state)) : Text.Empty);
        }

        cells.AddRange(
            new Text(Readable.Rate(row.ReadIops)),
            new Text(Readable.Rate(row.WriteIops)),
            new Text(Readable.Bandwidth(row.BandwidthBytesPerSecond)),
            new Text(Bar(row.CoreShare, unicode)),
            new Text(Readable.Share(row.Waiting)));
        return cells;
    }

    private static Style StyleOf(VmState state) => state switch
    {
        VmState.Running => new Style(Color.Green),
        VmState.Failed => new Style(Color.Red),
        VmState.NoPower => new Style(Color.Yellow),
        _ => new Style(Color.Grey),
    };
}
