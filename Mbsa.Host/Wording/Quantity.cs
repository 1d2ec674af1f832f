using System.Globalization;
using Mbsa.Vm;

namespace Mbsa.Host.Wording;

/// <summary>What a number with a unit measures.</summary>
public enum Dimension
{
    /// <summary>A time, kept in nanoseconds: 25us.</summary>
    Time,

    /// <summary>A size, kept in bytes; its units are binary: 1GiB and 1GB are the same.</summary>
    Size,

    /// <summary>A rate, kept in bytes per second; MB/s is 10^6, MiB/s is 2^20, and Gbit/s is 10^9 bits, as networks have it.</summary>
    Bandwidth,

    /// <summary>A rate, kept in I/Os per second: 200kIOPS is 200,000.</summary>
    Iops,

    /// <summary>A fraction, kept as such: 40% is 0.4.</summary>
    Percent,

    /// <summary>A plain number, k, M and G being thousands, millions and so on.</summary>
    Count,
}

/// <summary>Numbers with units as people write them, for scenario files and for the command line.</summary>
/// <remarks>
/// A decimal unit is put into the exponent before the text becomes a number, so the result is the double nearest to what was written:
/// 1.57us is 1570 ns on every machine.
/// </remarks>
public static class Quantity
{
    private readonly record struct Unit(string Name, int Exponent, double Factor = 1);

    private static readonly Unit[] _times =
        [new("ns", 0), new("us", 3), new("µs", 3), new("ms", 6), new("s", 9), new("m", 9, 60), new("min", 9, 60), new("h", 9, 3600),
            new("d", 9, 24 * 3600), new("y", 9, 365 * 24 * 3600)];

    private static readonly Unit[] _sizes =
    [
        new("B", 0), new("k", 0, 1L << 10), new("kB", 0, 1L << 10), new("KiB", 0, 1L << 10),
        new("M", 0, 1L << 20), new("MB", 0, 1L << 20), new("MiB", 0, 1L << 20),
        new("G", 0, 1L << 30), new("GB", 0, 1L << 30), new("GiB", 0, 1L << 30),
        new("T", 0, 1L << 40), new("TB", 0, 1L << 40), new("TiB", 0, 1L << 40),
    ];

    private static readonly Unit[] _bandwidths =
    [
        new("B/s", 0), new("kB/s", 3), new("KB/s", 3), new("MB/s", 6), new("GB/s", 9), new("TB/s", 12),
        new("KiB/s", 0, 1L << 10), new("kiB/s", 0, 1L << 10),
        new("MiB/s", 0, 1L << 20), new("GiB/s", 0, 1L << 30), new("TiB/s", 0, 1L << 40),
        new("kbit/s", 3, 0.125), new("Mbit/s", 6, 0.125), new("Gbit/s", 9, 0.125), new("Tbit/s", 12, 0.125),
    ];

    private static readonly Unit[] _iops = [new("IOPS", 0), new("kIOPS", 3), new("MIOPS", 6)];
    private static readonly Unit[] _percents = [new("%", -2)];
    private static readonly Unit[] _counts = [new("", 0), new("k", 3), new("M", 6), new("G", 9)];

    /// <summary>A time in whole nanoseconds; <see cref="InputException"/> says what would have been right.</summary>
    public static long TimeNs(string text) => Whole(text, Dimension.Time);

    /// <summary>A size in whole bytes; <see cref="InputException"/> says what would have been right.</summary>
    public static long SizeBytes(string text) => Whole(text, Dimension.Size);

    /// <summary>
    /// A number in the unit in which its dimension is kept; <see cref="InputException"/> says what would have been right.
    /// </summary>
    public static double Parse(string text, Dimension dimension) =>
        Try(text, dimension, out var value) is { } error ? throw new InputException(error) : value;

    private static long Whole(string text, Dimension dimension) =>
        TryWhole(text, dimension, out var value) is { } error ? throw new InputException(error) : value;

    /// <summary>A whole number in the unit in which its dimension is kept; answers what is wrong, or null.</summary>
    internal static string? TryWhole(string text, Dimension dimension, out long whole)
    {
        whole = 0;
        if (Try(text, dimension, out var value) is { } error)
        {
            return error;
        }

        // Beyond 2^53 a double skips whole numbers; nothing measured here comes near (104 days, 8 PiB).
        if (value > 1L << 53)
        {
            return $"'{Excerpt.Of(text)}' is too large";
        }

        if (value != Math.Floor(value))
        {
            return $"'{Excerpt.Of(text)}' is not a whole number of {(dimension == Dimension.Time ? "nanoseconds" : "bytes")}";
        }

        whole = (long)value;
        return null;
    }

    /// <summary>Reads a number and its unit; answers what is wrong, or null.</summary>
    internal static string? Try(string text, Dimension dimension, out double value)
    {
        value = 0;
        var trimmed = text.AsSpan().Trim();
        var shown = Excerpt.Of(text);
        if (trimmed.StartsWith("-", StringComparison.Ordinal))
        {
            return $"'{shown}' is negative; {Expected(dimension)}";
        }

        var length = NumberLength(trimmed);
        if (length == 0)
        {
            return $"'{shown}' is not {NameOf(dimension)}; {Expected(dimension)}";
        }

        var unitText = trimmed[length..].TrimStart();
        if (unitText.IsEmpty && dimension != Dimension.Count)
        {
            return $"'{shown}' has no unit; {Expected(dimension)}";
        }

        if (FindUnit(unitText, dimension) is not { } unit)
        {
            return $"'{shown}' has no unit of {NameOf(dimension)}; {Expected(dimension)}";
        }

        value = Scale(trimmed[..length], unit);
        return double.IsFinite(value) ? null : $"'{shown}' is too large";
    }

    /// <summary>Digits, a fraction, an exponent: the part of the text that is the number.</summary>
    private static int NumberLength(ReadOnlySpan<char> text)
    {
        var digits = DigitsAt(text, 0);
        if (digits == 0)
        {
            return 0;
        }

        var end = digits;
        if (end < text.Length && text[end] == '.')
        {
            var fraction = DigitsAt(text, end + 1);
            if (fraction == 0)
            {
                return 0;
            }

            end += 1 + fraction;
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var sign = end + 1 < text.Length && text[end + 1] is '+' or '-' ? 1 : 0;
            var exponent = DigitsAt(text, end + 1 + sign);
            if (exponent is > 0 and <= 4)
            {
                end += 1 + sign + exponent;
            }
        }

        return end;
    }

    private static int DigitsAt(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return Math.Max(0, end - start);
    }

    private static double Scale(ReadOnlySpan<char> number, Unit unit)
    {
        var e = number.IndexOfAny('e', 'E');
        var mantissa = e < 0 ? number : number[..e];
        var exponent = unit.Exponent
            + (e < 0 ? 0 : int.Parse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        return double.Parse($"{mantissa}e{exponent}", NumberStyles.Float, CultureInfo.InvariantCulture) * unit.Factor;
    }

    private static Unit? FindUnit(ReadOnlySpan<char> text, Dimension dimension)
    {
        // Bits and bytes differ by a letter's case in a rate, minutes and mega- in a time; only sizes and IOPS cannot be misread.
        var comparison = dimension is Dimension.Size or Dimension.Iops ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var unit in UnitsOf(dimension))
        {
            if (text.Equals(unit.Name, comparison))
            {
                return unit;
            }
        }

        return null;
    }

    private static Unit[] UnitsOf(Dimension dimension) => dimension switch
    {
        Dimension.Time => _times,
        Dimension.Size => _sizes,
        Dimension.Bandwidth => _bandwidths,
        Dimension.Iops => _iops,
        Dimension.Percent => _percents,
        _ => _counts,
    };

    /// <summary>What the dimension is called in a message, with its article.</summary>
    internal static string NameOf(Dimension dimension) => dimension switch
    {
        Dimension.Time => "a time",
        Dimension.Size => "a size",
        Dimension.Bandwidth => "a bandwidth",
        Dimension.Iops => "a rate of I/Os",
        Dimension.Percent => "a percentage",
        _ => "a number",
    };

    /// <summary>An example and the units of a dimension, for a message.</summary>
    internal static string Expected(Dimension dimension) => dimension switch
    {
        Dimension.Time => "write a time as in 25us (units: ns, us, ms, s, m, h, d, y)",
        Dimension.Size => "write a size as in 512MiB (units: B, KiB, MiB, GiB, TiB; k, M, G, T are the same)",
        Dimension.Bandwidth => "write a bandwidth as in 800MB/s (units: B/s, kB/s, MB/s, GB/s; KiB/s, MiB/s, GiB/s; Mbit/s, Gbit/s)",
        Dimension.Iops => "write a rate as in 200kIOPS (units: IOPS, kIOPS, MIOPS)",
        Dimension.Percent => "write a percentage as in 40%",
        _ => "write a number as in 1000, 20k or 1.5M",
    };
}
