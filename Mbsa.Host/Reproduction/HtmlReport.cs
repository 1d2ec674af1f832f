using System.Net;
using System.Text;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// All figures on one page that needs nothing else: tables, pictures, bars, and what they say together.
/// The same bytes for the same figures.
/// </summary>
internal static class HtmlReport
{
    private const string Style = """
        body { font: 15px/1.5 sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; color: #222 }
        table { border-collapse: collapse; margin: 1em 0 } caption { text-align: left; font-weight: bold; padding: .3em 0 }
        th, td { padding: .15em .8em; border-bottom: 1px solid #ddd; text-align: right; font-variant-numeric: tabular-nums }
        .name { text-align: left }
        svg { max-width: 100%; height: auto; border: 1px solid #eee } .held { color: #2a7a2a } .failed { color: #c00; font-weight: bold }
        """;

    /// <summary>The page.</summary>
    public static string Render(IReadOnlyList<MadeFigure> figures, ReproductionSummary summary)
    {
        var html = new StringBuilder();
        html.Append(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>The paper's evaluation, reproduced</title>\n<style>\n")
            .Append(Style.ReplaceLineEndings("\n")).Append("\n</style></head><body>\n<h1>The paper's evaluation, reproduced</h1>\n");
        Paragraph(html, "Made by mbsa reproduce. Calibrated numbers were fitted to the paper; "
            + "predicted ones were not. docs/ACCURACY.md says how, and what is not modelled.");
        Summary(html, summary);
        foreach (var (name, figure) in figures)
        {
            html.Append($"<h2 id=\"{Text(name)}\">{Text(figure.Title)}</h2>\n");
            Paragraph(html, string.Join(' ', figure.Notes));
            html.Append(figure.Chart.Render());
            Tables(html, figure.Tables);
            Bars(html, figure.Bars);
        }

        return html.Append("</body></html>\n").ToString();
    }

    private static void Summary(StringBuilder html, ReproductionSummary summary)
    {
        if (summary.LastLine is { } line)
        {
            html.Append($"<p><strong>{Text(line)}</strong></p>\n");
        }

        Tables(html, summary.Tables);
        Bars(html, summary.Bars);
    }

    private static void Tables(StringBuilder html, IEnumerable<FigureTable> tables)
    {
        foreach (var table in tables)
        {
            html.Append($"<table><caption>{Text(table.Title)}</caption>\n");
            Row(html, table, table.Heads, "th");
            foreach (var row in table.Rows)
            {
                Row(html, table, row, "td");
            }

            html.Append("</table>\n");
        }
    }

    private static void Row(StringBuilder html, FigureTable table, IReadOnlyList<string> cells, string tag)
    {
        html.Append("<tr>");
        for (var i = 0; i < cells.Count; i++)
        {
            html.Append($"<{tag}{(i < table.Names ? " class=\"name\"" : "")}>{Text(cells[i])}</{tag}>");
        }

        html.Append("</tr>\n");
    }

    private static void Bars(StringBuilder html, IReadOnlyList<Bar> bars)
    {
        if (bars.Count == 0)
        {
            return;
        }

        html.Append("<ul>\n");
        foreach (var bar in bars)
        {
            html.Append($"<li class=\"{(bar.Held ? "held" : "failed")}\">{Text(bar.ToString())}</li>\n");
        }

        html.Append("</ul>\n");
    }

    private static void Paragraph(StringBuilder html, string text) => html.Append($"<p>{Text(text)}</p>\n");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
