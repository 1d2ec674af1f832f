using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

/// <summary>What is accepted was taken from fio 3.33 (<c>fio --parse-only --debug=parse</c>).</summary>
public sealed class FioNumberTests
{
    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("4096b", 4096)]
    [InlineData("+8", 8)]
    [InlineData("4k", 4096)]
    [InlineData("4K", 4096)]
    [InlineData("4kb", 4096)]
    [InlineData("4ki", 4096)]
    [InlineData("4kib", 4000)]
    [InlineData("4KiB", 4000)]
    [InlineData("4m", 4194304)]
    [InlineData("4mi", 4194304)]
    [InlineData("4mib", 4000000)]
    [InlineData("1g", 1073741824)]
    [InlineData("1gb", 1073741824)]
    [InlineData("1gib", 1000000000)]
    [InlineData("2t", 2199023255552)]
    [InlineData("4p", 4503599627370496)]
    [InlineData("0x1000", 4096)]
    [InlineData("0X10", 16)]
    [InlineData(" 16k ", 16384)]
    public void Sizes_are_fio_s(string text, long bytes) => Assert.Equal(bytes, FioNumber.Size(text, SizeUnits.Fio1024));

    [Theory]
    [InlineData("4k", 4000)]
    [InlineData("4kb", 4000)]
    [InlineData("4ki", 4000)]
    [InlineData("4kib", 4096)]
    [InlineData("1m", 1000000)]
    [InlineData("1MiB", 1048576)]
    public void With_kb_base_1000_units_mean_what_they_say(string text, long bytes) =>
        Assert.Equal(bytes, FioNumber.Size(text, SizeUnits.Fio1000));

    [Theory]
    [InlineData("4k")]
    [InlineData("4kB")]
    [InlineData("4ki")]
    [InlineData("4KiB")]
    public void In_a_scenario_all_units_are_binary(string text) => Assert.Equal(4096, FioNumber.Size(text, SizeUnits.Scenario));

    [Theory]
    [InlineData("", "not a number")]
    [InlineData("k", "not a number")]
    [InlineData("+", "not a number")]
    [InlineData("4-8k", "no unit of size")]
    [InlineData("-4k", "must not be negative")]
    [InlineData("4.5k", "whole number")]
    [InlineData("4x", "no unit of size")]
    [InlineData("4kxyz", "no unit of size")]
    [InlineData("1e3", "no unit of size")]
    [InlineData("50%", "no unit of size")]
    [InlineData("0x", "hexadecimal")]
    [InlineData("0x10k", "hexadecimal")]
    [InlineData("0xFFFFFFFFFFFFFFFF", "hexadecimal")]
    [InlineData("99999999999999999999", "too large")]
    [InlineData("9000p", "too large")]
    [InlineData("(4*1024)", "not a number")]
    [InlineData("٤", "not a number")]
    public void What_is_no_size_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<InputException>(() =>
            FioNumber.Size(text, SizeUnits.Fio1024)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10", 10_000_000)]
    [InlineData("10s", 10_000_000)]
    [InlineData("10S", 10_000_000)]
    [InlineData("10m", 600_000_000)]
    [InlineData("1h", 3_600_000_000)]
    [InlineData("1d", 86_400_000_000)]
    [InlineData("500ms", 500_000)]
    [InlineData("10MS", 10_000)]
    [InlineData("10msec", 10_000)]
    [InlineData("500us", 500)]
    [InlineData("5usec", 5)]
    public void Times_are_fio_s(string text, long microseconds) => Assert.Equal(microseconds * 1000, FioNumber.TimeNs(text, 1_000_000_000));

    [Fact]
    public void A_time_without_unit_is_what_the_option_says() => Assert.Equal(10_000, FioNumber.TimeNs("10", 1_000));

    [Theory]
    [InlineData("10sec", "no unit of time")]
    [InlineData("10min", "no unit of time")]
    [InlineData("10ns", "no unit of time")]
    [InlineData("0x10", "no unit of time")]
    [InlineData("1.5s", "whole number")]
    [InlineData("-1s", "must not be negative")]
    [InlineData("s", "not a number")]
    [InlineData("400000d", "too large")]
    public void What_is_no_time_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<InputException>(() => FioNumber.TimeNs(text, 1_000)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_extent_is_bytes_or_a_percentage()
    {
        Assert.Equal(new Extent(0, 50), FioNumber.Extent("50%", SizeUnits.Fio1024));
        Assert.Equal(new Extent(10240), FioNumber.Extent("10k", SizeUnits.Fio1024));
        Assert.All(
            (string[])["0%", "101%", "-1%", "50.5%", "%", "a%"],
            text => Assert.Throws<InputException>(() => FioNumber.Extent(text, SizeUnits.Fio1024)));
    }
}
