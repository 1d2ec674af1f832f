using System.Text;

namespace Mbsa.Metrics;

/// <summary>
/// Turns the names of instruments and tags into those of Prometheus. Source of the rules: OpenTelemetry specification, "Prometheus and
/// OpenMetrics Compatibility", sections "Metric Metadata" and "Metric Attributes".
/// </summary>
public static class PrometheusNames
{
    /// <summary>
    /// Name of a metric: letters, digits and single underscores; then the unit in full, unless the name ends with it already; then
    /// <c>_total</c> on a counter. <c>mbsa.cpu.time</c> in <c>s</c>, a counter, is <c>mbsa_cpu_time_seconds_total</c>.
    /// </summary>
    /// <param name="instrument">Name of the instrument.</param>
    /// <param name="unit">Its unit in UCUM's notation (<c>s</c>, <c>By</c>, <c>1</c>, <c>{operation}</c>); null or empty for none.</param>
    /// <param name="kind">What the metric is.</param>
    /// <returns>The name.</returns>
    public static string Metric(string instrument, string? unit, PrometheusKind kind)
    {
        string name = Sanitise(instrument);
        string suffix = UnitInWords(unit ?? "", kind);
        bool isThere = name.EndsWith(suffix, StringComparison.Ordinal)
            || (kind == PrometheusKind.Counter && name.EndsWith($"{suffix}_total", StringComparison.Ordinal));
        if (!isThere)
        {
            name += $"_{suffix}";
        }
        return kind == PrometheusKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total" : name;
    }

    /// <summary>Name of a label: what is no letter, digit or underscore becomes an underscore, several in a row one.</summary>
    /// <param name="tag">Key of the tag.</param>
    /// <returns>The name.</returns>
    public static string Label(string tag) => Sanitise(tag);

    private static string Sanitise(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            bool valid = char.IsAsciiLetter(c) || (char.IsAsciiDigit(c) && result.Length > 0);
            if (valid)
            {
                result.Append(c);
            }
            else if (result.Length == 0 || result[^1] != '_')
            {
                result.Append('_');
            }
        }
        return result.Length == 0 ? "_" : result.ToString();
    }

    private static string UnitInWords(string unit, PrometheusKind kind)
    {
        string bare = WithoutAnnotations(unit);
        int slash = bare.IndexOf('/', StringComparison.Ordinal);
        string words = slash > 0 && slash < bare.Length - 1
            ? $"{Plural(bare[..slash], kind)}_per_{Singular(bare[(slash + 1)..])}"
            : Plural(bare, kind);
        return words.Length == 0 ? "" : Sanitise(words).Trim('_');
    }

    /// <summary>Takes the parts in braces away: they say what is counted, which the name does already.</summary>
    private static string WithoutAnnotations(string unit)
    {
        var result = new StringBuilder(unit.Length);
        bool inside = false;
        foreach (char c in unit)
        {
            if (c is '{' or '}')
            {
                inside = c == '{';
            }
            else if (!inside)
            {
                result.Append(c);
            }
        }
        return result.ToString();
    }

    private static string Plural(string unit, PrometheusKind kind) => unit switch
    {
        // A total of dimensionless things is no ratio.
        "1" => kind == PrometheusKind.Gauge ? "ratio" : "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "Hz" => "hertz",
        "%" => "percent",
        _ => unit,
    };

    private static string Singular(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        _ => unit,
    };
}
