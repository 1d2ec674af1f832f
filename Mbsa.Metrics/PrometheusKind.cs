namespace Mbsa.Metrics;

/// <summary>What a metric is to Prometheus.</summary>
public enum PrometheusKind
{
    /// <summary>A total that only grows.</summary>
    Counter,

    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>Counts in buckets, and a sum.</summary>
    Histogram,
}
