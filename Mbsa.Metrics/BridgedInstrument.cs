using System.Diagnostics.Metrics;
using Prometheus;

namespace Mbsa.Metrics;

/// <summary>One instrument and the families and series it has in the registry.</summary>
internal sealed class BridgedInstrument
{
    private readonly Instrument _instrument;
    private readonly IMetricFactory _factory;
    private readonly PrometheusKind _kind;
    private readonly bool _additive;
    private readonly string _name;
    private readonly double[]? _buckets;
    private readonly List<Family> _families = [];
    private readonly Dictionary<ChildBase, Series> _series = [];
    private readonly Lock _lock = new();

    /// <summary>Prepares the bridging of an instrument; families come with the first measurement.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="factory">Makes families in the registry.</param>
    /// <param name="buckets">Bounds, if it is a histogram; null for those of its advice or the default.</param>
    public BridgedInstrument(Instrument instrument, IMetricFactory factory, IReadOnlyList<double>? buckets)
    {
        _instrument = instrument;
        _factory = factory;
        Type type = instrument.GetType().GetGenericTypeDefinition();
        _kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? PrometheusKind.Counter
            : type == typeof(Histogram<>) ? PrometheusKind.Histogram
            : PrometheusKind.Gauge;
        _additive = type == typeof(Counter<>) || type == typeof(UpDownCounter<>);
        _name = PrometheusNames.Metric(instrument.Name, instrument.Unit, _kind);
        _buckets = buckets?.ToArray() ?? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray();
    }

    /// <summary>Takes a measurement over into its series.</summary>
    /// <param name="value">The measurement: a step for additive instruments, the standing value or the observation for others.</param>
    /// <param name="tags">Its tags.</param>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            Family family = FamilyOf(tags);
            string[] labels = family.Layout.Values(tags);
            ChildBase child = family.Collector switch
            {
                Counter counter => Count(counter, labels, value),
                Gauge gauge => Set(gauge.WithLabels(labels), value),
                Histogram histogram => Observe(histogram.WithLabels(labels), value),
                _ => throw new InvalidOperationException($"{_name} is of no known kind."),
            };
            if (!_series.TryGetValue(child, out Series? known))
            {
                int vm = Array.IndexOf(family.Layout.Names, "vm");
                _series.Add(child, known = new Series(vm < 0 ? null : labels[vm]));
            }
            known.Fresh = true;
        }
    }

    /// <summary>Removes what was not observed since the last call, or belongs to a VM that is gone.</summary>
    /// <param name="vms">Names of the VMs there are; null when that is not known.</param>
    public void DropStale(HashSet<string>? vms)
    {
        lock (_lock)
        {
            foreach ((ChildBase child, Series known) in _series)
            {
                bool unseen = _instrument.IsObservable && !known.Fresh;
                bool ofGoneVm = vms is not null && known.Vm is not null && !vms.Contains(known.Vm);
                if (unseen || ofGoneVm)
                {
                    child.Remove();
                    _series.Remove(child);
                }
                known.Fresh = false;
            }
        }
    }

    /// <summary>Removes every series of this instrument.</summary>
    public void DropAll()
    {
        lock (_lock)
        {
            foreach (ChildBase child in _series.Keys)
            {
                child.Remove();
            }
            _series.Clear();
        }
    }

    private Counter.Child Count(Counter counter, string[] labels, double value)
    {
        Counter.Child child = counter.WithLabels(labels);
        if (_additive)
        {
            child.Inc(value);
            return child;
        }
        if (value < child.Value)
        {
            // What is counted began anew, as when a VM was made again under its old name. A counter cannot fall, a new one can start.
            child.Remove();
            _series.Remove(child);
            child = counter.WithLabels(labels);
        }
        child.IncTo(value);
        return child;
    }

    private Gauge.Child Set(Gauge.Child child, double value)
    {
        if (_additive)
        {
            child.Inc(value);
        }
        else
        {
            child.Set(value);
        }
        return child;
    }

    private static Histogram.Child Observe(Histogram.Child child, double value)
    {
        child.Observe(value);
        return child;
    }

    private Family FamilyOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (Family known in _families)
        {
            if (known.Layout.Fits(tags))
            {
                return known;
            }
        }
        var layout = new LabelLayout(tags);
        string help = _instrument.Description ?? "";
        Collector collector = _kind switch
        {
            PrometheusKind.Counter => _factory.CreateCounter(_name, help, layout.Names),
            PrometheusKind.Gauge => _factory.CreateGauge(_name, help, layout.Names),
            _ => _factory.CreateHistogram(_name, help, layout.Names, new HistogramConfiguration { Buckets = _buckets }),
        };
        var family = new Family(layout, collector);
        _families.Add(family);
        return family;
    }

    private sealed record Family(LabelLayout Layout, Collector Collector);

    private sealed class Series(string? vm)
    {
        public string? Vm { get; } = vm;

        /// <summary>Observed since the last look.</summary>
        public bool Fresh { get; set; }
    }
}
