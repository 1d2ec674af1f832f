using System.Text;
using Mbsa.Host.Wording;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Report.Html;

/// <summary>
/// The NVM device as rows of cells, from its first block to its last: the more the most written block of a cell was written, the darker
/// it is.
/// </summary>
internal static class WearStrip
{
    private const int Rows = 8;
    private const double Width = 1140, Height = 120;

    /// <summary>The picture; empty without a device.</summary>
    public static string Render(DeviceWear wear)
    {
        if (wear.Cells.IsEmpty)
        {
            return "";
        }

        var across = (wear.Cells.Length + Rows - 1) / Rows;
        var (width, height) = (Width / across, Height / Rows);
        double max = Math.Max(1, wear.Cells.Max(cell => cell.Worst));
        var svg = new StringBuilder();
        svg.Append("<figure class=\"wide\">")
            .Append(Inv($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Wear of the NVM device\">"));
        for (var i = 0; i < wear.Cells.Length; i++)
        {
            var cell = wear.Cells[i];
            var (x, y) = (i % across * width, i / across * height);
            var title = cell.Vm is { } vm ? $"{HtmlPage.Escape(vm)}: {Readable.Count(cell.Worst)} writes"
                : cell.IsMetadata ? "metadata of the device" : "free";
            var place = Inv($"x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height - 1:0.##}\"");
            svg.Append(Inv($"<rect class=\"{(cell.IsMetadata ? "metadata" : "free")}\" {place}><title>{title}</title></rect>"));
            if (cell.Vm is not null)
            {
                // The square root lets what is written little be told from what is not written.
                var depth = 0.06 + 0.94 * Math.Sqrt(cell.Worst / max);
                svg.Append(Inv($"<rect class=\"worn\" opacity=\"{depth:0.###}\" {place}><title>{title}</title></rect>"));
            }
        }

        return svg.Append("</svg></figure>").ToString();
    }

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
