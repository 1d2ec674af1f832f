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
    private readonly MbsaInstruments _instruments;
    private readonly IMetricFactory _factory;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<double>> _histogramBuckets;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<BridgedInstrument> _bridged = new();
    private readonly LatencyFamily _latencies;
    private readonly Lock _lock = new();
    private bool _disposed;

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
        _instruments = instruments;
        _histogramBuckets = histogramBuckets ?? ImmutableDictionary<string, IReadOnlyList<double>>.Empty;
        _factory = Prometheus.Metrics.WithCustomRegistry(registry);
        _latencies = new LatencyFamily(_factory);

        _listener.InstrumentPublished = Adopt;
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        _listener.Start();
        registry.AddBeforeCollectCallback(Collect);
    }

    /// <summary>Stops reading and takes the series of this run out of the registry.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            // The registry cannot be told to forget the callback; from here on it does nothing.
            _disposed = true;
            _listener.Dispose();
            foreach (BridgedInstrument instrument in _bridged)
            {
                instrument.DropAll();
            }
            _latencies.Show(null);
        }
    }

    private void Adopt(Instrument instrument, MeterListener from)
    {
        if (ReferenceEquals(instrument.Meter, _instruments.Meter))
        {
            var adopted = new BridgedInstrument(instrument, _factory, _histogramBuckets.GetValueOrDefault(instrument.Name));
            _bridged.Enqueue(adopted);
            from.EnableMeasurementEvents(instrument, adopted);
        }
    }

    private void Listen<T>()
        where T : struct, INumber<T> =>
        _listener.SetMeasurementEventCallback<T>(static (_, value, tags, state) =>
            ((BridgedInstrument)state!).Record(double.CreateChecked(value), tags));

    private void Collect()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            RunSample? sample = null;
            try
            {
                _listener.RecordObservableInstruments();
                sample = _instruments.LastSample;
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
        foreach (BridgedInstrument instrument in _bridged)
        {
            instrument.DropStale(vms);
        }
        _latencies.Show(sample);
    }
}
