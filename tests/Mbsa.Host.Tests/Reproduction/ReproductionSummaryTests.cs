using System.Text.Json.Nodes;
using Mbsa.Host.Reproduction;

namespace Mbsa.Host.Tests.Reproduction;

public sealed class ReproductionSummaryTests
{
    private static readonly FreeParameter _parameter = new("software", "819 ns", "claim 1");

    [Fact]
    public void Errors_are_of_the_predicted_numbers_alone_and_without_their_sign()
    {
        var summary = Of(Predicted(10, 100, 104), Predicted(10, 100, 98), new Claim(1, "fitted", ClaimKind.Calibrated, 100, 200));

        Assert.Equal(0.03, summary.MeanError, 1e-12);
        Assert.Equal(0.04, summary.Worst!.Error, 1e-12);
        Assert.Equal(["held    predicted claims: mean error <= 5 %  (measured 3 %)",
            "held    predicted claims: maximum error <= 10 %  (measured 4 %)"], summary.Bars.Select(bar => bar.ToString()));
        Assert.Equal("predicted: 2 numbers by 1 free parameters, mean error 3 %, maximum +4.0 % (claim 10: what)", summary.LastLine);
    }

    [Theory]
    [InlineData(100, 94, 100, 100, true)]
    [InlineData(100, 89.9, 100, 100, false)]
    [InlineData(100, 109, 100, 109, false)] // no one is far off, but all are
    public void Predictions_are_at_most_a_tenth_off_and_a_twentieth_on_average(double paper,
        double emulated, double paper2, double emulated2, bool isHeld) =>
        Assert.Equal(isHeld, Of(Predicted(6, paper, emulated), Predicted(8, paper2, emulated2)).Bars.All(bar => bar.Held));

    [Fact]
    public void Where_nothing_is_predicted_nothing_is_promised()
    {
        var summary = Of();

        Assert.Empty(summary.Bars);
        Assert.Null(summary.LastLine);
        Assert.Equal("Free parameters: all that was fitted to the paper", Assert.Single(summary.Tables).Title);
    }

    [Fact]
    public void Claims_are_in_order_apart_by_kind_and_a_parameter_of_two_figures_is_one()
    {
        var figures = new[] { Figure(Predicted(14, 1, 1), Predicted(6, 1, 1)), Figure(new Claim(1, "fitted", ClaimKind.Calibrated, 1, 1)) };
        var tables = new ReproductionSummary([.. figures.Select(figure => new MadeFigure("fig", figure))]).Tables;

        Assert.Equal([["1"], ["software"], ["6", "14"]], tables.Select(table => table.Rows.Select(row => row[0])));
    }

    [Fact]
    public void The_page_cannot_be_broken_by_what_is_written_in_it_and_says_what_failed()
    {
        var figure = Figure(Predicted(6, 1, 2)) with { Title = "a < b & c", Bars = [new Bar("it <holds>", IsMax: true, 1, 2, "")] };
        MadeFigure[] made = [new MadeFigure("fig5", figure)];

        var page = HtmlReport.Render(made, new ReproductionSummary(made));

        Assert.Contains("<h2 id=\"fig5\">a &lt; b &amp; c</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<li class=\"failed\">FAILED  it &lt;holds&gt; &lt;= 1  (measured 2)</li>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"name\">what</td><td>1</td><td>2.00</td><td>+100.0</td>", page, StringComparison.Ordinal);
        Assert.Contains("</svg>", page, StringComparison.Ordinal);
    }

    private static Claim Predicted(int number, double paper, double emulated) => new(number, "what", ClaimKind.Predicted, paper, emulated);

    private static ReproductionSummary Of(params Claim[] claims) => new([new MadeFigure("fig2", Figure(claims))]);

    private static FigureResult Figure(params Claim[] claims) => new()
    {
        Title = "title",
        Notes = [],
        Tables = [],
        Bars = [],
        Claims = claims,
        FreeParameters = [_parameter],
        Chart = new SvgBarChart("t", "x", "y", ["g"], [new BarSeries("s", "red", [1])]),
        Json = new JsonObject(),
    };
}
