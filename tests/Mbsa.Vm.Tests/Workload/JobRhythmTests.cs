using CsCheck;
using Mbsa.Vm.Tests.Workload.Random;
using Mbsa.Vm.Workload;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Workload;

public sealed class JobRhythmTests
{
    private const int Draws = 100_000;

    [Fact]
    public void Jobs_begin_at_places_spread_evenly_over_the_cycle()
    {
        // Each VM, job and clone its own first draw.
        var places = Enumerable.Range(0, Draws).Select(i => Of(10, $"vm-{i / 10}", i % 10).PlaceNs(1000)).ToList();
        Assert.All(places, place => Assert.InRange(place, double.Epsilon, 1000));
        Statistics.AssertFits(Counts(places, 0, 1000), Enumerable.Repeat(0.01, 100).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void Jitter_spreads_times_evenly_around_their_mean(int percent)
    {
        const double meanNs = 1e6;
        var rhythm = Of(percent);
        var times = Enumerable.Range(0, Draws).Select(_ => rhythm.AroundNs(meanNs)).ToList();
        var spreadNs = meanNs * percent / 100;
        Assert.All(times, time => Assert.InRange(time, meanNs - spreadNs, meanNs + spreadNs));
        Assert.All(times.Take(1000), time => Assert.Equal(Math.Floor(time), time));
        Assert.InRange(times.Average(), meanNs - FiveSigma(spreadNs), meanNs + FiveSigma(spreadNs));
        Statistics.AssertFits(Counts(times, meanNs - spreadNs, meanNs + spreadNs), Enumerable.Repeat(0.01, 100).ToArray());
    }

    [Fact]
    public void Rounding_keeps_the_mean_of_short_times_too()
    {
        var rhythm = Of(100);
        Assert.InRange(Enumerable.Range(0, Draws).Average(_ => rhythm.AroundNs(7)), 7 - FiveSigma(7.1), 7 + FiveSigma(7.1));
    }

    [Fact]
    public void Without_jitter_a_time_is_what_it_is_and_nothing_is_drawn()
    {
        var (jittered, plain) = (Of(0), Of(0));
        Assert.Equal(123.5, jittered.AroundNs(123.5));
        Assert.Equal(plain.PlaceNs(1e6), jittered.PlaceNs(1e6));
    }

    [Fact]
    public void Draws_go_on_where_they_were_written_down() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 10]).Sample((seed, drawn) =>
        {
            var (stays, moved) = (new JobRhythm(seed, 50), new JobRhythm(seed, 50));
            for (var i = 0; i < drawn; i++)
            {
                stays.AroundNs(1e9);
            }

            using var bytes = new MemoryStream();
            stays.SaveTo(new BinaryWriter(bytes));
            bytes.Position = 0;
            moved.RestoreFrom(new BinaryReader(bytes));
            Assert.Equal(stays.AroundNs(1e9), moved.AroundNs(1e9));
        });

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void There_is_no_jitter_below_nothing_or_above_everything(int percent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new JobRhythm(1, percent));

    [Fact]
    public void A_jobs_rhythm_is_the_same_for_ever_and_no_other_jobs()
    {
        Assert.Equal(4213467638554862UL, JobSeed.RhythmSeedFor(1, "oltp", "read", 0));
        ulong[] seeds =
        [
            JobSeed.RhythmSeedFor(1, "vm", "job", 0), JobSeed.RhythmSeedFor(2, "vm", "job", 0), JobSeed.RhythmSeedFor(1, "vm2", "job", 0),
            JobSeed.RhythmSeedFor(1, "vm", "job2", 0), JobSeed.RhythmSeedFor(1, "vm", "job", 1), JobSeed.SeedFor(1, "vm", "job", 0),
        ];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
    }

    private static JobRhythm Of(int percent, string vm = "vm", int clone = 0) => new(JobSeed.RhythmSeedFor(1, vm, "job", clone), percent);

    /// <summary>Five standard deviations of the mean of so many draws from an even spread.</summary>
    private static double FiveSigma(double spreadNs) => 5 * spreadNs / Math.Sqrt(3.0 * Draws);

    private static double[] Counts(List<double> values, double from, double to)
    {
        var counts = new double[100];
        foreach (var value in values)
        {
            counts[Math.Clamp((int)((value - from) / (to - from) * counts.Length), 0, counts.Length - 1)]++;
        }

        return counts;
    }
}
