using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Prometheus;

namespace Mbsa.Metrics.Tests;

[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public partial class OpenTelemetryTests
{
    // The SDK subscribes by the Meter's name and would take samples from the sources of tests that run beside this one.
    private const string Name = "Alone, as the SDK sees every Meter";

    [Fact]
    public async Task The_sdk_sees_the_same_metrics_types_and_values_as_prometheus_does()
    {
        const string Host = "seen-by-the-sdk";
        TestSource source = TwoHosts(Host);
        using var instruments = new MbsaInstruments(source, TestSource.Instruments);
        var registry = new CollectorRegistry();
        using var bridge = new PrometheusBridge(instruments, registry);
        using var exporter = new LastValues(Host);
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(MbsaInstruments.MeterName)
            .AddReader(new BaseExportingMetricReader(exporter))
            .Build();

        Assert.True(provider.ForceFlush());
        Exposition scrape = await Exposition.Of(registry);

        Assert.Equal(2, source.Asked);
        var withoutLatency = scrape.Values.Where(pair => !pair.Key.StartsWith("mbsa_io_latency_", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(withoutLatency.Keys.Order(), exporter.Values.Keys.Order());
        Assert.All(exporter.Values, pair => Assert.Equal(withoutLatency[pair.Key], pair.Value));
        Assert.All(exporter.Types, pair => Assert.Equal(scrape.Types[pair.Key], pair.Value));
    }

    [Fact]
    public async Task Names_types_and_values_are_those_of_opentelemetrys_own_prometheus_exporter()
    {
        const string Host = "seen-by-the-exporter";
        TestSource source = TwoHosts(Host);
        using var instruments = new MbsaInstruments(source, TestSource.Instruments);
        var registry = new CollectorRegistry();
        using var bridge = new PrometheusBridge(instruments, registry);
        int port = FreePort();
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(MbsaInstruments.MeterName)
            .AddPrometheusHttpListener(options => (options.Host, options.Port) = ("127.0.0.1", port))
            .Build();
        using var client = new HttpClient();

        Dictionary<string, string> theirs = Lines(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")), Host);
        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text);
        Dictionary<string, string> ours = Lines(Encoding.UTF8.GetString(text.ToArray()), Host);

        foreach (string latency in ours.Keys.Where(key => key.Contains("mbsa_io_latency", StringComparison.Ordinal)).ToArray())
        {
            ours.Remove(latency);
        }
        Assert.True(theirs.Count > 40);
        Assert.Empty(theirs.Except(ours));
        Assert.Empty(ours.Except(theirs));
    }

    [Fact]
    public void The_sdk_sees_a_vm_that_moved_on_its_new_host_and_no_more_on_the_old_one()
    {
        const string Host = "left-behind";
        const string Reads = "mbsa_io_operations_total{host=\"left-behind\",op=\"read\",vm=\"oltp\"}";
        TestSource source = TwoHosts(Host);
        using var instruments = new MbsaInstruments(source, TestSource.Instruments);
        using var exporter = new LastValues(Host);
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(MbsaInstruments.MeterName)
            .AddReader(new BaseExportingMetricReader(exporter))
            .Build();
        Assert.True(provider.ForceFlush());
        Assert.Equal(10, exporter.Values[Reads]);
        exporter.Values.Clear();

        source.Current = [TestSource.Host(Host), TestSource.Host($"{Host}-2", TestSource.Vm("oltp", times: 2))];
        Assert.True(provider.ForceFlush());

        Assert.DoesNotContain(Reads, exporter.Values.Keys);
        Assert.Equal(20, exporter.Values[Reads.Replace(Host, $"{Host}-2", StringComparison.Ordinal)]);
    }

    private static TestSource TwoHosts(string host) => new(
        TestSource.Host(host, TestSource.Vm("oltp"), TestSource.Vm("writer", times: 3)),
        TestSource.Host($"{host}-2", TestSource.Vm("moved", times: 5)) with { IsUp = false })
    {
        Cluster = TestSource.Between(),
    };

    /// <summary>Whether a series is of this test: it has a host of it, or is of what happens between hosts.</summary>
    private static bool IsOfThisTest(string metric, string? seriesHost, string host) =>
        seriesHost == host || seriesHost == $"{host}-2"
        || (seriesHost is null && metric.StartsWith("mbsa_cluster_", StringComparison.Ordinal));

    /// <summary>The types of the metrics and the samples of a test, without what an exporter adds of its own.</summary>
    private static Dictionary<string, string> Lines(string exposition, string host)
    {
        var found = new Dictionary<string, string>();
        foreach (string line in exposition.Split('\n'))
        {
            if (line.StartsWith("# TYPE mbsa_", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                found[words[2]] = words[3];
            }
            else if (line.Length > 0 && line[0] != '#' && line.Split('{', ' ')[0] is var name
                && IsOfThisTest(name, HostLabel().Match(line) is { Success: true } seriesHost ? seriesHost.Groups[1].Value : null, host))
            {
                IEnumerable<string> labels = Label().Matches(line).Select(match => match.Value)
                    .Where(label => !label.StartsWith("otel_", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal);
                found[$"{name}{{{string.Join(',', labels)}}}"] = line[Math.Max(name.Length, line.LastIndexOf('}') + 1)..]
                    .Trim().Split(' ')[0].ToUpperInvariant();
            }
        }
        return found;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("host=\"([^\"]*)\"")]
    private static partial Regex HostLabel();

    [GeneratedRegex("[a-z_]+=\"[^\"]*\"")]
    private static partial Regex Label();

    /// <summary>Keeps the points of a test under the names Prometheus gives them.</summary>
    private sealed class LastValues(string host) : BaseExporter<Metric>
    {
        public Dictionary<string, double> Values { get; } = [];

        public Dictionary<string, string> Types { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
            {
                bool counter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
                string name = PrometheusNames.Metric(metric.Name, metric.Unit, counter ? PrometheusKind.Counter : PrometheusKind.Gauge);
                foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                {
                    Keep(metric, name, counter, in point);
                }
            }
            return ExportResult.Success;
        }

        private void Keep(Metric metric, string name, bool counter, in MetricPoint point)
        {
            var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (KeyValuePair<string, object?> tag in point.Tags)
            {
                labels.Add(tag.Key, (string)tag.Value!);
            }
            if (!IsOfThisTest(name, labels.GetValueOrDefault("host"), host))
            {
                return;
            }
            Types[name] = counter ? "counter" : "gauge";
            string series = string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
            Values[series.Length == 0 ? name : $"{name}{{{series}}}"] = metric.MetricType switch
            {
                MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
                MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
                MetricType.LongGauge => point.GetGaugeLastValueLong(),
                MetricType.DoubleGauge => point.GetGaugeLastValueDouble(),
                _ => throw new InvalidOperationException($"{name} is a {metric.MetricType}."),
            };
        }
    }
}
