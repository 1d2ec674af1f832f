using OpenTelemetry;
using OpenTelemetry.Metrics;
using Prometheus;

namespace Mbsa.Metrics.Tests;

public class OpenTelemetryTests
{
    [Fact]
    public async Task The_sdk_sees_the_same_metrics_types_and_values_as_prometheus_does()
    {
        // The SDK subscribes by name and tests run side by side: the host tells this run's points from the others'.
        const string Host = "seen-by-the-sdk";
        var source = new TestSource(TestSource.Host(Host, TestSource.Vm("oltp"), TestSource.Vm("writer", times: 3)));
        using var instruments = new MbsaInstruments(source);
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

    /// <summary>Keeps the points of one host under the names Prometheus gives them.</summary>
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
            if (labels.GetValueOrDefault("host") != host)
            {
                return;
            }
            Types[name] = counter ? "counter" : "gauge";
            Values[$"{name}{{{string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""))}}}"] = metric.MetricType switch
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
