using System.Globalization;
using Spectre.Console;

namespace Mbsa.Host.Reproduction;

/// <summary>A table of figures, for the terminal and for the report: the first columns are names, all others numbers.</summary>
internal sealed class FigureTable
{
    private readonly List<string[]> _rows = [];

    private FigureTable(string title, int names, string[] heads) => (Title, Names, Heads) = (title, names, heads);

    /// <summary>What stands above it.</summary>
    public string Title { get; }

    /// <summary>How many of the columns are names.</summary>
    public int Names { get; }

    /// <summary>Heads of the columns.</summary>
    public IReadOnlyList<string> Heads { get; }

    /// <summary>Its rows, each with a cell a column.</summary>
    public IReadOnlyList<string[]> Rows => _rows;

    /// <summary>An empty table.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="names">How many of the columns are names.</param>
    /// <param name="heads">Heads of the columns.</param>
    public static FigureTable WithColumns(string title, int names, params string[] heads) => new(title, names, heads);

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    public Table ForTerminal()
    {
        var table = new Table().Border(TableBorder.Simple).Title(new TableTitle(Markup.Escape(Title), Style.Plain));
        for (var i = 0; i < Heads.Count; i++)
        {
            var column = new TableColumn(new Text(Heads[i])).Padding(0, 1);
            table.AddColumn(i < Names ? column : column.RightAligned());
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table;
    }

    /// <summary>A number with at most so many digits behind the point.</summary>
    public static string Number(double value, int digits = 2) =>
        Math.Round(value, digits).ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);

    /// <summary>A number with just so many digits behind the point.</summary>
    public static string Fixed(double value, int digits = 2) =>
        value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A fraction as a percentage, without the sign.</summary>
    public static string Percent(double fraction, int digits = 2) => Number(fraction * 100, digits);

    /// <summary>How far a value is from another, in percent, with the sign.</summary>
    public static string Deviation(double fraction) => (fraction * 100).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
