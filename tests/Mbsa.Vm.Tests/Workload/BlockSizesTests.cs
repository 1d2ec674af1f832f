using Mbsa.Vm.Workload;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload;

public sealed class BlockSizesTests
{
    [Fact]
    public void A_range_has_every_multiple_alike_and_what_is_left_goes_to_its_end()
    {
        Assert.Equal([(4096, 250), (8192, 250), (12288, 250), (16384, 250)], Shares(BlockSizes.Range(4096, 16384), long.MaxValue));
        Assert.Equal([(4096, 400), (8192, 400), (10240, 200)], Shares(BlockSizes.Range(4096, 10240), long.MaxValue));
    }

    [Fact]
    public void A_split_is_rounded_down_to_its_smallest_size()
    {
        var split = BlockSizes.Split([new BlockShare(4096, 30), new BlockShare(10240, 70)]);
        Assert.Equal([(4096, 300), (8192, 700)], Shares(split, long.MaxValue));
        Assert.Equal((0.3 * 4096) + (0.7 * 8192), split.MeanBytes);
    }

    [Fact]
    public void What_does_not_fit_is_drawn_again_and_nothing_where_nothing_does()
    {
        var split = BlockSizes.Split([new BlockShare(2048, 0), new BlockShare(4096, 50), new BlockShare(8192, 50)]);
        Assert.Equal([(4096, 1000)], Shares(split, 8191));
        Assert.Equal([(0, 1000)], Shares(split, 4095)); // fio 3.33 draws for ever
    }

    [Fact]
    public void The_mean_of_a_range_is_that_of_its_draws()
    {
        var range = BlockSizes.Range(4096, 10240);
        Assert.Equal((0.4 * 4096) + (0.4 * 8192) + (0.2 * 10240), range.MeanBytes, 6);
    }

    private static (int Bytes, int PerThousand)[] Shares(BlockSizes sizes, long roomBytes)
    {
        const int draws = 400_000;
        var random = new Xoshiro256(1);
        var counts = new SortedDictionary<int, int>();
        for (var i = 0; i < draws; i++)
        {
            var bytes = sizes.Next(ref random, roomBytes);
            counts[bytes] = counts.GetValueOrDefault(bytes) + 1;
        }

        // To the next 10 of a thousand: twelve standard deviations.
        return [.. counts.Select(size => (size.Key, (int)Math.Round(size.Value * 100.0 / draws) * 10))];
    }
}
