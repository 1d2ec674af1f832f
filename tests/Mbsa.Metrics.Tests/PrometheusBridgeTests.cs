using System.Diagnostics.Metrics;
using System.Globalization;
using Prometheus;

namespace Mbsa.Metrics.Tests;

public sealed class PrometheusBridgeTests : IDisposable
{
    private readonly TestSource source = new(TestSource.Host("h1", TestSource.Vm("oltp"), TestSource.Vm("writer-1", times: 3)));
    private readonly MbsaInstruments instruments;
    private readonly CollectorRegistry registry = new();
    private readonly PrometheusBridge bridge;

    public PrometheusBridgeTests()
    {
        instruments = new MbsaInstruments(source);
        bridge = new PrometheusBridge(
            instruments, registry, new Dictionary<string, IReadOnlyList<double>> { ["mbsa.test.pause"] = [0.1, 1] });
    }

    public void Dispose()
    {
        bridge.Dispose();
        instruments.Dispose();
    }

    [Theory]
    [InlineData("counter", "mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}", 10)]
    [InlineData("counter", "mbsa_io_operations_total{host=\"h1\",op=\"write\",vm=\"writer-1\"}", 60)]
    [InlineData("counter", "mbsa_io_bytes_total{host=\"h1\",op=\"read\",vm=\"oltp\"}", 40_960)]
    [InlineData("counter", "mbsa_io_bytes_total{host=\"h1\",op=\"write\",vm=\"oltp\"}", 81_920)]
    [InlineData("counter", "mbsa_cpu_time_seconds_total{host=\"h1\",kind=\"storage\",vm=\"oltp\"}", 0.125)]
    [InlineData("counter", "mbsa_cpu_time_seconds_total{host=\"h1\",kind=\"compute\",vm=\"oltp\"}", 0.25)]
    [InlineData("counter", "mbsa_cpu_throttled_time_seconds_total{host=\"h1\",vm=\"oltp\"}", 0.0625)]
    [InlineData("counter", "mbsa_scheduler_quanta_total{host=\"h1\",vm=\"writer-1\"}", 21)]
    [InlineData("counter", "mbsa_reservation_misses_total{host=\"h1\",vm=\"oltp\"}", 3)]
    [InlineData("counter", "mbsa_admission_refusals_total{host=\"h1\"}", 2)]
    [InlineData("counter", "mbsa_clock_time_seconds_total{host=\"h1\"}", 1.5)]
    [InlineData("gauge", "mbsa_share_planned_ratio{host=\"h1\",vm=\"oltp\"}", 0.3)]
    [InlineData("gauge", "mbsa_share_achieved_ratio{host=\"h1\",vm=\"oltp\"}", 0.29)]
    [InlineData("gauge", "mbsa_utilisation_ratio{host=\"h1\",resource=\"cpu\"}", 0.75)]
    [InlineData("gauge", "mbsa_utilisation_ratio{host=\"h1\",resource=\"bus\"}", 0.5)]
    [InlineData("gauge", "mbsa_utilisation_ratio{host=\"h1\",resource=\"nvm\"}", 0.25)]
    [InlineData("gauge", "mbsa_vms_running{host=\"h1\"}", 2)]
    [InlineData("gauge", "mbsa_vm_state{host=\"h1\",state=\"running\",vm=\"oltp\"}", 1)]
    [InlineData("gauge", "mbsa_nvm_allocated_bytes{host=\"h1\"}", 4096)]
    [InlineData("gauge", "mbsa_nvm_size_bytes{host=\"h1\"}", 8_589_934_592)]
    [InlineData("gauge", "mbsa_fairness_jain_ratio{host=\"h1\"}", 0.99)]
    public async Task A_scrape_shows_the_sample(string type, string series, double value)
    {
        Exposition scrape = await Exposition.Of(registry);
        Assert.Equal(value, scrape[series]);
        Assert.Equal(type, scrape.Types[series.Split('{')[0]]);
        Assert.Equal(1, source.Asked);
    }

    [Fact]
    public async Task Counters_follow_the_source_and_never_fall()
    {
        const string Reads = "mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}";
        Assert.Equal(10, (await Exposition.Of(registry))[Reads]);
        Assert.Equal(10, (await Exposition.Of(registry))[Reads]);
        source.Current = TestSource.Host("h1", TestSource.Vm("oltp", times: 5));
        Assert.Equal(50, (await Exposition.Of(registry))[Reads]);
    }

    [Fact]
    public async Task A_vm_made_again_under_its_old_name_counts_from_its_own_beginning()
    {
        source.Current = TestSource.Host("h1", TestSource.Vm("oltp", times: 5));
        await Exposition.Of(registry);
        source.Current = TestSource.Host("h1", TestSource.Vm("oltp", times: 2));
        Exposition scrape = await Exposition.Of(registry);
        Assert.Equal(20, scrape["mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
        Assert.Equal(20, scrape["mbsa_io_latency_seconds_count{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
        source.Current = TestSource.Host("h1", TestSource.Vm("oltp", times: 3));
        Assert.Equal(30, (await Exposition.Of(registry))["mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
    }

    [Fact]
    public async Task A_vm_that_is_gone_takes_all_its_series_with_it_and_no_other()
    {
        Histogram<double> pause = instruments.Meter.CreateHistogram<double>("mbsa.test.pause", "s", "Pauses.");
        pause.Record(0.5, new("vm", "oltp"), new("host", "h1"));
        pause.Record(0.5, new("vm", "writer-1"), new("host", "h1"));
        Exposition before = await Exposition.Of(registry);
        source.Current = source.Current with { Vms = source.Current.Vms.RemoveAt(0) };
        Exposition after = await Exposition.Of(registry);

        Assert.Contains(before.Values.Keys, series => series.Contains("vm=\"oltp\"", StringComparison.Ordinal));
        Assert.Equal(
            before.Values.Keys.Where(series => !series.Contains("vm=\"oltp\"", StringComparison.Ordinal)).Order(),
            after.Values.Keys.Order());
    }

    [Fact]
    public async Task What_is_no_more_observed_goes_though_its_vm_stays()
    {
        await Exposition.Of(registry);
        source.Current = TestSource.Host("h1", TestSource.Vm("oltp") with { PlannedShare = null, State = "stopped", ReadLatency = null });
        Exposition scrape = await Exposition.Of(registry);
        Assert.DoesNotContain("mbsa_share_planned_ratio{host=\"h1\",vm=\"oltp\"}", scrape.Values.Keys);
        Assert.DoesNotContain("mbsa_io_latency_seconds_count{host=\"h1\",op=\"read\",vm=\"oltp\"}", scrape.Values.Keys);
        Assert.Equal(
            "mbsa_vm_state{host=\"h1\",state=\"stopped\",vm=\"oltp\"}",
            Assert.Single(scrape.Values.Keys, series => series.StartsWith("mbsa_vm_state{", StringComparison.Ordinal)));
        Assert.Contains("mbsa_share_achieved_ratio{host=\"h1\",vm=\"oltp\"}", scrape.Values.Keys);
    }

    [Fact]
    public async Task A_source_that_fails_shows_nothing_rather_than_something_old_and_comes_back()
    {
        await Exposition.Of(registry);
        source.Failure = new InvalidOperationException("gone");
        Assert.Empty((await Exposition.Of(registry)).Values);
        source.Failure = null;
        Assert.Equal(10, (await Exposition.Of(registry))["mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
    }

    [Fact]
    public async Task Instruments_added_to_the_meter_later_are_bridged_by_their_kind()
    {
        Meter meter = instruments.Meter;
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

        Exposition scrape = await Exposition.Of(registry);
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
        Counter<long> counter = instruments.Meter.CreateCounter<long>("mbsa.test.tags", null, "Tags.");
        counter.Add(1, new("a", "x"), new("b", "y"));
        counter.Add(1, new("b", "y"), new("a", "x"));
        counter.Add(1, new("c.d", "x"), new("c-d", "y"));
        Exposition scrape = await Exposition.Of(registry);
        Assert.Equal(2, scrape["mbsa_test_tags_total{a=\"x\",b=\"y\"}"]);
        Assert.Equal(1, scrape["mbsa_test_tags_total{c_d=\"x;y\"}"]);
    }

    [Fact]
    public async Task Two_runs_share_nothing()
    {
        var otherSource = new TestSource(TestSource.Host("h2", TestSource.Vm("other")));
        using var otherInstruments = new MbsaInstruments(otherSource);
        var otherRegistry = new CollectorRegistry();
        using var otherBridge = new PrometheusBridge(otherInstruments, otherRegistry);

        Exposition mine = await Exposition.Of(registry);
        Exposition others = await Exposition.Of(otherRegistry);
        Assert.All(mine.Values.Keys, series => Assert.Contains("host=\"h1\"", series, StringComparison.Ordinal));
        Assert.All(others.Values.Keys, series => Assert.Contains("host=\"h2\"", series, StringComparison.Ordinal));
        Assert.Equal(1, source.Asked);
        Assert.Equal(1, otherSource.Asked);
    }

    [Fact]
    public async Task Two_hosts_can_share_a_registry_and_one_leaves_without_the_other()
    {
        using var otherInstruments = new MbsaInstruments(new TestSource(TestSource.Host("h2", TestSource.Vm("oltp"))));
        var otherBridge = new PrometheusBridge(otherInstruments, registry);
        Exposition both = await Exposition.Of(registry);
        Assert.Equal(2, both.Values.Keys.Count(series => series.StartsWith("mbsa_vms_running{", StringComparison.Ordinal)));

        otherBridge.Dispose();
        Exposition one = await Exposition.Of(registry);
        Assert.NotEmpty(one.Values);
        Assert.All(one.Values.Keys, series => Assert.Contains("host=\"h1\"", series, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Numbers_are_written_alike_whatever_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string inInvariant = (await Exposition.Of(registry)).Text;
        try
        {
            // Comma for the decimal point, as in much of Europe; made by hand because no culture data is loaded.
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = culture;
            instruments.Meter.CreateCounter<long>("mbsa.test.culture", null, "Culture.").Add(1, new KeyValuePair<string, object?>("x", -1.5));
            string inOther = (await Exposition.Of(registry)).Text;
            Assert.Contains("mbsa_test_culture_total{x=\"-1.5\"} 1", inOther, StringComparison.Ordinal);
            Assert.StartsWith(inInvariant.TrimEnd(), inOther, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
