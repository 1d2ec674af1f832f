using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;
using Prometheus;

namespace Mbsa.Metrics;

/// <summary>
/// The latency histogram in the registry, brought up to the sample at each scrape. prometheus-net takes observations, not counts, so each
/// bucket's new latencies are observed at one value between its bounds, chosen so that the sum comes out as the batch says.
/// </summary>
internal sealed class LatencyFamily(IMetricFactory factory)
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly Histogram _family = factory.CreateHistogram(
        PrometheusNames.Metric(MbsaInstruments.LatencyName, "s", PrometheusKind.Histogram),
        "Latency of I/Os, from issue to completion.",
        ["host", "op", "vm"],
        new HistogramConfiguration { Buckets = [.. LatencyBuckets.BoundariesNs.Select(ns => ns / NanosecondsPerSecond)] });

    private readonly Dictionary<(string Host, string Op, string Vm), Series> _series = [];

    /// <summary>Makes the histogram show the sample and nothing else.</summary>
    /// <param name="sample">The sample; null when there is none.</param>
    public void Show(RunSample? sample)
    {
        var shown = new HashSet<(string, string, string)>();
        foreach (HostSample host in sample?.Hosts ?? [])
        {
            foreach (VmSample vm in host.Present)
            {
                Show((host.Host, "read", vm.Name), vm.ReadLatency, shown);
                Show((host.Host, "write", vm.Name), vm.WriteLatency, shown);
            }
        }
        foreach (((string Host, string Op, string Vm) key, Series known) in _series)
        {
            if (!shown.Contains(key))
            {
                known.Child.Remove();
                _series.Remove(key);
            }
        }
    }

    private void Show((string Host, string Op, string Vm) key, LatencyBatch? batch, HashSet<(string, string, string)> shown)
    {
        if (batch is null)
        {
            return;
        }
        shown.Add(key);
        if (_series.TryGetValue(key, out Series? known) && known.IsAheadOf(batch))
        {
            // Counted anew: see BridgedInstrument.
            known.Child.Remove();
            known = null;
        }
        if (known is null)
        {
            known = new Series(_family.WithLabels(key.Host, key.Op, key.Vm));
            _series[key] = known;
        }
        known.AdvanceTo(batch);
    }

    private sealed class Series(Histogram.Child child)
    {
        private readonly long[] _counts = new long[LatencyBuckets.Count];

        public Histogram.Child Child { get; } = child;

        /// <summary>Whether some bucket holds more than the batch gives it.</summary>
        public bool IsAheadOf(LatencyBatch batch) => NewIn(batch).Any(count => count < 0);

        public void AdvanceTo(LatencyBatch batch)
        {
            long[] added = NewIn(batch);
            // What the sum has to grow by, and how much of that the buckets' lower and upper ends account for.
            double growth = (batch.SumNs / NanosecondsPerSecond) - Child.Sum;
            double min = 0;
            double width = 0;
            for (int i = 0; i < added.Length; i++)
            {
                min += added[i] * Lowest(i);
                width += added[i] * (Highest(i) - Lowest(i));
            }
            double along = width > 0 ? Math.Clamp((growth - min) / width, 0, 1) : 0;
            double rest = growth;
            for (int i = 0; i < added.Length; i++)
            {
                if (added[i] > 0)
                {
                    // The bucket without a bound comes last and takes what the others leave.
                    double value = i == added.Length - 1
                        ? Math.Max(Lowest(i), rest / added[i])
                        : Math.Min(Highest(i), Lowest(i) + (along * (Highest(i) - Lowest(i))));
                    Child.Observe(value, added[i]);
                    rest -= value * added[i];
                    _counts[i] += added[i];
                }
            }
        }

        private long[] NewIn(LatencyBatch batch)
        {
            var added = new long[_counts.Length];
            long below = 0;
            for (int i = 0; i < added.Length; i++)
            {
                added[i] = batch.CumulativeCounts[i] - below - _counts[i];
                below = batch.CumulativeCounts[i];
            }
            return added;
        }

        // Latencies are whole nanoseconds and bounds inclusive: the least in a bucket lies one above the bound before.
        private static double Lowest(int bucket) =>
            bucket == 0 ? 0 : (LatencyBuckets.BoundariesNs[bucket - 1] + 1) / NanosecondsPerSecond;

        private static double Highest(int bucket) =>
            bucket == LatencyBuckets.Count - 1 ? Lowest(bucket) : LatencyBuckets.BoundariesNs[bucket] / NanosecondsPerSecond;
    }
}
