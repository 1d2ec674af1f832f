using CsCheck;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Jobs;

public sealed class RunningJobTests
{
    [Fact]
    public void A_rate_is_a_schedule_from_the_start_of_the_job()
    {
        var job = Bench.Start(Bench.Job() with { ReadRateIops = 100_000 }, nowNs: 5_000);
        Assert.True(job.IsPaced);
        Assert.True(job.Pace(isWrite: false, 6_000));
        Assert.Equal(15_000, job.NotBeforeNs);
        Assert.True(job.Pace(isWrite: false, 16_000));
        Assert.Equal(25_000, job.NotBeforeNs);
    }

    [Fact]
    public void A_job_that_fell_behind_its_rate_catches_up()
    {
        var job = Bench.Start(Bench.Job() with { ReadRateIops = 100_000 });
        var nowNs = 35_000L;
        var pauses = Enumerable.Range(0, 5).Select(_ => job.Pace(isWrite: false, nowNs)).ToArray();
        Assert.Equal([false, false, false, true, true], pauses);
        Assert.Equal(50_000, job.NotBeforeNs);
    }

    [Fact]
    public void A_rate_in_bytes_counts_the_blocks_of_its_direction()
    {
        var job = Bench.Start(Bench.Job(IoPattern.ReadWrite) with
        {
            WriteRateBytesPerSecond = Bench.Block * 1e6,
            WriteBlockBytes = 2 * Bench.Block,
        });
        Assert.False(job.Pace(isWrite: false, 0));
        Assert.False(job.Pace(isWrite: true, 0)); // its reads have no rate
        Assert.All(Directions(job, 1_999), Assert.False);
        Assert.Contains(true, Directions(job, 2_000));
    }

    [Fact]
    public void Of_two_rates_the_slower_one_holds()
    {
        var job = Bench.Start(Bench.Job() with { ReadRateIops = 1e6, ReadRateBytesPerSecond = Bench.Block * 1e5 });
        job.Pace(isWrite: false, 0);
        Assert.Equal(10_000, job.NotBeforeNs);
    }

    [Fact]
    public void Reads_and_writes_have_a_schedule_each_and_whoever_is_due_first_goes_on()
    {
        var job = Bench.Start(Bench.Job(IoPattern.ReadWrite) with { ReadRateIops = 1e6, WriteRateIops = 1e5 });
        job.Pace(isWrite: true, 0);
        job.Pace(isWrite: false, 0);
        Assert.Equal(1_000, job.NotBeforeNs);
        Assert.All(Directions(job, 1_000), Assert.False);
        for (var i = 0; i < 9; i++)
        {
            job.Pace(isWrite: false, 1_000);
        }

        Assert.Equal(10_000, job.NotBeforeNs);
        job.Pace(isWrite: false, 10_000);
        Assert.All(Directions(job, 10_000), Assert.True);
    }

    [Fact]
    public void A_direction_whose_rate_is_missed_catches_up_before_the_other_goes_on()
    {
        var job = Bench.Start(Bench.Job(IoPattern.RandReadWrite) with { ReadPercent = 99, ReadRateIops = 1e5, WriteRateIops = 1e5 });
        job.Pace(isWrite: false, 0);
        Assert.All(Directions(job, 9_000), Assert.True);
        Assert.Contains(false, Directions(job, 10_000));
    }

    [Fact]
    public void Think_time_comes_after_its_number_of_blocks_and_counts_from_the_end_of_the_quantum()
    {
        var job = Bench.Start(Bench.Job() with { ThinkTimeNs = 7_000, ThinkTimeBlocks = 3 });
        Assert.Equal([false, false, true], Enumerable.Range(1, 3).Select(i => job.Pace(isWrite: false, i * 1000)));
        job.EndQuantum(4_000, 0);
        Assert.Equal(11_000, job.NotBeforeNs);
        Assert.Equal([false, false, true], Enumerable.Range(12, 3).Select(i => job.Pace(isWrite: false, i * 1000)));
    }

    [Fact]
    public void Thinking_does_not_shorten_a_rates_pause()
    {
        var job = Bench.Start(Bench.Job() with { ThinkTimeNs = 10, ReadRateIops = 1000 });
        job.Pace(isWrite: false, 100);
        job.EndQuantum(100, 0);
        Assert.Equal(1_000_000, job.NotBeforeNs);
    }

    [Fact]
    public void The_runtime_counts_from_the_end_of_the_start_delay()
    {
        var job = Bench.Start(Bench.Job() with { StartDelayNs = 100, RuntimeNs = 1000 }, nowNs: 50);
        Assert.Equal(150, job.NotBeforeNs);
        Assert.Equal(1150, job.EndsAtNs);
        Assert.False(job.IsFinished(1149));
        Assert.True(job.IsFinished(1150));
    }

    [Fact]
    public void A_job_with_a_size_is_finished_when_no_bytes_are_left()
    {
        var job = Bench.Start(Bench.Job() with { TimeBased = false, IoSizeBytes = 2 * Bench.Block });
        Assert.Equal(2 * Bench.Block, job.BytesLeft);
        Assert.False(job.IsFinished(long.MaxValue - 1));
        job.BytesLeft = 0;
        Assert.True(job.IsFinished(0));
    }

    [Fact]
    public void A_job_without_think_time_and_rate_is_not_paced() => Assert.False(Bench.Start(Bench.Job()).IsPaced);

    [Fact]
    public void Batches_are_the_operations_in_their_order_none_left_out()
    {
        var spec = Bench.Job(IoPattern.RandReadWrite);
        var (job, source) = (Bench.Start(spec), new OperationSource(spec, Bench.DiskBytes, 1, 0));
        foreach (var length in new[] { 1, 3, RunningJob.LongestBatch, 2 })
        {
            var drawn = new IoOperation[length];
            source.Draw(drawn);
            Assert.Equal(drawn, job.TakeBatch(length, 0).ToArray());
        }
    }

    [Fact]
    public void A_batch_ends_with_the_operation_that_ends_the_job()
    {
        var job = Bench.Start(Bench.Job() with { TimeBased = false, IoSizeBytes = 5 * Bench.Block });
        Assert.Equal(3, job.TakeBatch(3, 0).Length);
        Assert.False(job.IsFinished(0));
        Assert.Equal(2, job.TakeBatch(3, 0).Length);
        Assert.True(job.IsFinished(0));
    }

    [Fact]
    public void A_whole_hog_takes_what_it_gets_and_never_idles()
    {
        var hog = Bench.Start(Bench.Job(IoPattern.Compute));
        Assert.Equal(25_000, hog.ComputeBudgetNs(25_000));
        hog.EndQuantum(25_000, 25_000);
        Assert.Equal(0, hog.NotBeforeNs);
    }

    [Fact]
    public void A_part_time_hog_idles_for_its_part_of_every_millisecond_whatever_its_quantum() =>
        Gen.Select(Gen.Int[1, 99], Gen.Long[1_000, 3_000_000]).Sample((percent, budgetNs) =>
        {
            var hog = Bench.Start(Bench.Job(IoPattern.Compute) with { CpuPercent = percent });
            var (nowNs, computedNs) = (0L, 0L);
            while (nowNs < 50_000_000)
            {
                var partNs = (long)hog.ComputeBudgetNs(budgetNs);
                nowNs += partNs;
                computedNs += partNs;
                hog.EndQuantum(nowNs, partNs);
                nowNs = Math.Max(nowNs, hog.NotBeforeNs);
            }

            Assert.InRange(computedNs / (double)nowNs, (percent / 100.0) - 0.021, (percent / 100.0) + 0.021);
        }, iter: 100);

    /// <summary>Whether each of some operations drawn at a time is a write.</summary>
    private static bool[] Directions(RunningJob job, long nowNs) =>
        [.. Enumerable.Range(0, 2 * RunningJob.LongestBatch).Select(_ => job.TakeBatch(1, nowNs)[0].IsWrite)];
}
