using CsCheck;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Wording;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("4096B", 4096)]
    [InlineData("4k", 4096)]
    [InlineData("4K", 4096)]
    [InlineData("4kb", 4096)]
    [InlineData("4 KiB", 4096)]
    [InlineData("1.5MiB", 1_572_864)]
    [InlineData("1G", 1L << 30)]
    [InlineData("1GB", 1L << 30)]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("2TiB", 2L << 40)]
    [InlineData("0k", 0)]
    public void Sizes_are_binary(string text, long bytes) => Assert.Equal(bytes, Quantity.SizeBytes(text));

    [Theory]
    [InlineData("25us", 25_000)]
    [InlineData("25µs", 25_000)]
    [InlineData("1.57us", 1570)]
    [InlineData("100ms", 100_000_000)]
    [InlineData("2s", 2_000_000_000)]
    [InlineData("1.000000001s", 1_000_000_001)]
    [InlineData("1m", 60_000_000_000)]
    [InlineData("1h", 3_600_000_000_000)]
    [InlineData("7 ns", 7)]
    [InlineData("1e3us", 1_000_000)]
    public void Times_have_a_unit(string text, long ns) => Assert.Equal(ns, Quantity.TimeNs(text));

    [Theory]
    [InlineData("800MB/s", Dimension.Bandwidth, 8e8)]
    [InlineData("1MiB/s", Dimension.Bandwidth, 1_048_576)]
    [InlineData("21.3GB/s", Dimension.Bandwidth, 21.3e9)]
    [InlineData("200kIOPS", Dimension.Iops, 2e5)]
    [InlineData("1.5MIOPS", Dimension.Iops, 1.5e6)]
    [InlineData("7 iops", Dimension.Iops, 7)]
    [InlineData("40%", Dimension.Percent, 0.4)]
    [InlineData("1e8", Dimension.Count, 1e8)]
    [InlineData("20k", Dimension.Count, 2e4)]
    [InlineData("0.2ns", Dimension.Time, 0.2)]
    public void Rates_are_decimal_unless_they_say_otherwise(string text, Dimension dimension, double expected) =>
        Assert.Equal(expected, Quantity.Parse(text, dimension));

    [Theory]
    [InlineData("", Dimension.Time, "'' is not a time; write a time as in 25us (units: ns, us, ms, s, m, h, d, y)")]
    [InlineData("fast", Dimension.Time, "'fast' is not a time")]
    [InlineData("25", Dimension.Time, "'25' has no unit; write a time as in 25us")]
    [InlineData("25 us s", Dimension.Time, "'25 us s' has no unit of a time")]
    [InlineData("25MS", Dimension.Time, "'25MS' has no unit of a time")]
    [InlineData("-1s", Dimension.Time, "'-1s' is negative")]
    [InlineData("1.s", Dimension.Time, "'1.s' is not a time")]
    [InlineData(".5s", Dimension.Time, "'.5s' is not a time")]
    [InlineData("1,5s", Dimension.Time, "'1,5s' has no unit of a time")]
    [InlineData("1e99999s", Dimension.Time, "has no unit of a time")]
    [InlineData("1e999s", Dimension.Time, "'1e999s' is too large")]
    [InlineData("0.5ns", Dimension.Time, "'0.5ns' is not a whole number of nanoseconds")]
    [InlineData("200000000000h", Dimension.Time, "is too large")]
    [InlineData("99999999999999999999999T", Dimension.Size, "is too large")]
    [InlineData("1.3k", Dimension.Size, "'1.3k' is not a whole number of bytes")]
    [InlineData("8", Dimension.Size, "'8' has no unit; write a size as in 512MiB (units: B, KiB, MiB, GiB, TiB; k, M, G, T are the same)")]
    [InlineData("5us", Dimension.Size, "'5us' has no unit of a size")]
    public void What_is_no_quantity_says_what_would_be(string text, Dimension dimension, string expected)
    {
        var error = Assert.Throws<InputException>(() => dimension == Dimension.Time ? Quantity.TimeNs(text) : Quantity.SizeBytes(text));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("800Mb/s", Dimension.Bandwidth)]
    [InlineData("800", Dimension.Bandwidth)]
    [InlineData("5kIOP", Dimension.Iops)]
    [InlineData("5", Dimension.Percent)]
    [InlineData("5x", Dimension.Count)]
    public void A_unit_that_could_mean_something_else_is_refused(string text, Dimension dimension) =>
        Assert.Throws<InputException>(() => Quantity.Parse(text, dimension));

    [Fact]
    public void Whatever_stands_there_is_a_number_or_one_line() =>
        Gen.Select(Gen.String, Gen.String["0123456789.e+-kMGTiB/snu%IOPS "], Gen.Enum<Dimension>()).Sample((any, near, dimension) =>
        {
            foreach (var text in (string[])[any, near])
            {
                var error = Quantity.Try(text, dimension, out var value);
                Assert.True(error is null ? double.IsFinite(value) && value >= 0 : !error.Contains('\n'));
            }
        });

    [Fact]
    public void A_fractional_time_survives_being_written_in_nanoseconds() =>
        Gen.Double[0, 1e9].Sample(ns => Quantity.Parse(FormattableString.Invariant($"{ns:R}ns"), Dimension.Time) == ns);

    [Theory]
    [InlineData(1570, Dimension.Time, "1.57us")]
    [InlineData(38_200_000, Dimension.Time, "38.2ms")]
    [InlineData(2.31e9, Dimension.Bandwidth, "2.31GB/s")]
    [InlineData(1 << 30, Dimension.Size, "1GiB")]
    [InlineData(0.2999, Dimension.Percent, "29.99%")]
    [InlineData(0.9995, Dimension.Count, "0.9995")]
    [InlineData(0, Dimension.Iops, "0IOPS")]
    [InlineData(double.PositiveInfinity, Dimension.Count, "Infinity")]
    public void People_get_few_digits_and_a_unit(double value, Dimension dimension, string expected) =>
        Assert.Equal(expected, QuantityText.Format(value, dimension));
}
