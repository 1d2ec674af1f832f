using System.Globalization;
using System.Security;
using System.Text;

namespace Mbsa.Host.Reproduction;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">As SVG names it.</param>
/// <param name="Points">Its points, from left to right.</param>
/// <param name="HasMarkers">Whether each point is marked: for few points.</param>
internal sealed record ChartSeries(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points, bool HasMarkers = false);

/// <summary>
/// A line chart as SVG, the same bytes on every machine. A plotting package was tried: it draws well without a display, but brings some 500 MB
/// of native libraries for every system, and places its text by whatever fonts the machine has.
/// </summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">Below the horizontal axis.</param>
/// <param name="YLabel">Beside the vertical axis, which begins at 0 or below.</param>
/// <param name="XTicks">Marks of the horizontal axis; it goes from the first to the last.</param>
/// <param name="Series">The lines.</param>
internal sealed record SvgChart(string Title, string XLabel, string YLabel, IReadOnlyList<(double At, string Label)> XTicks, IReadOnlyList<ChartSeries> Series)
{
    private const double Width = 800, Height = 450, Left = 80, Right = 20, Top = 70, Bottom = 60;
    private const int MostYTicks = 8;

    /// <summary>The picture.</summary>
    public string Render()
    {
        var svg = new StringBuilder();
        var ys = Series.SelectMany(series => series.Points).Select(point => point.Y).Append(0).ToArray();
        var step = StepFor(ys.Max() - ys.Min());
        var (low, high) = (Math.Floor(ys.Min() / step) * step, Math.Max(Math.Ceiling(ys.Max() / step) * step, step));
        double X(double x) => Left + (x - XTicks[0].At) / (XTicks[^1].At - XTicks[0].At) * (Width - Left - Right);
        double Y(double y) => Height - Bottom - (y - low) / (high - low) * (Height - Top - Bottom);

        svg.Append(Inv($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Text(svg, Width / 2, 24, "middle", Title, " font-size=\"16\"");
        for (var tick = 0; low + tick * step <= high + step / 2; tick++)
        {
            var value = low + tick * step;
            Line(svg, Left, Y(value), Width - Right, Y(value), "#dddddd");
            Text(svg, Left - 8, Y(value) + 4, "end", value.ToString("0.######", CultureInfo.InvariantCulture));
        }

        foreach (var (at, label) in XTicks)
        {
            Line(svg, X(at), Height - Bottom, X(at), Height - Bottom + 5, "black");
            Text(svg, X(at), Height - Bottom + 20, "middle", label);
        }

        Line(svg, Left, Y(low), Width - Right, Y(low), "black");
        Line(svg, Left, Top, Left, Y(low), "black");
        Text(svg, (Left + Width - Right) / 2, Height - 14, "middle", XLabel);
        Text(svg, 20, (Top + Height - Bottom) / 2, "middle", YLabel, Inv($" transform=\"rotate(-90 20 {(Top + Height - Bottom) / 2})\""));
        for (var i = 0; i < Series.Count; i++)
        {
            Draw(svg, Series[i], X, Y);
            var legend = Left + i * (Width - Left - Right) / Series.Count;
            svg.Append(Inv($"<line x1=\"{legend}\" y1=\"50\" x2=\"{legend + 24}\" y2=\"50\" stroke=\"{Series[i].Colour}\" stroke-width=\"3\"/>\n"));
            Text(svg, legend + 30, 54, "start", Series[i].Name);
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>1, 2 or 5 times a power of ten, so that a range takes at most so many steps.</summary>
    private static double StepFor(double range)
    {
        var least = range > 0 ? range / MostYTicks : 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        var digit = least / power * 0.999999;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private static void Draw(StringBuilder svg, ChartSeries series, Func<double, double> x, Func<double, double> y)
    {
        var points = series.Points.Select(point => Inv($"{x(point.X):0.##},{y(point.Y):0.##}"));
        svg.Append(Inv($"<polyline fill=\"none\" stroke=\"{series.Colour}\" stroke-width=\"1.5\" points=\"{string.Join(' ', points)}\"/>\n"));
        foreach (var (px, py) in series.HasMarkers ? series.Points : [])
        {
            svg.Append(Inv($"<circle cx=\"{x(px):0.##}\" cy=\"{y(py):0.##}\" r=\"4\" fill=\"{series.Colour}\"/>\n"));
        }
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string colour) =>
        svg.Append(Inv($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" stroke=\"{colour}\"/>\n"));

    private static void Text(StringBuilder svg, double x, double y, string anchor, string text, string more = "") =>
        svg.Append(Inv($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{more}>{SecurityElement.Escape(text)}</text>\n"));

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
