using System.Diagnostics.Metrics;
using System.Globalization;
using Prometheus;

namespace Mbsa.Metrics.Tests;

public sealed class BridgedInstrumentTests : IDisposable
{
    private readonly MbsaInstruments _instruments = new(new TestSource(TestSource.Host("h1", TestSource.Vm("oltp"))),
        TestSource.Instruments);
    private readonly CollectorRegistry _registry = new();
    private readonly PrometheusBridge _bridge;

    public BridgedInstrumentTests() =>
        _bridge = new PrometheusBridge(
            _instruments, _registry, new Dictionary<string, IReadOnlyList<double>> { ["mbsa.test.pause"] = [0.1, 1] });

    public void Dispose()
    {
        _bridge.Dispose();
        _instruments.Dispose();
    }

    [Fact]
    public async Task Instruments_added_to_the_meter_later_are_bridged_by_their_kind()
    {
        Meter meter = _instruments.Meter;
        Counter<long> migrations = meter.CreateCounter<long>("mbsa.test.migrations", "{migration}", "Migrations.");
        UpDownCounter<int> open = meter.CreateUpDownCounter<int>("mbsa.test.open", "{file}", "Open files.");
        Gauge<double> level = meter.CreateGauge<double>("mbsa.test.level", "1", "A level.");
        Histogram<double> pause = meter.CreateHistogram<double>("mbsa.test.pause", "s", "Pauses.");
        migrations.Add(2);
        migrations.Add(3);
        open.Add(5);
        open.Add(-1);
        level.Record(0.5);
        level.Record(0.25);
        pause.Record(0.05, new KeyValuePair<string, object?>("service.name", 7));
        pause.Record(0.5, new KeyValuePair<string, object?>("service.name", 7));
        pause.Record(50, new KeyValuePair<string, object?>("service.name", 7));

        Exposition scrape = await Exposition.Of(_registry);
        Assert.Equal(5, scrape["mbsa_test_migrations_total"]);
        Assert.Equal(4, scrape["mbsa_test_open"]);
        Assert.Equal(0.25, scrape["mbsa_test_level_ratio"]);
        Assert.Equal(1, scrape["mbsa_test_pause_seconds_bucket{service_name=\"7\",le=\"0.1\"}"]);
        Assert.Equal(2, scrape["mbsa_test_pause_seconds_bucket{service_name=\"7\",le=\"1\"}"]);
        Assert.Equal(3, scrape["mbsa_test_pause_seconds_bucket{service_name=\"7\",le=\"+Inf\"}"]);
        Assert.Equal(50.55, scrape["mbsa_test_pause_seconds_sum{service_name=\"7\"}"], 12);
        Assert.Equal(
            ["counter", "gauge", "gauge", "histogram"],
            new[] { "migrations_total", "open", "level_ratio", "pause_seconds" }.Select(name => scrape.Types[$"mbsa_test_{name}"]));
    }

    [Fact]
    public async Task Tags_in_another_order_are_the_same_series_and_colliding_ones_are_joined()
    {
        Counter<long> counter = _instruments.Meter.CreateCounter<long>("mbsa.test.tags", null, "Tags.");
        counter.Add(1, new("a", "x"), new("b", "y"));
        counter.Add(1, new("b", "y"), new("a", "x"));
        counter.Add(1, new("c.d", "x"), new("c-d", "y"));
        Exposition scrape = await Exposition.Of(_registry);
        Assert.Equal(2, scrape["mbsa_test_tags_total{a=\"x\",b=\"y\"}"]);
        Assert.Equal(1, scrape["mbsa_test_tags_total{c_d=\"x;y\"}"]);
    }

    [Fact]
    public async Task Numbers_are_written_alike_whatever_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string inInvariant = (await Exposition.Of(_registry)).Text;
        try
        {
            // Comma for the decimal point, as in much of Europe; made by hand because no culture data is loaded.
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = culture;
            _instruments.Meter.CreateCounter<long>("mbsa.test.culture", null, "Culture.")
                .Add(1, new KeyValuePair<string, object?>("x", -1.5));
            string inOther = (await Exposition.Of(_registry)).Text;
            Assert.Contains("mbsa_test_culture_total{x=\"-1.5\"} 1", inOther, StringComparison.Ordinal);
            Assert.StartsWith(inInvariant.TrimEnd(), inOther, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task A_histogram_nobody_gave_buckets_has_those_of_its_advice()
    {
        Histogram<double> advised = _instruments.Meter.CreateHistogram(
            "mbsa.test.advised", "s", "Advised.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [2, 4] });
        advised.Record(3);
        Exposition scrape = await Exposition.Of(_registry);
        Assert.Equal(
            ["+Inf", "2", "4"],
            scrape.Values.Keys.Where(series => series.StartsWith("mbsa_test_advised_seconds_bucket", StringComparison.Ordinal))
                .Select(series => series.Split('"')[1]).Order(StringComparer.Ordinal));
    }
}
