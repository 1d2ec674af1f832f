using System.Diagnostics.Metrics;
using Mbsa.Model.Watching;
using Prometheus;

namespace Mbsa.Metrics.Tests;

public sealed class PrometheusBridgeTests : IDisposable
{
    private readonly TestSource _source = new(TestSource.Host("h1", TestSource.Vm("oltp"), TestSource.Vm("writer-1", times: 3)));
    private readonly MbsaInstruments _instruments;
    private readonly CollectorRegistry _registry = new();
    private readonly PrometheusBridge _bridge;

    public PrometheusBridgeTests()
    {
        _instruments = new MbsaInstruments(_source, TestSource.Instruments);
        _bridge = new PrometheusBridge(_instruments, _registry);
    }

    public void Dispose()
    {
        _bridge.Dispose();
        _instruments.Dispose();
    }

    [Theory]
    [InlineData("counter", "mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}", 10)]
    [InlineData("counter", "mbsa_io_operations_total{host=\"h1\",op=\"write\",vm=\"writer-1\"}", 60)]
    [InlineData("counter", "mbsa_io_bytes_total{host=\"h1\",op=\"read\",vm=\"oltp\"}", 40_960)]
    [InlineData("counter", "mbsa_io_bytes_total{host=\"h1\",op=\"write\",vm=\"oltp\"}", 81_920)]
    [InlineData("counter", "mbsa_cpu_time_seconds_total{host=\"h1\",kind=\"storage\",vm=\"oltp\"}", 0.125)]
    [InlineData("counter", "mbsa_cpu_time_seconds_total{host=\"h1\",kind=\"compute\",vm=\"oltp\"}", 0.25)]
    [InlineData("counter", "mbsa_cpu_waiting_time_seconds_total{host=\"h1\",vm=\"oltp\"}", 0.0625)]
    [InlineData("counter", "mbsa_cpu_throttled_time_seconds_total{host=\"h1\",vm=\"oltp\"}", 0.03125)]
    [InlineData("counter", "mbsa_scheduler_quanta_total{host=\"h1\",vm=\"writer-1\"}", 21)]
    [InlineData("counter", "mbsa_reservation_misses_total{host=\"h1\",vm=\"oltp\"}", 3)]
    [InlineData("counter", "mbsa_scheduler_plans_total{host=\"h1\"}", 5)]
    [InlineData("counter", "mbsa_scheduler_overhead_seconds_total{host=\"h1\"}", 0.5)]
    [InlineData("counter", "mbsa_wear_block_writes_total{host=\"h1\",vm=\"writer-1\"}", 64)]
    [InlineData("counter", "mbsa_wear_extra_writes_total{host=\"h1\",vm=\"oltp\"}", 4)]
    [InlineData("gauge", "mbsa_wear_worst_writes{host=\"h1\",vm=\"oltp\"}", 9)]
    [InlineData("gauge", "mbsa_wear_mean_writes{host=\"h1\",vm=\"oltp\"}", 2.5)]
    [InlineData("gauge", "mbsa_wear_worst_ratio{host=\"h1\",vm=\"oltp\"}", 9e-6)]
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
        Exposition scrape = await Exposition.Of(_registry);
        Assert.Equal(value, scrape[series]);
        Assert.Equal(type, scrape.Types[series.Split('{')[0]]);
        Assert.Equal(1, _source.Asked);
    }

    [Fact]
    public async Task A_single_host_has_no_series_of_what_happens_between_hosts() =>
        Assert.DoesNotContain("mbsa_cluster_", (await Exposition.Of(_registry)).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("gauge", "mbsa_cluster_host_up{host=\"h1\"}", 1)]
    [InlineData("gauge", "mbsa_cluster_host_up{host=\"h2\"}", 0)]
    [InlineData("counter", "mbsa_cluster_host_losses_total", 4)]
    [InlineData("counter", "mbsa_cluster_migrations_total{outcome=\"done\"}", 11)]
    [InlineData("counter", "mbsa_cluster_migrations_total{outcome=\"cancelled\"}", 2)]
    [InlineData("gauge", "mbsa_cluster_migrations_under_way", 3)]
    [InlineData("counter", "mbsa_cluster_migrated_bytes_total", 5_242_880)]
    [InlineData("counter", "mbsa_cluster_downtime_seconds_total", 0.375)]
    [InlineData("counter", "mbsa_scheduler_plans_total{host=\"h2\"}", 5)]
    public async Task A_scrape_of_several_hosts_shows_them_and_what_happened_between_them(string type, string series, double value)
    {
        (_source.Current, _source.Cluster) = ([TestSource.Host("h1"), TestSource.Host("h2") with { IsUp = false }], TestSource.Between());
        Exposition scrape = await Exposition.Of(_registry);
        Assert.Equal(value, scrape[series]);
        Assert.Equal(type, scrape.Types[series.Split('{')[0]]);
        Assert.Equal(1, _source.Asked);
    }

    [Fact]
    public async Task A_vm_that_moved_has_all_its_series_on_the_new_host_and_none_on_the_old_one()
    {
        VmSample oltp = TestSource.Vm("oltp");
        _source.Current = [TestSource.Host("h1", oltp), TestSource.Host("h2")];
        Exposition before = await Exposition.Of(_registry);
        _source.Current = [TestSource.Host("h1"), TestSource.Host("h2", TestSource.Vm("oltp", times: 2))];
        Exposition after = await Exposition.Of(_registry);

        string[] SeriesOf(Exposition scrape) =>
            [.. scrape.Values.Keys.Where(series => series.Contains("vm=\"oltp\"", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(SeriesOf(before));
        Assert.Equal(SeriesOf(before)
            .Select(series => series.Replace("host=\"h1\"", "host=\"h2\"", StringComparison.Ordinal)), SeriesOf(after));
        Assert.Equal(20, after["mbsa_io_operations_total{host=\"h2\",op=\"read\",vm=\"oltp\"}"]);
        Assert.Equal(20, after["mbsa_io_latency_seconds_count{host=\"h2\",op=\"read\",vm=\"oltp\"}"]);
    }

    [Fact]
    public async Task Counters_follow_the_source_and_never_fall()
    {
        const string Reads = "mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}";
        Assert.Equal(10, (await Exposition.Of(_registry))[Reads]);
        Assert.Equal(10, (await Exposition.Of(_registry))[Reads]);
        _source.Current = [TestSource.Host("h1", TestSource.Vm("oltp", times: 5))];
        Assert.Equal(50, (await Exposition.Of(_registry))[Reads]);
    }

    [Fact]
    public async Task A_vm_made_again_under_its_old_name_counts_from_its_own_beginning()
    {
        _source.Current = [TestSource.Host("h1", TestSource.Vm("oltp", times: 5))];
        await Exposition.Of(_registry);
        _source.Current = [TestSource.Host("h1", TestSource.Vm("oltp", times: 2))];
        Exposition scrape = await Exposition.Of(_registry);
        Assert.Equal(20, scrape["mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
        Assert.Equal(20, scrape["mbsa_io_latency_seconds_count{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
        _source.Current = [TestSource.Host("h1", TestSource.Vm("oltp", times: 3))];
        Assert.Equal(30, (await Exposition.Of(_registry))["mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
    }

    [Fact]
    public async Task A_vm_that_is_gone_takes_all_its_series_with_it_and_no_other()
    {
        Histogram<double> pause = _instruments.Meter.CreateHistogram<double>("mbsa.test.pause", "s", "Pauses.");
        pause.Record(0.5, new("vm", "oltp"), new("host", "h1"));
        pause.Record(0.5, new("vm", "writer-1"), new("host", "h1"));
        Exposition before = await Exposition.Of(_registry);
        _source.Current = [_source.Current[0] with { Vms = _source.Current[0].Vms.RemoveAt(0) }];
        Exposition after = await Exposition.Of(_registry);

        Assert.Contains(before.Values.Keys, series => series.Contains("vm=\"oltp\"", StringComparison.Ordinal));
        Assert.Equal(
            before.Values.Keys.Where(series => !series.Contains("vm=\"oltp\"", StringComparison.Ordinal)).Order(),
            after.Values.Keys.Order());
    }

    [Fact]
    public async Task A_vm_that_was_stopped_is_gone()
    {
        _source.Current = [TestSource.Host("h1", TestSource.Vm("oltp"), TestSource.Vm("writer-1") with { State = VmState.Stopped })];
        Exposition scrape = await Exposition.Of(_registry);
        Assert.Contains("mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}", scrape.Values.Keys);
        Assert.DoesNotContain(scrape.Values.Keys, series => series.Contains("writer-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_more_observed_goes_though_its_vm_stays()
    {
        await Exposition.Of(_registry);
        _source.Current =
            [TestSource.Host("h1", TestSource.Vm("oltp") with { PlannedShare = null, State = VmState.Finished, ReadLatency = null })];
        Exposition scrape = await Exposition.Of(_registry);
        Assert.DoesNotContain("mbsa_share_planned_ratio{host=\"h1\",vm=\"oltp\"}", scrape.Values.Keys);
        Assert.DoesNotContain("mbsa_io_latency_seconds_count{host=\"h1\",op=\"read\",vm=\"oltp\"}", scrape.Values.Keys);
        Assert.Equal(
            "mbsa_vm_state{host=\"h1\",state=\"finished\",vm=\"oltp\"}",
            Assert.Single(scrape.Values.Keys, series => series.StartsWith("mbsa_vm_state{", StringComparison.Ordinal)));
        Assert.Contains("mbsa_share_achieved_ratio{host=\"h1\",vm=\"oltp\"}", scrape.Values.Keys);
    }

    [Fact]
    public async Task A_source_that_fails_shows_nothing_rather_than_something_old_and_comes_back()
    {
        await Exposition.Of(_registry);
        _source.Failure = new InvalidOperationException("gone");
        Assert.Empty((await Exposition.Of(_registry)).Values);
        _source.Failure = null;
        Assert.Equal(10, (await Exposition.Of(_registry))["mbsa_io_operations_total{host=\"h1\",op=\"read\",vm=\"oltp\"}"]);
    }

    [Fact]
    public async Task Two_runs_share_nothing()
    {
        var otherSource = new TestSource(TestSource.Host("h2", TestSource.Vm("other")));
        using var otherInstruments = new MbsaInstruments(otherSource, TestSource.Instruments);
        var otherRegistry = new CollectorRegistry();
        using var otherBridge = new PrometheusBridge(otherInstruments, otherRegistry);

        Exposition mine = await Exposition.Of(_registry);
        Exposition others = await Exposition.Of(otherRegistry);
        Assert.All(mine.Values.Keys, series => Assert.Contains("host=\"h1\"", series, StringComparison.Ordinal));
        Assert.All(others.Values.Keys, series => Assert.Contains("host=\"h2\"", series, StringComparison.Ordinal));
        Assert.Equal(1, _source.Asked);
        Assert.Equal(1, otherSource.Asked);
    }

    [Fact]
    public async Task Two_hosts_can_share_a_registry_and_one_leaves_without_the_other()
    {
        using var otherInstruments = new MbsaInstruments(new TestSource(TestSource.Host("h2", TestSource.Vm("oltp"))),
            TestSource.Instruments);
        var otherBridge = new PrometheusBridge(otherInstruments, _registry);
        Exposition both = await Exposition.Of(_registry);
        Assert.Equal(2, both.Values.Keys.Count(series => series.StartsWith("mbsa_vms_running{", StringComparison.Ordinal)));

        otherBridge.Dispose();
        Exposition one = await Exposition.Of(_registry);
        Assert.NotEmpty(one.Values);
        Assert.All(one.Values.Keys, series => Assert.Contains("host=\"h1\"", series, StringComparison.Ordinal));
    }
}
