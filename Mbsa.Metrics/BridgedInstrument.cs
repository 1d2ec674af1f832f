using System.Diagnostics.Metrics;
using Prometheus;

namespace Mbsa.Metrics;

/// <summary>One instrument and the families and series it has in the registry.</summary>
internal sealed class BridgedInstrument
{
    private readonly Instrument instrument;
    private readonly IMetricFactory factory;
    private readonly PrometheusKind kind;
    private readonly bool additive;
    private readonly string name;
    private readonly double[]? buckets;
    private readonly List<Family> families = [];
    private readonly Dictionary<ChildBase, Series> series = [];
    private readonly Lock gate = new();

    /// <summary>Prepares the bridging of an instrument; families come with the first measurement.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="factory">Makes families in the registry.</param>
    /// <param name="buckets">Bounds, if it is a histogram; null for those of its advice or the default.</param>
    public BridgedInstrument(Instrument instrument, IMetricFactory factory, IReadOnlyList<double>? buckets)
    {
        this.instrument = instrument;
        this.factory = factory;
        Type type = instrument.GetType().GetGenericTypeDefinition();
        kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? PrometheusKind.Counter
            : type == typeof(Histogram<>) ? PrometheusKind.Histogram
            : PrometheusKind.Gauge;
        additive = type == typeof(Counter<>) || type == typeof(UpDownCounter<>);
        name = PrometheusNames.Metric(instrument.Name, instrument.Unit, kind);
        this.buckets = buckets?.ToArray() ?? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray();
    }

    /// <summary>Takes a measurement over into its series.</summary>
    /// <param name="value">The measurement: a step for additive instruments, the standing value or the observation for others.</param>
    /// <param name="tags">Its tags.</param>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            Family family = FamilyOf(tags);
            string[] labels = family.Layout.Values(tags);
            ChildBase child = family.Collector switch
            {
                Counter counter => Count(counter, labels, value),
                Gauge gauge => Set(gauge.WithLabels(labels), value),
                Histogram histogram => Observe(histogram.WithLabels(labels), value),
                _ => throw new InvalidOperationException($"{name} is of no known kind."),
            };
            if (!series.TryGetValue(child, out Series? known))
            {
                int vm = Array.IndexOf(family.Layout.Names, "vm");
                series.Add(child, known = new Series(vm < 0 ? null : labels[vm]));
            }
            known.Fresh = true;
        }
    }

    /// <summary>Removes what was not observed since the last call, or belongs to a VM that is gone.</summary>
    /// <param name="vms">Names of the VMs there are; null when that is not known.</param>
    public void DropStale(HashSet<string>? vms)
    {
        lock (gate)
        {
            foreach ((ChildBase child, Series known) in series)
            {
                bool unseen = instrument.IsObservable && !known.Fresh;
                bool ofGoneVm = vms is not null && known.Vm is not null && !vms.Contains(known.Vm);
                if (unseen || ofGoneVm)
                {
                    child.Remove();
                    series.Remove(child);
                }
                known.Fresh = false;
            }
        }
    }

    /// <summary>Removes every series of this instrument.</summary>
    public void DropAll()
    {
        lock (gate)
        {
            foreach (ChildBase child in series.Keys)
            {
                child.Remove();
            }
            series.Clear();
        }
    }

    private Counter.Child Count(Counter counter, string[] labels, double value)
    {
        Counter.Child child = counter.WithLabels(labels);
        if (additive)
        {
            child.Inc(value);
            return child;
        }
        if (value < child.Value)
        {
            // What is counted began anew, as when a VM was made again under its old name. A counter cannot fall, a new one can start.
            child.Remove();
            series.Remove(child);
            child = counter.WithLabels(labels);
        }
        child.IncTo(value);
        return child;
    }

    private Gauge.Child Set(Gauge.Child child, double value)
    {
        if (additive)
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
        foreach (Family known in families)
        {
            if (known.Layout.Fits(tags))
            {
                return known;
            }
        }
        var layout = new LabelLayout(tags);
        string help = instrument.Description ?? "";
        Collector collector = kind switch
        {
            PrometheusKind.Counter => factory.CreateCounter(name, help, layout.Names),
            PrometheusKind.Gauge => factory.CreateGauge(name, help, layout.Names),
            _ => factory.CreateHistogram(name, help, layout.Names, new HistogramConfiguration { Buckets = buckets }),
        };
        var family = new Family(layout, collector);
        families.Add(family);
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
