using CsCheck;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload.Random;

public sealed class RanksTests
{
    private const int Draws = 400_000;

    [Theory]
    [InlineData(1, 0.9)]
    [InlineData(2, 0.99)]
    [InlineData(512, 1.2)]
    [InlineData(513, 0.5)]
    [InlineData(600, 0.99)]
    [InlineData(5_000, 0.99)]
    [InlineData(300_000, 0.6)]
    [InlineData(300_000, 0.99)]
    [InlineData(300_000, 1.1)]
    [InlineData(300_000, 3)]
    public void Zipf_draws_each_rank_in_proportion_to_its_power(int count, double theta)
    {
        var weights = new double[count];
        for (var rank = 0; rank < count; rank++)
        {
            weights[rank] = Math.Pow(rank + 1, -theta);
        }

        var total = weights.Sum();
        var ranks = new ZipfRanks(count, theta);
        var random = new Xoshiro256(7);
        var counts = Count(count, () => ranks.Next(ref random));
        if (count > 1)
        {
            Statistics.AssertFits(counts, [.. weights.Select(weight => weight / total)]);
        }
    }

    [Fact]
    public void Zipf_is_right_over_two_billion_ranks()
    {
        const long Ranks = 1L << 31;
        const double Theta = 0.99;
        const int Edges = 31;
        // Below 2^12 the sums are exact; from there on, integrals between midpoints are right to eight digits.
        static double Sum(long first, long last) => first < 4096
            ? Enumerable.Range((int)first, (int)(last - first + 1)).Sum(k => Math.Pow(k, -Theta))
            : (Math.Pow(last + 0.5, 1 - Theta) - Math.Pow(first - 0.5, 1 - Theta)) / (1 - Theta);
        var masses = Enumerable.Range(0, Edges).Select(bit => Sum(1L << bit, (1L << (bit + 1)) - 1)).ToArray();
        var ranks = new ZipfRanks(Ranks - 1, Theta);
        var random = new Xoshiro256(7);
        var counts = Count(Edges, () => System.Numerics.BitOperations.Log2((ulong)ranks.Next(ref random) + 1));
        Statistics.AssertFits(counts, [.. masses.Select(mass => mass / masses.Sum())]);
    }

    [Fact]
    public void Zipf_falls_off_inside_the_segments_of_its_table_too()
    {
        // At theta = 1 the logarithm of a rank is uniform, and so is its phase within segments that grow geometrically.
        const long Count = 1L << 50;
        const int Phases = 10;
        var ranks = new ZipfRanks(Count, 1);
        var random = new Xoshiro256(7);
        var logOfRatio = Math.Log(Count / 512.0) / 512;
        var counts = new double[Phases];
        for (var i = 0; i < 2 * Draws; i++)
        {
            var segment = Math.Log(Count / (double)(ranks.Next(ref random) + 1)) / logOfRatio;
            if (segment is > 0 and < 400)
            {
                counts[(int)((segment - Math.Floor(segment)) * Phases)]++;
            }
        }

        Statistics.AssertFits(counts, [.. Enumerable.Repeat(1.0 / Phases, Phases)]);
    }

    [Theory]
    [InlineData(1000, 0.2)]
    [InlineData(1000, 0.5)]
    [InlineData(1000, 0.9)]
    [InlineData(200_000, 0.2)]
    public void Pareto_draws_as_fio_s_formula_says(int count, double h)
    {
        // rank < k exactly when (n - 1) u^p < k, so for u < (k / (n - 1))^(1 / p).
        var power = Math.Log(1 - h) / Math.Log(h);
        double Below(double rank) => Math.Min(1, Math.Pow(rank / (count - 1), power));
        var ranks = new ParetoRanks(count, h);
        var random = new Xoshiro256(5);
        var counts = Count(count, () => ranks.Next(ref random));
        Statistics.AssertFits(counts, [.. Enumerable.Range(0, count).Select(rank => Below(rank + 1) - Below(rank))]);
    }

    [Fact]
    public void Pareto_at_a_fifth_gives_a_fifth_of_the_blocks_four_fifths_of_the_draws()
    {
        var ranks = new ParetoRanks(100_001, 0.2);
        var random = new Xoshiro256(5);
        var counts = Count(100_001, () => ranks.Next(ref random));
        Assert.InRange(counts.Take(20_000).Sum() / Draws, 0.795, 0.805);
    }

    [Fact]
    public void Scattering_is_a_bijection() =>
        Gen.Int[1, 3000].Sample(count =>
        {
            var scatter = new BlockScatter(count);
            return Enumerable.Range(0, count).Select(rank => scatter.BlockOf(rank))
                .Order().SequenceEqual(Enumerable.Range(0, count).Select(rank => (long)rank));
        });

    [Fact]
    public void Scattering_stays_in_the_region_and_keeps_ranks_apart_however_large_it_is() =>
        Gen.Select(Gen.Long[2, 1L << 62], Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Sample((count, a, b) =>
        {
            var scatter = new BlockScatter(count);
            var (first, second) = (scatter.BlockOf(a % count), scatter.BlockOf(b % count));
            return first >= 0 && first < count && (first == second) == (a % count == b % count);
        });

    [Theory]
    [InlineData(1 << 18)]
    [InlineData(100_003)]
    public void The_hottest_blocks_are_far_from_one_another(long count)
    {
        const int Hottest = 32;
        var scatter = new BlockScatter(count);
        var blocks = Enumerable.Range(0, Hottest).Select(rank => scatter.BlockOf(rank)).Order().ToArray();
        var gaps = blocks.Zip(blocks.Skip(1), (a, b) => b - a);
        Assert.True(gaps.Min() > count / Hottest / 3);
    }

    private static double[] Count(int cells, Func<long> draw)
    {
        var counts = new double[cells];
        for (var i = 0; i < Draws; i++)
        {
            counts[draw()]++;
        }

        return counts;
    }
}
