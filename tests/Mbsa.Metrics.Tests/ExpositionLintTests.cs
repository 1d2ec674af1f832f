using System.Text.RegularExpressions;
using Prometheus;

namespace Mbsa.Metrics.Tests;

/// <summary>What promtool check metrics would say, and that docs/METRICS.md lists what there is.</summary>
public partial class ExpositionLintTests
{
    [Fact]
    public async Task Every_metric_has_help_and_type_and_a_name_as_its_type_asks()
    {
        Exposition scrape = await Scrape();
        Assert.NotEmpty(scrape.Types);
        Assert.Equal(scrape.Types.Keys.Order(), scrape.Help.Keys.Order());
        Assert.All(scrape.Types, metric =>
        {
            Assert.Matches("^mbsa(_[a-z]+)+$", metric.Key);
            Assert.NotEqual("", scrape.Help[metric.Key]);
            Assert.Equal(metric.Value == "counter", metric.Key.EndsWith("_total", StringComparison.Ordinal));
            Assert.DoesNotMatch("_(count|sum|bucket|info)$", metric.Key);
            Assert.DoesNotMatch("_(counter|gauge|histogram|milli|micro|nano|kilo|mega)", metric.Key);
        });
    }

    [Fact]
    public async Task Every_series_belongs_to_a_declared_metric_and_has_no_label_but_the_agreed_ones()
    {
        Exposition scrape = await Scrape();
        Assert.All(scrape.Values.Keys, series =>
        {
            string name = series.Split('{')[0];
            Assert.Contains(HistogramPart().Replace(name, ""), scrape.Types.Keys);
            Assert.All(
                LabelName().Matches(series).Select(match => match.Groups[1].Value),
                label => Assert.Contains(label, new[] { "host", "vm", "op", "kind", "resource", "state", "outcome", "le" }));
        });
    }

    // Those of disks are given by whoever makes the instruments, and documented with them.
    [Fact]
    public async Task The_documentation_lists_every_metric_with_its_type_and_labels_and_no_other()
    {
        Exposition scrape = await Scrape();
        string[] documented = [.. File.ReadLines(Path.Combine(Root(), "docs", "METRICS.md"))
            .Where(line => line.StartsWith("| `mbsa_", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[1].Trim('`')} {cells[3]} {cells[5]}")
            .Where(line => !OfDisks(line))
            .Order(StringComparer.Ordinal)];
        string[] exported = [.. scrape.Types
            .Select(metric => $"{metric.Key} {metric.Value} {string.Join(", ", LabelsOf(scrape, metric.Key))}")
            .Where(line => !OfDisks(line))
            .Order(StringComparer.Ordinal)];
        Assert.Equal(exported, documented);
    }

    private static bool OfDisks(string line) =>
        line.StartsWith("mbsa_wear_", StringComparison.Ordinal) || line.StartsWith("mbsa_lifetime_", StringComparison.Ordinal);

    private static IEnumerable<string> LabelsOf(Exposition scrape, string metric) =>
        LabelName().Matches(scrape.Values.Keys.First(series => series.StartsWith(metric, StringComparison.Ordinal)))
            .Select(match => match.Groups[1].Value)
            .Where(label => label != "le")
            .Order(StringComparer.Ordinal);

    private static async Task<Exposition> Scrape()
    {
        using var instruments = new MbsaInstruments(
            new TestSource(TestSource.Host("h", TestSource.Vm("a"), TestSource.Vm("b")),
                TestSource.Host("h-2"))
            { Cluster = TestSource.Between() },
            TestSource.Instruments);
        var registry = new CollectorRegistry();
        using var bridge = new PrometheusBridge(instruments, registry);
        return await Exposition.Of(registry);
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mbsa.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }
        return folder;
    }

    [GeneratedRegex("(?<=_seconds)_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();

    [GeneratedRegex("([a-z_]+)=\"")]
    private static partial Regex LabelName();
}
