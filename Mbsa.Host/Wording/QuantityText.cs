using System.Globalization;

namespace Mbsa.Host.Wording;

/// <summary>Numbers for people: three or four digits and the unit that fits.</summary>
public static class QuantityText
{
    private const double Day = 24 * 3600e9;
    private static readonly string[] _decimal = ["", "k", "M", "G", "T"];
    private static readonly string[] _binary = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A number in the unit in which its dimension is kept, as a person would write it.</summary>
    public static string Format(double value, Dimension dimension) => dimension switch
    {
        _ when !double.IsFinite(value) => value.ToString(CultureInfo.InvariantCulture),
        Dimension.Time => Time(value),
        Dimension.Size => Size(value),
        Dimension.Bandwidth => Scaled(value, "B/s"),
        Dimension.Iops => Scaled(value, "IOPS"),
        Dimension.Percent => Digits(value * 100) + "%",
        _ => Scaled(value, ""),
    };

    private static string Time(double ns) => ns switch
    {
        < 1e3 => Digits(ns) + "ns",
        < 1e6 => Digits(ns / 1e3) + "us",
        < 1e9 => Digits(ns / 1e6) + "ms",
        < 2 * Day => Digits(ns / 1e9) + "s",
        < 2 * 365 * Day => Digits(ns / Day) + "d",
        _ => Digits(ns / (365 * Day)) + "y",
    };

    private static string Size(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < _binary.Length - 1; unit++)
        {
            bytes /= 1024;
        }

        return Digits(bytes) + _binary[unit];
    }

    private static string Scaled(double value, string unit)
    {
        var prefix = 0;
        for (; value >= 1000 && prefix < _decimal.Length - 1; prefix++)
        {
            value /= 1000;
        }

        return Digits(value) + _decimal[prefix] + unit;
    }

    /// <summary>Up to four significant digits: a share of 99.95 % and one of 100 % must look different.</summary>
    private static string Digits(double value) => value switch
    {
        >= 1000 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.###", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
