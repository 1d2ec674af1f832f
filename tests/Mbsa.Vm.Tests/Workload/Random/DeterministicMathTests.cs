using CsCheck;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload.Random;

public sealed class DeterministicMathTests
{
    [Fact]
    public void Log_is_as_exact_as_the_librarys() =>
        Gen.Double[-700, 700].Select(Math.Exp).Sample(x => Near(Math.Log(x), DeterministicMath.Log(x), 1e-14), iter: 20_000);

    [Fact]
    public void Log_is_exact_beside_one() =>
        Gen.Double[-1e-3, 1e-3].Sample(d => Near(Math.Log(1 + d), DeterministicMath.Log(1 + d), 1e-14), iter: 20_000);

    [Fact]
    public void Exp_is_as_exact_as_the_librarys() =>
        Gen.Double[-700, 700].Sample(x => Near(Math.Exp(x), DeterministicMath.Exp(x), 1e-14), iter: 20_000);

    [Fact]
    public void Pow_is_as_exact_as_the_librarys() =>
        Gen.Select(Gen.Double[-20, 20].Select(Math.Exp), Gen.Double[-2, 2])
            .Sample((x, y) => Near(Math.Pow(x, y), DeterministicMath.Pow(x, y), 1e-14), iter: 20_000);

    [Theory]
    [InlineData(10, 0x40026BB1BBB55516)]
    [InlineData(0.1, unchecked((long)0xC0026BB1BBB55515))]
    [InlineData(3e-310, unchecked((long)0xC086459F44103E87))]
    [InlineData(12345.678, 0x4022D79559791E31)]
    public void Log_gives_the_same_bits_everywhere(double x, long bits) =>
        Assert.Equal(bits, BitConverter.DoubleToInt64Bits(DeterministicMath.Log(x)));

    [Theory]
    [InlineData(1.5, 0x4011ED3FE64FC541)]
    [InlineData(-20.25, 0x3E1B93DE1E27CA3B)]
    [InlineData(700, 0x7F0D945DF4F8EC8E)]
    [InlineData(-740, 0x55)]
    public void Exp_gives_the_same_bits_everywhere(double x, long bits) =>
        Assert.Equal(bits, BitConverter.DoubleToInt64Bits(DeterministicMath.Exp(x)));

    [Fact]
    public void The_edges_are_what_IEEE_says()
    {
        Assert.Equal(double.NegativeInfinity, DeterministicMath.Log(0));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(DeterministicMath.Log(-1)) && double.IsNaN(DeterministicMath.Log(double.NaN))
            && double.IsNaN(DeterministicMath.Exp(double.NaN)));
        Assert.Equal(0, DeterministicMath.Log(1));
        Assert.Equal(1, DeterministicMath.Exp(0));
        Assert.Equal(0, DeterministicMath.Exp(-800));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Exp(800));
        Assert.Equal(1, DeterministicMath.Pow(0, 0));
        Assert.Equal(0, DeterministicMath.Pow(0, 2));
    }

    private static bool Near(double expected, double actual, double tolerance) =>
        expected == 0 ? actual == 0 : Math.Abs(actual - expected) <= tolerance * Math.Abs(expected);
}
