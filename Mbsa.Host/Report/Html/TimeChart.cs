using System.Text;
using Mbsa.Host.Reproduction;

namespace Mbsa.Host.Report.Html;

/// <summary>A line of a <see cref="TimeChart"/>.</summary>
/// <param name="Name">Its name in the legend; a dashed line has none of its own.</param>
/// <param name="Colour">Which of the style sheet's colours.</param>
/// <param name="Values">A value for each moment; not a number where there is none.</param>
/// <param name="IsDashed">Dashed, as a plan beside what came of it.</param>
internal sealed record TimeLine(string Name, int Colour, IReadOnlyList<double> Values, bool IsDashed = false);

/// <summary>
/// Lines over the scenario's clock as a picture within a page, in the colours of its style sheet, so that it follows light, dark and
/// paper. The same input gives the same bytes.
/// </summary>
/// <param name="Title">Above it.</param>
/// <param name="Seconds">The moments, rising.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Show">A value of the vertical axis, for people.</param>
internal sealed record TimeChart(string Title, IReadOnlyList<double> Seconds, IReadOnlyList<TimeLine> Lines, Func<double, string> Show)
{
    /// <summary>Colours of the style sheet.</summary>
    public const int Colours = 8;

    private const double Width = 560, Height = 230, Left = 72, Right = 12, Top = 10, Bottom = 26;

    /// <summary>Whether the vertical axis is logarithmic; else it begins at 0.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Until when the run warmed up, in seconds.</summary>
    public double WarmupSeconds { get; init; }

    /// <summary>The picture with its title and legend; empty when there is nothing to show.</summary>
    public string Render()
    {
        var values = Lines.SelectMany(line => line.Values)
            .Where(value => double.IsFinite(value) && (value > 0 || !IsLogarithmic)).ToArray();
        if (values.Length == 0 || Seconds.Count == 0)
        {
            return "";
        }

        var (low, high, ticks) = IsLogarithmic ? Decades(values.Min(), values.Max()) : Steps(values.Max());
        double Along(double value) => IsLogarithmic ? Math.Log10(value / low) / Math.Log10(high / low) : (value - low) / (high - low);
        double X(double seconds) => Left + seconds / Seconds[^1] * (Width - Left - Right);
        double Y(double value) => Height - Bottom - Along(value) * (Height - Top - Bottom);

        var svg = new StringBuilder();
        svg.Append(Inv($"<figure><figcaption>{HtmlPage.Escape(Title)}</figcaption>"))
            .Append(Inv($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Escape(Title)}\">"));
        if (WarmupSeconds > 0)
        {
            var width = X(Math.Min(WarmupSeconds, Seconds[^1])) - Left;
            svg.Append(Inv($"<rect class=\"warmup\" x=\"{Left}\" y=\"{Top}\" width=\"{width:0.#}\" height=\"{Height - Top - Bottom}\"/>"));
        }

        foreach (var tick in ticks)
        {
            svg.Append(Inv($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):0.#}\" y2=\"{Y(tick):0.#}\"/>"));
            svg.Append(Inv($"<text x=\"{Left - 6}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{HtmlPage.Escape(Show(tick))}</text>"));
        }

        foreach (var tick in Steps(Seconds[^1]).Ticks.Where(tick => tick <= Seconds[^1] * 1.0001))
        {
            svg.Append(Inv($"<text x=\"{X(tick):0.#}\" y=\"{Height - 8}\" text-anchor=\"middle\">{tick:0.######} s</text>"));
        }

        foreach (var line in Lines)
        {
            Draw(svg, line, X, Y);
        }

        svg.Append("</svg><p class=\"legend\">");
        foreach (var line in Lines.Where(line => !line.IsDashed))
        {
            svg.Append(Inv($"<span><i class=\"b{line.Colour % Colours}\"></i>{HtmlPage.Escape(line.Name)}</span>"));
        }

        return svg.Append("</p></figure>").ToString();
    }

    private void Draw(StringBuilder svg, TimeLine line, Func<double, double> x, Func<double, double> y)
    {
        var stretch = new List<string>();
        for (var i = 0; i <= line.Values.Count; i++)
        {
            if (i < line.Values.Count && double.IsFinite(line.Values[i]) && (line.Values[i] > 0 || !IsLogarithmic))
            {
                stretch.Add(Inv($"{x(Seconds[i]):0.#},{y(line.Values[i]):0.#}"));
            }
            else if (stretch.Count > 0)
            {
                var dash = line.IsDashed ? " stroke-dasharray=\"5 4\"" : "";
                svg.Append(Inv($"<polyline class=\"s{line.Colour % Colours}\"{dash} points=\"{string.Join(' ', stretch)}\"/>"));
                stretch.Clear();
            }
        }
    }

    private static (double Low, double High, IReadOnlyList<double> Ticks) Steps(double max)
    {
        var step = SvgCanvas.StepFor(max, 5);
        var high = Math.Max(Math.Ceiling(max / step * 0.999999) * step, step);
        return (0, high, [.. Enumerable.Range(0, (int)Math.Round(high / step) + 1).Select(tick => tick * step)]);
    }

    private static (double Low, double High, IReadOnlyList<double> Ticks) Decades(double min, double max)
    {
        var low = Math.Pow(10, Math.Floor(Math.Log10(min)));
        var high = Math.Max(Math.Pow(10, Math.Ceiling(Math.Log10(max))), low * 10);
        var ticks = new List<double>();
        for (var decade = low; decade <= high * 1.0001; decade *= 10)
        {
            ticks.Add(decade);
        }

        return (low, high, ticks);
    }

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
