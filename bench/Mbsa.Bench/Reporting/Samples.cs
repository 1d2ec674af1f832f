namespace Mbsa.Bench.Reporting;

/// <summary>One figure, measured several times.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    /// <summary>Figures that were measured already.</summary>
    public Samples(IEnumerable<double> values) => _values.AddRange(values);

    /// <summary>Nothing measured yet.</summary>
    public Samples()
    {
    }

    /// <summary>Whether nothing was measured.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public double Median
    {
        get
        {
            var ordered = _values.Order().ToArray();
            return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
        }
    }

    /// <summary>Adds a measurement.</summary>
    public void Add(double value) => _values.Add(value);

    /// <summary>
    /// Ratios of measurements taken side by side. Their median says more than the ratio of two medians: what disturbs the machine for some
    /// seconds disturbs both halves of a pair.
    /// </summary>
    public Samples RatioTo(Samples other) => new(_values.Zip(other._values, (mine, others) => mine / others));

    /// <summary>Shares by which measurements fell short of others taken side by side; below 0 where they were better.</summary>
    public Samples LossAgainst(Samples other) => new(RatioTo(other)._values.Select(ratio => 1 - ratio));

    /// <summary>By how much measurements are above others taken side by side.</summary>
    public Samples Beyond(Samples other) => new(_values.Zip(other._values, (mine, others) => mine - others));

    /// <summary>
    /// "median (min..max)", of eight and more with the middle half of them; the median alone of one measurement, nothing of none.
    /// </summary>
    public string Text(Func<double, string> format) => _values.Count switch
    {
        0 => "",
        1 => format(Median),
        < 8 => $"{format(Median)} ({format(_values.Min())}..{format(_values.Max())})",
        _ => $"{format(Median)} ({format(_values.Min())}..{format(_values.Max())}; half {format(Ordered(1))}..{format(Ordered(3))})",
    };

    private double Ordered(int quarter) => _values.Order().ElementAt((_values.Count - 1) * quarter / 4);
}
