namespace Mbsa.Host.Reproduction;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">As SVG names it.</param>
/// <param name="Points">Its points, from left to right.</param>
/// <param name="HasMarkers">Whether each point is marked: for few points.</param>
internal sealed record ChartSeries(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points, bool HasMarkers = false);

/// <summary>A line chart.</summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">Below the horizontal axis.</param>
/// <param name="YLabel">Beside the vertical axis, which begins at 0 or below.</param>
/// <param name="XTicks">Marks of the horizontal axis; it goes from the first to the last.</param>
/// <param name="Series">The lines.</param>
internal sealed record SvgChart(string Title, string XLabel, string YLabel,
    IReadOnlyList<(double At, string Label)> XTicks, IReadOnlyList<ChartSeries> Series) : IChart
{
    /// <inheritdoc/>
    public string Render()
    {
        var canvas = new SvgCanvas(Title, XLabel, YLabel, Series.SelectMany(series => series.Points).Select(point => point.Y));
        foreach (var (at, label) in XTicks)
        {
            canvas.XTick(X(at), label);
        }

        for (var i = 0; i < Series.Count; i++)
        {
            Draw(canvas, Series[i]);
            canvas.Legend(i, Series.Count, Series[i].Name, Series[i].Colour);
        }

        return canvas.End();
    }

    private double X(double x) => SvgCanvas.Left + (x - XTicks[0].At) / (XTicks[^1].At - XTicks[0].At) * (SvgCanvas.Right - SvgCanvas.Left);

    private void Draw(SvgCanvas canvas, ChartSeries series)
    {
        var points = series.Points.Select(point => FormattableString.Invariant($"{X(point.X):0.##},{canvas.Y(point.Y):0.##}"));
        canvas.Add($"<polyline fill=\"none\" stroke=\"{series.Colour}\" stroke-width=\"1.5\" points=\"{string.Join(' ', points)}\"/>");
        foreach (var (x, y) in series.HasMarkers ? series.Points : [])
        {
            canvas.Add($"<circle cx=\"{X(x):0.##}\" cy=\"{canvas.Y(y):0.##}\" r=\"4\" fill=\"{series.Colour}\"/>");
        }
    }
}
