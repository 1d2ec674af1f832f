using System.Globalization;
using System.Security;
using System.Text;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// What all charts have: a title, a vertical axis with round ticks, a horizontal one, a legend. A plotting package was tried: it draws well
/// without a display, but brings some 500 MB of native libraries for every system, and places its text by whatever fonts the machine has.
/// </summary>
internal sealed class SvgCanvas
{
    /// <summary>Edges of the plot, in the picture's units.</summary>
    public const double Left = 80, Right = 780, Top = 70, Bottom = 390;

    private const double Width = 800, Height = 450;
    private const int MaxYTicks = 8;

    private readonly StringBuilder _svg = new();
    private readonly double _low, _high;

    /// <summary>An empty chart.</summary>
    /// <param name="title">Above it.</param>
    /// <param name="xLabel">Below the horizontal axis.</param>
    /// <param name="yLabel">Beside the vertical axis.</param>
    /// <param name="ys">What is to be drawn; the axis goes from 0, or below, to above all of it.</param>
    public SvgCanvas(string title, string xLabel, string yLabel, IEnumerable<double> ys)
    {
        double[] all = [0, .. ys];
        var step = StepFor(all.Max() - all.Min(), MaxYTicks);
        (_low, _high) = (Math.Floor(all.Min() / step) * step, Math.Max(Math.Ceiling(all.Max() / step) * step, step));
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">");
        Add($"<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        Text(Width / 2, 24, "middle", title, " font-size=\"16\"");
        for (var tick = 0; _low + tick * step <= _high + step / 2; tick++)
        {
            var value = _low + tick * step;
            Line(Left, Y(value), Right, Y(value), "#dddddd");
            Text(Left - 8, Y(value) + 4, "end", value.ToString("0.######", CultureInfo.InvariantCulture));
        }

        Line(Left, Y(_low), Right, Y(_low), "black");
        Line(Left, Top, Left, Y(_low), "black");
        Text((Left + Right) / 2, Height - 14, "middle", xLabel);
        Text(20, (Top + Bottom) / 2, "middle", yLabel, FormattableString.Invariant($" transform=\"rotate(-90 20 {(Top + Bottom) / 2})\""));
    }

    /// <summary>Where a value stands on the vertical axis.</summary>
    public double Y(double value) => Bottom - (value - _low) / (_high - _low) * (Bottom - Top);

    /// <summary>A mark of the horizontal axis.</summary>
    public void XTick(double x, string label)
    {
        Line(x, Bottom, x, Bottom + 5, "black");
        Text(x, Bottom + 20, "middle", label);
    }

    /// <summary>The name of one of so many things that are drawn.</summary>
    public void Legend(int index, int count, string name, string colour)
    {
        var x = Left + index * (Right - Left) / count;
        Add($"<line x1=\"{x:0.##}\" y1=\"50\" x2=\"{x + 14:0.##}\" y2=\"50\" stroke=\"{colour}\" stroke-width=\"3\"/>");
        Text(x + 18, 54, "start", name);
    }

    /// <summary>A straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string colour) =>
        Add($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" stroke=\"{colour}\"/>");

    /// <summary>Any element, its numbers written as everywhere.</summary>
    public void Add(FormattableString element) => _svg.Append(FormattableString.Invariant(element)).Append('\n');

    /// <summary>The picture; nothing can be added after.</summary>
    public string End() => _svg.Append("</svg>\n").ToString();

    private void Text(double x, double y, string anchor, string text, string more = "") =>
        Add($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{more}>{SecurityElement.Escape(text)}</text>");

    /// <summary>1, 2 or 5 times a power of ten, so that a range takes at most so many steps.</summary>
    internal static double StepFor(double range, int max)
    {
        var min = range > 0 ? range / max : 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(min)));
        var digit = min / power * 0.999999;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
