using System.Globalization;
using System.Xml.Linq;
using Mbsa.Host.Reproduction;

namespace Mbsa.Host.Tests.Reproduction;

public sealed class SvgChartTests
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Points_lie_where_the_axes_say()
    {
        var svg = Draw([(0, 0), (4, 10)]);
        var line = Assert.Single(svg.Descendants(_svg + "polyline"));
        Assert.Equal("80,390 780,70", line.Attribute("points")!.Value);

        // Halfway along both axes, and the tick of 5 beside it.
        var middle = Draw([(0, 0), (2, 5), (4, 10)]).Descendants(_svg + "circle").ElementAt(1);
        Assert.Equal(("430", "230"), (middle.Attribute("cx")!.Value, middle.Attribute("cy")!.Value));
        Assert.Contains("230", Text(svg, "4").Concat(Text(svg, "6")).Average()
            .ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_in_it_cannot_break_it_and_every_axis_and_line_has_its_name()
    {
        var texts = Draw([(0, 1), (4, 2)]).Descendants(_svg + "text").Select(text => text.Value).ToArray();

        Assert.Superset(new HashSet<string> { "a < b & \"c\"", "place", "writes", "line", "0", "left", "right" }, texts.ToHashSet());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-6)]
    [InlineData(7)]
    [InlineData(123456789)]
    [InlineData(-3)]
    public void Any_range_gets_two_to_ten_ticks_and_no_point_outside(double top)
    {
        var svg = Draw([(0, 0), (4, top)]);
        var ticks = svg.Descendants(_svg + "line").Count(line => line.Attribute("stroke")!.Value == "#dddddd");
        Assert.InRange(ticks, 2, 10);
        Assert.All(svg.Descendants(_svg + "circle"), circle =>
            Assert.InRange(double.Parse(circle.Attribute("cy")!.Value, CultureInfo.InvariantCulture), 70, 390));
    }

    private static IEnumerable<double> Text(XDocument svg, string value) => svg.Descendants(_svg + "text")
        .Where(text => text.Value == value).Select(text => double.Parse(text.Attribute("y")!.Value, CultureInfo.InvariantCulture) - 4);

    private static XDocument Draw((double, double)[] points) => XDocument.Parse(
        new SvgChart("a < b & \"c\"", "place", "writes", [(0, "left"), (4, "right")],
            [new ChartSeries("line", "red", points, HasMarkers: true)]).Render());
}
