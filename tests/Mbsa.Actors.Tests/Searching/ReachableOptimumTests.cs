using Mbsa.Bench.Searching;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>
/// What a scheduler can reach that decides who runs: against sums on paper, and the linear programs against their own prices.
/// </summary>
public sealed class ReachableOptimumTests
{
    private static readonly double[] _computes = [1, 0, 0];

    [Fact]
    public void A_small_program_has_the_solution_of_the_textbook()
    {
        // x + 2y <= 4, 3x + y <= 6, maximise x + y: x = 1.6, y = 1.2.
        var (columns, prices) = LinearProgram.Solve([[1, 3], [2, 1]], [1, 1], [4, 6])!.Value;

        Assert.Equal([1.6, 1.2], columns.Select(Rounded));
        Assert.Equal([0.4, 0.2], prices.Select(Rounded));
    }

    [Fact]
    public void What_contradicts_itself_has_no_solution() => Assert.Null(LinearProgram.Solve([[1, -1]], [1], [1, -2]));

    /// <summary>
    /// A solution that keeps all rows and is worth what the prices of the rows come to cannot be improved (strong duality).
    /// </summary>
    [Fact]
    public void Solutions_are_worth_what_their_prices_say()
    {
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var (rows, count) = (random.Next(1, 12), random.Next(1, 40));
            double[][] columns = [.. Enumerable.Range(0, count).Select(_ => Draw(random, rows, 0.1))];
            var (value, atMost) = (Draw(random, count, 0), Draw(random, rows, 0.1));
            var (solution, prices) = LinearProgram.Solve(columns, value, atMost)!.Value;

            double Used(int row) => columns.Select((column, at) => column[row] * solution[at]).Sum();
            Assert.All(Enumerable.Range(0, rows), row => Assert.True(Used(row) <= atMost[row] + 1e-9));
            Assert.Equal(solution.Zip(value, (x, v) => x * v).Sum(), prices.Zip(atMost, (p, b) => p * b).Sum(), 1e-9);
        }
    }

    [Fact]
    public void Configurations_are_all_ways_to_fill_the_cores_and_less()
    {
        Kind[] kinds = [new(0, 2, 0, 0, 1), new(1, 1, 0, 0, 1)];

        Assert.Equal(5, Configurations.Of(kinds, cores: 2, most: 5)!.Count);
        Assert.Null(Configurations.Of(kinds, cores: 2, most: 4));
    }

    [Fact]
    public void Two_that_want_all_of_the_nvm_have_half_of_it_each() => Assert.Equal(
        [0.5, 0.5],
        ReachableOptimum.Shares([Writer(0, 1, 2), Writer(1, 1, 2)], [Of(Relative(1)), Of(Relative(1))], cores: 4)!.Select(Rounded));

    /// <summary>
    /// Four cores. Three are for hogs while a writer of 0.78 of the NVM runs alone; two while two writers share all of it. To come
    /// equally near 0.65, 0.5 and 0.5 two have to share for a part a of the time: (0.75 - 0.25 a) / 0.65 = 0.78 + 0.22 a. The writers of
    /// 0.66 run only then.
    /// </summary>
    [Fact]
    public void Where_cores_and_nvm_are_short_not_even_the_best_schedule_uses_both()
    {
        Kind[] kinds = [new(0, 8, 0, 0, 4), Writer(1, 0.78, 2), Writer(2, 0.66, 3)];
        Claim[] towards = [Of(_computes, 0.65), Of(Relative(0.78), 0.5), Of(Relative(0.66), 0.5)];
        var both = (0.75 - 0.65 * 0.78) / (0.25 + 0.65 * 0.22);
        var part = 0.78 + 0.22 * both;

        Assert.InRange(part, 0.91, 0.92);
        var reachable = ReachableOptimum.Shares(kinds, towards, cores: 4)!;
        Assert.Equal(towards.Select(claim => Rounded(claim.Weight * part)), reachable.Select(Rounded));
    }

    private static double[] Draw(Random random, int count, double least) =>
        [.. Enumerable.Range(0, count).Select(_ => least + random.NextDouble())];

    private static double Rounded(double value) => Math.Round(value, 5);

    /// <summary>Writers of which each takes a part of the NVM while it runs at full speed.</summary>
    private static Kind Writer(int vm, double nvm, int vcpus) => new(vm, vcpus, 0, nvm, 1 / nvm);

    private static double[] Relative(double nvm) => [0.25 / nvm, 0, 1];

    /// <summary>A claim that goes as far as its weight says, and no further.</summary>
    private static Claim Of(double[] relative, double part = 1) => new(relative, part, 0, part);
}
