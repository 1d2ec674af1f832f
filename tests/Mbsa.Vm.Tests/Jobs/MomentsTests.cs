using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Tests.Jobs;

public sealed class MomentsTests
{
    [Fact]
    public void Nothing_has_no_moments() => Assert.Equal((0, 0, 0, 0d, 0d), All(default));

    [Fact]
    public void One_value_does_not_deviate() => Assert.Equal((1, 7, 7, 7d, 0d), All(default(Moments).With(7, 1)));

    [Fact]
    public void The_deviation_is_that_of_a_sample()
    {
        // 2 4 4 4 5 5 7 9: mean 5, squares of differences 32, over 7.
        var moments = default(Moments).With(9, 1).With(4, 3).With(2, 1).With(5, 2).With(7, 1);
        Assert.Equal((8, 2, 9, 5d, Math.Sqrt(32 / 7d)), All(moments));
    }

    [Fact]
    public void Small_differences_of_large_values_are_not_lost()
    {
        var moments = default(Moments).With(9_000_000_000_000_001, 1_000_000).With(9_000_000_000_000_003, 1_000_000);
        Assert.Equal(1, moments.Deviation, 6);
    }

    [Fact]
    public void Those_of_two_are_those_of_all_and_come_back_from_a_file()
    {
        var (a, b) = (default(Moments).With(3, 4).With(1_000_000, 2), default(Moments).With(-5, 1));
        Assert.Equal(default(Moments).With(3, 4).With(1_000_000, 2).With(-5, 1), a + b);
        Assert.Equal((a, a), (a + default(Moments), default(Moments) + a));

        using var file = new MemoryStream();
        (a + b).SaveTo(new BinaryWriter(file));
        file.Position = 0;
        Assert.Equal(a + b, Moments.ReadFrom(new BinaryReader(file)));
    }

    private static (long Count, long Min, long Max, double Mean, double Deviation) All(Moments moments) =>
        (moments.Count, moments.Min, moments.Max, moments.Mean, moments.Deviation);
}
