using System.Globalization;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Wording;

/// <summary>Numbers for people: three significant digits and a unit, the same in every culture. Rates are decimal, sizes binary.</summary>
internal static class Readable
{
    private const double Day = 24 * 3600e9;
    private static readonly string[] _decimal = ["", "k", "M", "G", "T", "P"];
    private static readonly string[] _binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    private static readonly (long Ns, string Unit)[] _times = [(1, "ns"), (1_000, "us"), (1_000_000, "ms"), (1_000_000_000, "s")];

    /// <summary>"1.24 GB/s" of bytes per second.</summary>
    public static string Bandwidth(double bytesPerSecond) => Scaled(bytesPerSecond, "B/s");

    /// <summary>"305 kIOPS" of I/Os per second.</summary>
    public static string Iops(double perSecond) => Scaled(perSecond, "IOPS");

    /// <summary>"61.2 M" of things counted; whole below a thousand.</summary>
    public static string Count(long count) =>
        count is > -1000 and < 1000 ? count.ToString(CultureInfo.InvariantCulture) : Scaled(count, "").TrimEnd();

    /// <summary>"305 k", for a column whose head names the unit.</summary>
    public static string Rate(double perSecond) => Scaled(perSecond, "").TrimEnd();

    /// <summary>"3.20 years" or "12.4 days" of nanoseconds that may be very many.</summary>
    public static string Age(double nanoseconds) => nanoseconds switch
    {
        >= 1e6 * 365 * Day => "> 1 M years",
        >= 365 * Day => $"{Digits(nanoseconds / (365 * Day), whole: nanoseconds >= 1e4 * Day)} years",
        >= 2 * Day => $"{Digits(nanoseconds / Day, whole: false)} days",
        >= 2 * Day / 24 => $"{Digits(nanoseconds / Day * 24, whole: false)} hours",
        _ => Duration(nanoseconds),
    };

    /// <summary>"12.4 us" of nanoseconds.</summary>
    public static string Duration(double nanoseconds)
    {
        var unit = UnitOf(nanoseconds);
        return $"{Digits(nanoseconds / _times[unit].Ns, whole: unit == 0)} {_times[unit].Unit}";
    }

    /// <summary>"2.40/40.1 us": two durations in the unit of the larger one, or "24 ns/4.10 ms" when that would hide the smaller.</summary>
    public static string DurationPair(double firstNs, double secondNs)
    {
        var larger = Math.Max(firstNs, secondNs);
        var unit = UnitOf(larger);
        var whole = unit == 0;
        if (Math.Min(firstNs, secondNs) < 0.0995 * _times[unit].Ns && !whole)
        {
            return $"{Duration(firstNs)}/{Duration(secondNs)}";
        }

        return $"{Digits(firstNs / _times[unit].Ns, whole)}/{Digits(secondNs / _times[unit].Ns, whole)} {_times[unit].Unit}";
    }

    /// <summary>"12.4 %" of a fraction; one decimal below 99.95 %.</summary>
    public static string Share(double fraction)
    {
        var percent = fraction * 100;
        return percent.ToString(percent is < 99.95 and > 0 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>"0.012 %" of a fraction that may be very small.</summary>
    public static string SmallShare(double fraction) => fraction is 0 or >= 1e-3 ? Share(fraction)
        : fraction < 1e-5 ? "< 0.001 %"
        : (fraction * 100).ToString("0.000", CultureInfo.InvariantCulture) + " %";

    /// <summary>"40.0 %", "800 MB/s" or "200 kIOPS" of what was promised; null of nothing.</summary>
    public static string? Promise(Promise? promise) => promise is not { } promised ? null : promised.Unit switch
    {
        PromiseUnit.Share => Share(promised.Value),
        PromiseUnit.BytesPerSecond => Bandwidth(promised.Value),
        _ => Iops(promised.Value),
    };

    /// <summary>"1 GiB", "1.5 MiB" of bytes.</summary>
    public static string Size(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (unit < _binary.Length - 1 && value >= 1024)
        {
            value /= 1024;
            unit++;
        }

        return $"{value.ToString("0.##", CultureInfo.InvariantCulture)} {_binary[unit]}";
    }

    /// <summary>"2.2 s" of nanoseconds, without zeros at the end: for lengths that somebody chose.</summary>
    public static string Length(long nanoseconds)
    {
        var unit = _times.Length - 1;
        while (unit > 0 && nanoseconds < _times[unit].Ns)
        {
            unit--;
        }

        return $"{((double)nanoseconds / _times[unit].Ns).ToString("0.###", CultureInfo.InvariantCulture)} {_times[unit].Unit}";
    }

    /// <summary>"3.1x": the scenario's time over real time.</summary>
    public static string SpeedUp(long clockNs, TimeSpan elapsed)
    {
        var ratio = elapsed > TimeSpan.Zero ? clockNs / elapsed.TotalNanoseconds : 0;
        return ratio.ToString(ratio < 0.095 ? "0.000" : ratio < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture) + "x";
    }

    private static int UnitOf(double nanoseconds)
    {
        var unit = 0;
        while (unit < _times.Length - 1 && Math.Abs(nanoseconds) >= 999.5 * _times[unit].Ns)
        {
            unit++;
        }

        return unit;
    }

    private static string Scaled(double value, string unit)
    {
        var prefix = 0;
        while (prefix < _decimal.Length - 1 && Math.Abs(value) >= 999.5)
        {
            value /= 1000;
            prefix++;
        }

        return $"{Digits(value, whole: prefix == 0 && Math.Abs(value) >= 10)} {_decimal[prefix]}{unit}";
    }

    private static string Digits(double value, bool whole)
    {
        var magnitude = Math.Abs(value);
        var format = whole || magnitude >= 99.95 || value == 0 ? "0" : magnitude >= 9.995 ? "0.0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
