using System.Xml.Linq;
using Mbsa.Host.Reproduction;

namespace Mbsa.Host.Tests.Reproduction;

public sealed class SvgBarChartTests
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_bar_stands_on_the_axis_and_is_as_high_as_its_value_and_the_paper_is_a_stroke_across_it()
    {
        var svg = Draw(new BarSeries("a", "red", [10, 5], [null, 7.5]), new BarSeries("b", "blue", [0, 10]));

        // Two groups of 350, four fifths of each filled: bars of 140 that begin at 115 and 465.
        var bars = svg.Descendants(_svg + "rect").Skip(1)
            .Select(bar => string.Join(' ', new[] { "x", "y", "width", "height" }.Select(name => bar.Attribute(name)!.Value)));
        Assert.Equal(["115 70 140 320", "255 390 140 0", "465 230 140 160", "605 70 140 320"], bars);
        var stroke = Assert.Single(svg.Descendants(_svg + "line"), line => line.Attribute("stroke-width")?.Value == "2.5");
        Assert.Equal(("465", "150", "605"), (stroke.Attribute("x1")!.Value, stroke.Attribute("y1")!.Value, stroke.Attribute("x2")!.Value));
    }

    [Fact]
    public void Groups_bars_and_the_paper_are_named()
    {
        Assert.Superset(new HashSet<string> { "one", "two", "a", "b", "the paper", "title", "kind", "GB/s" },
            Names(Draw(new BarSeries("a", "red", [1, 2], [1, null]), new BarSeries("b", "blue", [1, 2]))));
        Assert.DoesNotContain("the paper", Names(Draw(new BarSeries("a", "red", [1, 2]))));

        static HashSet<string> Names(XDocument svg) => [.. svg.Descendants(_svg + "text").Select(text => text.Value)];
    }

    [Fact]
    public void A_number_of_the_paper_above_all_bars_is_inside_too()
    {
        var svg = Draw(new BarSeries("a", "red", [1, 1], [null, 100]));

        Assert.InRange(double.Parse(Assert.Single(svg.Descendants(_svg + "line"), line => line.Attribute("stroke-width")?.Value == "2.5")
            .Attribute("y1")!.Value, System.Globalization.CultureInfo.InvariantCulture), 70, 90);
    }

    private static XDocument Draw(params BarSeries[] series) =>
        XDocument.Parse(new SvgBarChart("title", "kind", "GB/s", ["one", "two"], series).Render());
}
