using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Numerics;
using Prometheus;

namespace Mbsa.Metrics;

/// <summary>
/// Shows the instruments of one run to Prometheus: before each scrape of the registry they are read into prometheus-net's families, with
/// OpenTelemetry's naming, counters as counters. A series that is not observed any more goes; so does everything labelled with a VM that
/// the sample does not hold. When the source fails, the scrape has no values of it rather than old ones.
/// </summary>
public sealed class PrometheusBridge : IDisposable
{
    private readonly MbsaInstruments instruments;
    private readonly IMetricFactory factory;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<double>> histogramBuckets;
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<BridgedInstrument> bridged = new();
    private readonly LatencyFamily latencies;
    private readonly Lock gate = new();
    private bool disposed;

    /// <summary>Connects the instruments with the registry for as long as the bridge is not disposed.</summary>
    /// <param name="instruments">The run's instruments; instruments added to their Meter later are seen too.</param>
    /// <param name="registry">The run's registry. Bridges of several hosts may share one.</param>
    /// <param name="histogramBuckets">
    /// Upper bounds for histogram instruments, rising, in the instrument's unit, by the instrument's name. One that is not named gets the
    /// bounds its own advice gives, or prometheus-net's.
    /// </param>
    public PrometheusBridge(
        MbsaInstruments instruments,
        CollectorRegistry registry,
        IReadOnlyDictionary<string, IReadOnlyList<double>>? histogramBuckets = null)
    {
        this.instruments = instruments;
        this.histogramBuckets = histogramBuckets ?? ImmutableDictionary<string, IReadOnlyList<double>>.Empty;
        factory = Prometheus.Metrics.WithCustomRegistry(registry);
        latencies = new LatencyFamily(factory);

        listener.InstrumentPublished = Adopt;
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        listener.Start();
        registry.AddBeforeCollectCallback(Collect);
    }

    /// <summary>Stops reading and takes the series of this run out of the registry.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }
            // The registry cannot be told to forget the callback; from here on it does nothing.
            disposed = true;
            listener.Dispose();
            foreach (BridgedInstrument instrument in bridged)
            {
                instrument.DropAll();
            }
            latencies.Show(null);
        }
    }

    private void Adopt(Instrument instrument, MeterListener from)
    {
        if (ReferenceEquals(instrument.Meter, instruments.Meter))
        {
            var adopted = new BridgedInstrument(instrument, factory, histogramBuckets.GetValueOrDefault(instrument.Name));
            bridged.Enqueue(adopted);
            from.EnableMeasurementEvents(instrument, adopted);
        }
    }

    private void Listen<T>()
        where T : struct, INumber<T> =>
        listener.SetMeasurementEventCallback<T>(static (_, value, tags, state) =>
            ((BridgedInstrument)state!).Record(double.CreateChecked(value), tags));

    private void Collect()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }
            RunSample? sample = null;
            try
            {
                listener.RecordObservableInstruments();
                sample = instruments.LastSample;
            }
            finally
            {
                // prometheus-net logs what a callback throws and serves on.
                DropStale(sample);
            }
        }
    }

    private void DropStale(RunSample? sample)
    {
        HashSet<string>? vms = sample is null ? null : [.. sample.Hosts.SelectMany(host => host.Present).Select(vm => vm.Name)];
        foreach (BridgedInstrument instrument in bridged)
        {
            instrument.DropStale(vms);
        }
        latencies.Show(sample);
    }
}
