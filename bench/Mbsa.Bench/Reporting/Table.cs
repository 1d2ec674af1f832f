namespace Mbsa.Bench.Reporting;

/// <summary>A Markdown table whose columns also line up in a terminal.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; as many cells as there are headings.</summary>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, headings.Length);
        _rows.Add(cells);
    }

    /// <summary>Prints the table with an empty line after it.</summary>
    public void Print(TextWriter output)
    {
        var widths = headings.Select((heading, column) => _rows.Select(row => row[column].Length).Append(heading.Length).Max()).ToArray();
        output.WriteLine(Line(headings));
        output.WriteLine(Line([.. widths.Select(width => new string('-', width))]));
        foreach (var row in _rows)
        {
            output.WriteLine(Line(row));
        }

        output.WriteLine();
        string Line(string[] cells) => $"| {string.Join(" | ", cells.Select((cell, column) => cell.PadRight(widths[column])))} |";
    }
}
