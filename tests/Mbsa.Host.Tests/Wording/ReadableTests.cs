using Mbsa.Host.Wording;

namespace Mbsa.Host.Tests.Wording;

public sealed class ReadableTests
{
    [Theory]
    [InlineData(0, "0 B/s")]
    [InlineData(512, "512 B/s")]
    [InlineData(999.6, "1.00 kB/s")]
    [InlineData(1_236_000_000, "1.24 GB/s")]
    [InlineData(99_960_000, "100 MB/s")]
    public void A_bandwidth_has_three_digits_and_a_decimal_unit(double bytesPerSecond, string expected) =>
        Assert.Equal(expected, Readable.Bandwidth(bytesPerSecond));

    [Theory]
    [InlineData(305_123, "305 kIOPS")]
    [InlineData(7.25, "7.25 IOPS")]
    [InlineData(12.4, "12 IOPS")]
    public void A_rate_of_operations_names_its_unit(double perSecond, string expected) => Assert.Equal(expected, Readable.Iops(perSecond));

    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(999.7, "1.00 us")]
    [InlineData(12_400, "12.4 us")]
    [InlineData(3_000_000_000, "3.00 s")]
    public void A_duration_takes_the_unit_that_fits(double nanoseconds, string expected) =>
        Assert.Equal(expected, Readable.Duration(nanoseconds));

    [Theory]
    [InlineData(450, 3_210, "0.45/3.21 us")]
    [InlineData(24, 900, "24/900 ns")]
    [InlineData(15_200, 4_100_000, "15.2 us/4.10 ms")]
    public void A_pair_of_durations_shares_the_unit_of_the_larger_unless_that_hides_the_smaller(double first,
        double second, string expected) =>
        Assert.Equal(expected, Readable.DurationPair(first, second));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.1244, "12.4 %")]
    [InlineData(0.9999, "100 %")]
    public void A_share_is_a_percentage(double fraction, string expected) => Assert.Equal(expected, Readable.Share(fraction));

    [Theory]
    [InlineData(4096, "4 KiB")]
    [InlineData(1_610_612_736, "1.5 GiB")]
    public void A_size_is_binary(long bytes, string expected) => Assert.Equal(expected, Readable.Size(bytes));

    [Theory]
    [InlineData(2_200_000_000, "2.2 s")]
    [InlineData(200_000_000, "200 ms")]
    [InlineData(25_000, "25 us")]
    public void A_chosen_length_has_no_zeros_at_the_end(long nanoseconds, string expected) =>
        Assert.Equal(expected, Readable.Length(nanoseconds));

    [Theory]
    [InlineData(12, "12")]
    [InlineData(61_234_567, "61.2 M")]
    public void A_count_is_whole_while_it_is_small(long count, string expected) => Assert.Equal(expected, Readable.Count(count));

    [Theory]
    [InlineData(12, "12x")]
    [InlineData(0.02, "0.020x")]
    [InlineData(9.94, "9.9x")]
    public void The_speed_has_digits_enough(double ratio, string expected) =>
        Assert.Equal(expected, Readable.SpeedUp((long)(ratio * 1e9), TimeSpan.FromSeconds(1)));
}
