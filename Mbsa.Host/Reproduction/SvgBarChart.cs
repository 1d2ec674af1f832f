namespace Mbsa.Host.Reproduction;

/// <summary>The bars of one colour: one in each group.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">As SVG names it.</param>
/// <param name="Values">A bar's height in each group, at least 0.</param>
/// <param name="Paper">What the paper says of each, drawn as a stroke across the bar; null where it gives no number.</param>
internal sealed record BarSeries(string Name, string Colour, IReadOnlyList<double> Values, IReadOnlyList<double?>? Paper = null);

/// <summary>A chart of bars in groups, as the paper draws its figures.</summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">Below the horizontal axis.</param>
/// <param name="YLabel">Beside the vertical axis, which begins at 0.</param>
/// <param name="Groups">Names of the groups, from left to right.</param>
/// <param name="Series">The bars.</param>
internal sealed record SvgBarChart(string Title, string XLabel, string YLabel,
    IReadOnlyList<string> Groups, IReadOnlyList<BarSeries> Series) : IChart
{
    /// <summary>Part of a group's width that its bars take.</summary>
    private const double Filled = 0.8;

    /// <inheritdoc/>
    public string Render()
    {
        var papers = Series.SelectMany(series => series.Paper ?? []).OfType<double>();
        var canvas = new SvgCanvas(Title, XLabel, YLabel, Series.SelectMany(series => series.Values).Concat(papers));
        var groupWidth = (SvgCanvas.Right - SvgCanvas.Left) / Groups.Count;
        var barWidth = groupWidth * Filled / Series.Count;
        for (var group = 0; group < Groups.Count; group++)
        {
            canvas.XTick(SvgCanvas.Left + (group + 0.5) * groupWidth, Groups[group]);
            for (var i = 0; i < Series.Count; i++)
            {
                Draw(canvas, Series[i], group, SvgCanvas.Left + (group + (1 - Filled) / 2) * groupWidth + i * barWidth, barWidth);
            }
        }

        var strokes = papers.Any() ? 1 : 0;
        for (var i = 0; i < Series.Count; i++)
        {
            canvas.Legend(i, Series.Count + strokes, Series[i].Name, Series[i].Colour);
        }

        if (strokes > 0)
        {
            canvas.Legend(Series.Count, Series.Count + strokes, "the paper", "black");
        }

        return canvas.End();
    }

    private static void Draw(SvgCanvas canvas, BarSeries series, int group, double x, double width)
    {
        var top = canvas.Y(series.Values[group]);
        var (height, fill) = (SvgCanvas.Bottom - top, series.Colour);
        canvas.Add($"<rect x=\"{x:0.##}\" y=\"{top:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{fill}\"/>");
        if (series.Paper?[group] is { } paper)
        {
            var y = canvas.Y(paper);
            canvas.Add(
                $"<line x1=\"{x:0.##}\" y1=\"{y:0.##}\" x2=\"{x + width:0.##}\" y2=\"{y:0.##}\" stroke=\"black\" stroke-width=\"2.5\"/>");
        }
    }
}
