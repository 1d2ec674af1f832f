using System.Net;
using System.Reflection;
using System.Text;

namespace Mbsa.Host.Report.Html;

/// <summary>
/// A page of its own: style and pictures are in it, it asks nobody for anything, and it can be printed. Text is escaped here and
/// nowhere else.
/// </summary>
internal sealed class HtmlPage
{
    private readonly StringBuilder _body = new();

    /// <summary>Text as HTML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A heading, and what comes under it as one piece.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="note">A remark beside it; empty for none.</param>
    public HtmlPage Section(string title, string note = "")
    {
        _body.Append("<h2>").Append(Escape(title));
        if (note.Length > 0)
        {
            _body.Append(" <small>").Append(Escape(note)).Append("</small>");
        }

        _body.Append("</h2>\n");
        return this;
    }

    /// <summary>A paragraph.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="className">Its class in the style sheet; empty for none.</param>
    public HtmlPage Paragraph(string text, string className = "") => Markup($"<p{Class(className)}>{Escape(text)}</p>");

    /// <summary>A list.</summary>
    /// <param name="items">Text and class of each item.</param>
    public HtmlPage List(IEnumerable<(string Text, string ClassName)> items)
    {
        _body.Append("<ul>");
        foreach (var (text, className) in items)
        {
            _body.Append($"<li{Class(className)}>{Escape(text)}</li>");
        }

        _body.Append("</ul>\n");
        return this;
    }

    /// <summary>A table; the first column holds names, the others figures.</summary>
    /// <param name="heads">Heads of the columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="total">A last row that sums up; null for none.</param>
    public HtmlPage Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, IReadOnlyList<string>? total = null)
    {
        _body.Append("<div class=\"scroll\"><table><thead><tr>");
        foreach (var head in heads)
        {
            _body.Append("<th scope=\"col\">").Append(Escape(head)).Append("</th>");
        }

        _body.Append("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            Row(row, "");
        }

        _body.Append("</tbody>");
        if (total is not null)
        {
            Row(total, " class=\"total\"");
        }

        _body.Append("</table></div>\n");
        return this;
    }

    /// <summary>Something that is HTML already: a picture.</summary>
    public HtmlPage Markup(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }

    /// <summary>The page.</summary>
    /// <param name="title">Its title.</param>
    public byte[] Render(string title)
    {
        using var style = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("page/report.css")!);
        return Encoding.UTF8.GetBytes(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            <title>{Escape(title)}</title>
            <style>
            {style.ReadToEnd()}</style>
            </head>
            <body>
            {_body}</body>
            </html>

            """.ReplaceLineEndings("\n"));
    }

    private static string Class(string name) => name.Length == 0 ? "" : $" class=\"{name}\"";

    private void Row(IReadOnlyList<string> cells, string attributes)
    {
        _body.Append($"<tr{attributes}>");
        foreach (var cell in cells)
        {
            _body.Append("<td>").Append(Escape(cell)).Append("</td>");
        }

        _body.Append("</tr>\n");
    }
}
