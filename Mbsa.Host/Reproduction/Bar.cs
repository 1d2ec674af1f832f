using System.Globalization;

namespace Mbsa.Host.Reproduction;

/// <summary>What a figure must reach to count as reproduced, and what it did.</summary>
/// <param name="What">What is measured.</param>
/// <param name="IsMax">Whether the limit is the most it may be; else the least.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Measured">What it is.</param>
/// <param name="Unit">"%" for fractions to be shown as percentages; else empty.</param>
internal sealed record Bar(string What, bool IsMax, double Limit, double Measured, string Unit = "%")
{
    /// <summary>Whether it was reached. What is not a number never is.</summary>
    public bool Held => IsMax ? Measured <= Limit : Measured >= Limit;

    /// <summary>"held    due-time, 1 GB &lt;= 1 %  (measured 0.62 %)".</summary>
    public override string ToString() =>
        $"{(Held ? "held  " : "FAILED")}  {What} {(IsMax ? "<=" : ">=")} {Show(Limit)}  (measured {Show(Measured)})";

    private string Show(double value) => Unit == "%"
        ? $"{(value * 100).ToString("0.###", CultureInfo.InvariantCulture)} %"
        : value.ToString("0.###", CultureInfo.InvariantCulture);
}
