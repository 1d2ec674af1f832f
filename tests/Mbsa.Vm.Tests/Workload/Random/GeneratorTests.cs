using CsCheck;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload.Random;

public sealed class GeneratorTests
{
    [Fact]
    public void SplitMix64_gives_its_published_numbers()
    {
        var generator = new SplitMix64(1477776061723855037);
        var expected = new ulong[]
            { 1985237415132408290, 2979275885539914483, 13511426838097143398, 8488337342461049707, 15141737807933549159 };
        Assert.Equal(expected, expected.Select(_ => generator.Next()));
    }

    [Fact]
    public void Xoshiro256_gives_its_published_numbers()
    {
        var generator = new Xoshiro256(1, 2, 3, 4);
        var expected = new ulong[]
        {
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625, 8476171486693032832,
            10595114339597558777, 2904607092377533576,
        };
        Assert.Equal(expected, expected.Select(_ => generator.Next()));
    }

    [Fact]
    public void A_seed_gives_the_same_numbers_for_ever()
    {
        var generator = new Xoshiro256(42);
        var expected = new ulong[]
        {
            1546998764402558742, 6990951692964543102, 12544586762248559009,
                17057574109182124193, 18295552978065317476, 14199186830065750584,
            13267978908934200754, 15679888225317814407, 14044878350692344958, 10760895422300929085,
        };
        Assert.Equal(expected, expected.Select(_ => generator.Next()));
    }

    [Fact]
    public void Below_stays_below_and_reaches_every_number_alike()
    {
        var generator = new Xoshiro256(3);
        var counts = new double[97];
        for (var i = 0; i < 970_000; i++)
        {
            counts[generator.Below(97)]++;
        }

        Statistics.AssertFits(counts, [.. Enumerable.Repeat(1.0 / 97, 97)]);
    }

    [Fact]
    public void Fractions_are_above_zero_and_at_most_one() =>
        Gen.ULong.Sample(seed =>
        {
            var generator = new Xoshiro256(seed);
            return generator.NextAboveZero() is > 0 and <= 1;
        });

    [Fact]
    public void A_jobs_seed_is_the_same_for_ever()
    {
        Assert.Equal(4305642473375949141UL, JobSeed.SeedFor(1, "oltp", "read", 0));
        Assert.Equal(6065913684101007310UL, JobSeed.SeedFor(1, "oltp", "read", 1));
        Assert.Equal(5096888390665919359UL, JobSeed.SeedFor(7UL, 3));
    }

    [Fact]
    public void Every_part_of_a_jobs_name_counts_and_so_does_where_it_ends()
    {
        ulong[] seeds =
        [
            JobSeed.SeedFor(1, "vm", "job", 0), JobSeed.SeedFor(2, "vm", "job", 0), JobSeed.SeedFor(1, "vm2", "job", 0),
            JobSeed.SeedFor(1, "vm", "job2", 0), JobSeed.SeedFor(1, "vm", "job", 1), JobSeed.SeedFor(1, "vmj", "ob", 0),
        ];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
    }
}
