using CsCheck;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload.Random;

public sealed class BlockPassTests
{
    [Fact]
    public void Each_block_comes_once_in_a_pass() =>
        Gen.Select(Gen.OneOf(Gen.Long[1, 40], Gen.Long[41, 5000]), Gen.ULong).Sample((count, seed) =>
        {
            var pass = new BlockPass(count, seed);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(Enumerable.Range(0, (int)count).Select(block => (long)block), Take(ref pass, (int)count).Order());
            }
        });

    [Fact]
    public void A_pass_is_in_another_order_than_the_one_before()
    {
        var pass = new BlockPass(1000, 1);
        var (first, second) = (Take(ref pass, 1000), Take(ref pass, 1000));
        Assert.InRange(first.Zip(second, (a, b) => a == b).Count(same => same), 0, 12);
    }

    /// <summary>A tenth of a pass lies over the region as evenly as draws would, and no more so.</summary>
    [Theory]
    [InlineData(1L << 18)]
    [InlineData(1_000_003)]
    [InlineData(1L << 40)]
    [InlineData((1L << 40) + 12345)]
    public void A_part_of_a_pass_is_spread_as_draws_are(long count)
    {
        const int Bins = 256, Draws = 25_600;
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var (pass, hits) = (new BlockPass(count, seed), new int[Bins]);
            foreach (var block in Take(ref pass, Draws))
            {
                hits[(int)(block * (Int128)Bins / count)]++;
            }

            // Without replacement the variance is smaller by the part that is left.
            var left = 1 - (Draws / (double)count);
            var chiSquare = hits.Sum(h => (h - (Draws / Bins)) * (double)(h - (Draws / Bins))) / (Draws / Bins) / left;
            Assert.InRange(chiSquare, 255 - (4.5 * Math.Sqrt(2 * 255)), 255 + (4.5 * Math.Sqrt(2 * 255)));
        }
    }

    /// <summary>How far it is from one block to the next, and to the next but one, has the distribution it has for draws.</summary>
    [Theory]
    [InlineData(1L << 14, 1)]
    [InlineData(1L << 14, 3)]
    [InlineData(1L << 20, 1)]
    [InlineData(1L << 20, 2)]
    [InlineData(700_001, 1)]
    [InlineData(700_001, 1024)]
    public void Steps_are_as_wide_as_those_of_draws(long count, int lag)
    {
        const int Bins = 64, Draws = 8192;
        for (var seed = 1UL; seed <= 12; seed++)
        {
            var (pass, hits) = (new BlockPass(count, seed), new int[Bins]);
            var blocks = Take(ref pass, Draws + lag);
            for (var i = 0; i < Draws; i++)
            {
                hits[(int)((blocks[i + lag] - blocks[i] + count) % count * Bins / count)]++;
            }

            var chiSquare = hits.Sum(h => (h - (Draws / Bins)) * (double)(h - (Draws / Bins))) / (Draws / Bins);
            Assert.InRange(chiSquare, 63 - (4 * Math.Sqrt(2 * 63)), 63 + (4 * Math.Sqrt(2 * 63)));
        }
    }

    [Fact]
    public void Blocks_taken_one_by_one_are_those_taken_at_once()
    {
        var (many, single) = (new BlockPass(77, 9), new BlockPass(77, 9));
        Assert.Equal(Take(ref many, 500), Enumerable.Range(0, 500).Select(_ => Take(ref single, 1)[0]));
    }

    [Fact]
    public void One_that_was_written_down_goes_on_where_it_stood()
    {
        var (pass, again, bytes) = (new BlockPass(77, 9), new BlockPass(77, 0), new MemoryStream());
        Take(ref pass, 30);
        pass.SaveTo(new BinaryWriter(bytes));
        bytes.Position = 0;
        again.RestoreFrom(new BinaryReader(bytes));
        Assert.Equal(Take(ref pass, 100), Take(ref again, 100));
    }

    private static long[] Take(ref BlockPass pass, int count)
    {
        var blocks = new long[count];
        pass.Take(blocks);
        return blocks;
    }
}
