using System.Globalization;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Reporting;

/// <summary>Figures in their units, for people.</summary>
internal static class Show
{
    /// <summary>1234567 as "1.235 M".</summary>
    public static string Millions(double value) => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.000} M");

    /// <summary>0.1234 as "12.3 %".</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    /// <summary>0.00123 as "0.12 %", for what is small.</summary>
    public static string FinePercent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.00} %");

    /// <summary>1.5 as "1.50x".</summary>
    public static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}x");

    /// <summary>Seconds to the hundredth.</summary>
    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s");

    /// <summary>Nanoseconds as microseconds.</summary>
    public static string Microseconds(long ns) => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e3:0} us");

    /// <summary>Bytes in millions.</summary>
    public static string Megabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");

    /// <summary>Bytes per second in thousand millions.</summary>
    public static string GigabytesPerSecond(double bytesPerSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytesPerSecond / 1e9:0.000} GB/s");

    /// <summary>Bytes per I/O, to the millionth: even one allocation in a million I/Os shall show.</summary>
    public static string BytesPerIo(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes:0.######} B");

    /// <summary>A pattern by fio's name.</summary>
    public static string Pattern(IoPattern pattern) => pattern switch
    {
        IoPattern.ReadWrite => "rw",
        IoPattern.RandReadWrite => "randrw",
        _ => pattern.ToString().ToLowerInvariant(),
    };
}
