using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Tests.Jobs;

public sealed class JobDetailTests
{
    private const long PeriodNs = 1_000;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(15, 3)]
    [InlineData(16, 4)]
    [InlineData(63, 5)]
    [InlineData(64, 6)]
    [InlineData(65_536, 6)]
    public void A_depth_is_in_fios_class(int inFlight, int place)
    {
        var detail = new JobDetail(PeriodNs);
        detail.Submit(inFlight);
        Assert.Equal(OneAt(place, JobDetail.DepthClasses), detail.Facts().Depths);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(8, 2)]
    [InlineData(9, 3)]
    [InlineData(64, 5)]
    [InlineData(65, 6)]
    public void Answers_of_one_moment_came_together(int together, int place)
    {
        var detail = new JobDetail(PeriodNs);
        for (var i = 0; i < together; i++)
        {
            detail.Answer(17);
        }

        Assert.Equal(OneAt(place, JobDetail.DepthClasses), detail.Facts().Answers);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    [InlineData(749, 8)]
    [InlineData(999, 9)]
    [InlineData(1_000, 10)]
    [InlineData(2_000, 11)]
    [InlineData(9_999, 12)]
    [InlineData(10_000, 13)]
    [InlineData(999_999, 19)]
    [InlineData(1_000_000, 20)]
    [InlineData(1_999_999_999, 30)]
    [InlineData(2_000_000_000, 31)]
    public void A_latency_is_in_fios_class(long ns, int place)
    {
        var detail = new JobDetail(PeriodNs);
        detail.Record(isWrite: false, 5, ns + 5, 1);
        Assert.Equal(OneAt(place, JobDetail.LatencyClasses), detail.Facts().Latencies);
    }

    [Fact]
    public void Of_an_asynchronous_engine_submission_and_completion_are_apart()
    {
        var detail = new JobDetail(PeriodNs);
        detail.Record(isWrite: true, 30, 100, 2);
        detail.Record(isWrite: false, null, 100, 1);
        var facts = detail.Facts();
        Assert.Equal((30d, 70d, 100d), (facts.Write.Submission.Mean, facts.Write.Completion.Mean, facts.Write.Total.Mean));
        Assert.Equal((0, 1, 1), (facts.Read.Submission.Count, facts.Read.Completion.Count, facts.Read.Total.Count));
        Assert.Equal(new LatencyBin(FioBuckets.IndexOf(70), 2), Assert.Single(facts.Write.Bins));
    }

    [Fact]
    public void Rates_are_sampled_when_a_period_is_over_and_over_the_time_that_it_took()
    {
        var detail = new JobDetail(PeriodNs);
        detail.Sample(new JobCounts(5, 0, 5_120, 0), 500, 1_400); // not yet: it began at 500
        detail.Sample(new JobCounts(8, 0, 8_192, 0), 500, 2_500);
        detail.Sample(new JobCounts(8, 0, 8_192, 0), 500, 3_500); // nothing happened
        detail.Sample(new JobCounts(8, 2, 8_192, 2_048), 500, 4_500);
        var facts = detail.Facts();
        Assert.Equal(One(4_000_000), facts.Read.Rate);
        Assert.Equal(One(4_000_000), facts.Read.Bandwidth);
        Assert.Equal(One(2_000_000), facts.Write.Rate);
    }

    [Fact]
    public void What_was_before_the_measured_part_is_forgotten()
    {
        var detail = Used();
        detail.Reset(new JobCounts(9, 9, 9_216, 9_216), 9_000);
        Assert.Equivalent(new JobFacts(), detail.Facts(), strict: true);
        detail.Sample(new JobCounts(10, 9, 10_240, 9_216), 0, 10_000);
        Assert.Equal(One(1_000_000), detail.Facts().Read.Rate);
    }

    [Fact]
    public void It_goes_on_from_a_file()
    {
        var (detail, again) = (Used(), new JobDetail(PeriodNs));
        using var file = new MemoryStream();
        detail.SaveTo(new BinaryWriter(file));
        file.Position = 0;
        again.RestoreFrom(new BinaryReader(file));
        foreach (var each in new[] { detail, again })
        {
            each.Answer(77);
            each.Sample(new JobCounts(9, 5, 9_216, 5_120), 0, 9_000);
        }

        Assert.Equal(file.Length, file.Position);
        Assert.Equivalent(detail.Facts(), again.Facts(), strict: true);
        Assert.Equal(2, again.Facts().Read.Rate.Count);
    }

    [Fact]
    public void Those_of_two_clones_are_added_up()
    {
        var sum = Used().Facts() + Used().Facts();
        Assert.Equal((6, 12, 22), (sum.Read.Completion.Count, sum.UserNs, sum.SystemNs));
        Assert.Equal(6, sum.Read.Bins.Sum(bin => bin.Count));
        Assert.Equal(2, sum.Read.Bins.Length);
        Assert.Equal(new RateSamples(2, 6_000_000, 6_000_000, 6_000_000, 0), sum.Read.Rate); // what both do together, as in fio
        Assert.Equal((8, 2, 2), (sum.Latencies.Sum(), sum.Depths.Sum(), sum.Answers.Sum()));
    }

    private static RateSamples One(long perSecond) => new(1, perSecond, perSecond, perSecond, 0);

    private static JobDetail Used()
    {
        var detail = new JobDetail(PeriodNs);
        detail.Record(isWrite: false, 1, 50, 2);
        detail.Record(isWrite: false, null, 5_000, 1);
        detail.Record(isWrite: true, null, 70, 1);
        detail.Submit(3);
        detail.Answer(77);
        detail.Hold(6, isSystem: false);
        detail.Hold(11, isSystem: true);
        detail.Sample(new JobCounts(3, 1, 3_072, 1_024), 0, 1_000);
        return detail;
    }

    private static long[] OneAt(int place, int classes)
    {
        var counts = new long[classes];
        counts[place] = 1;
        return counts;
    }
}
