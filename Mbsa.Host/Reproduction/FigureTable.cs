using System.Globalization;
using Spectre.Console;

namespace Mbsa.Host.Reproduction;

/// <summary>Tables of figures: the first columns are names, all others numbers.</summary>
internal static class FigureTable
{
    /// <summary>An empty table.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="names">How many of the columns are names.</param>
    /// <param name="heads">Heads of the columns.</param>
    public static Table WithColumns(string title, int names, params string[] heads)
    {
        var table = new Table().Border(TableBorder.Simple).Title(new TableTitle(Markup.Escape(title), Style.Plain));
        for (var i = 0; i < heads.Length; i++)
        {
            var column = new TableColumn(new Text(heads[i])).Padding(0, 1);
            table.AddColumn(i < names ? column : column.RightAligned());
        }

        return table;
    }

    /// <summary>Adds a row.</summary>
    public static void Add(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>A number with at most so many digits behind the point.</summary>
    public static string Number(double value, int digits = 2) => Math.Round(value, digits).ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);

    /// <summary>A fraction as a percentage, without the sign.</summary>
    public static string Percent(double fraction, int digits = 2) => Number(fraction * 100, digits);
}
