using CsCheck;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Tests.Workload.Random;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Jobs;

/// <summary>Where in its cycle a job begins, and how long its cycles are.</summary>
public sealed class JobPhaseTests
{
    private const int Seeds = 20_000;
    private const double PeriodNs = RunningJob.ComputePeriodNs;

    private static readonly JobSpec _hog = Bench.Job(IoPattern.Compute) with { CpuPercent = 37 };

    [Fact]
    public void Part_time_hogs_begin_at_every_place_of_the_duty_cycle_alike()
    {
        var places = new List<double>();
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var hog = Start(_hog, seed, nowNs: 5_000);
            var busyNs = hog.NotBeforeNs > 5_000 ? 0 : hog.ComputeBudgetNs(long.MaxValue);
            places.Add(busyNs > 0 ? 370_000 - busyNs : PeriodNs - (hog.NotBeforeNs - 5_000));
        }

        AssertEven(places, PeriodNs);
    }

    [Fact]
    public void Paced_jobs_begin_at_every_place_between_two_ios_alike_and_keep_their_pace_from_there()
    {
        var waits = new List<double>();
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var job = Start(Bench.Job() with { ReadRateIops = 100_000, WriteRateIops = 1 }, seed, nowNs: 5_000);
            var firstNs = job.NotBeforeNs;
            waits.Add(firstNs - 5_000);
            job.Pace(isWrite: false, firstNs);
            job.Pace(isWrite: false, firstNs);
            Assert.InRange(job.NotBeforeNs, firstNs + 20_000, firstNs + 20_001); // the wait has a fraction
        }

        AssertEven(waits, 10_000);
    }

    [Fact]
    public void Thinking_jobs_begin_at_every_place_of_a_batch_and_its_think_time_alike()
    {
        // 10 reads of a microsecond and a half at most, then 30 us: in a third of all cases within the batch.
        var job = Bench.Job(IoPattern.RandRead) with { ThinkTimeNs = 30_000, ThinkTimeBlocks = 10 };
        var places = new List<double>();
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var thinking = Start(job, seed, nowNs: 5_000);
            var waitedNs = thinking.NotBeforeNs - 5_000;
            var left = 0;
            do
            {
                left++;
            }
            while (!thinking.Pace(isWrite: false, thinking.NotBeforeNs));

            Assert.True(waitedNs == 0 || left == 10);
            Assert.Equal(left == 10 ? 15_000 : null, thinking.EndQuantum(thinking.NotBeforeNs + 15_000, 0)); // only a whole batch is timed
            places.Add(waitedNs > 0 ? 45_000 - waitedNs : (10 - left + 0.5) * 1500);
        }

        AssertEven(places, 45_000, cells: 30);
    }

    [Fact]
    public void A_job_without_a_cycle_begins_at_once()
    {
        foreach (var spec in (JobSpec[])[Bench.Job(),
            Bench.Job(IoPattern.RandReadWrite) with { StartDelayNs = 300 }, Bench.Job(IoPattern.Compute)])
        {
            var job = Start(spec, 1, nowNs: 5_000);
            Assert.Equal((5_000 + spec.StartDelayNs, false), (job.NotBeforeNs, job.IsPaced));
        }
    }

    [Fact]
    public void The_place_in_the_cycle_counts_from_the_end_of_the_start_delay_and_the_runtime_too()
    {
        var plain = Bench.Job() with { ThinkTimeNs = 1_000_000, ReadRateIops = 500 };
        var delayed = plain with { StartDelayNs = 70_000, RuntimeNs = 2_000_000 };
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var (first, second) = (Start(plain, seed), Start(delayed, seed, nowNs: 30_000));
            Assert.Equal(first.NotBeforeNs + 100_000, second.NotBeforeNs);
            Assert.Equal(2_100_000, second.EndsAtNs);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void Jitter_keeps_the_mean_of_think_times(int jitterPercent)
    {
        const int cycles = 50_000;
        var job = Start(Bench.Job() with { ThinkTimeNs = 40_000 }, 3, jitterPercent: jitterPercent);
        var spreadNs = 400.0 * jitterPercent;
        var (nowNs, sumNs) = (job.NotBeforeNs, 0L);
        for (var i = 0; i < cycles; i++)
        {
            job.Pace(isWrite: false, nowNs);
            job.EndQuantum(nowNs, 0);
            Assert.InRange(job.NotBeforeNs - nowNs, 40_000 - spreadNs, 40_000 + spreadNs);
            sumNs += job.NotBeforeNs - nowNs;
            nowNs = job.NotBeforeNs;
        }

        var fiveSigmaNs = 5 * spreadNs / Math.Sqrt(3.0 * cycles);
        Assert.InRange(sumNs / (double)cycles, 40_000 - fiveSigmaNs, 40_000 + fiveSigmaNs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(100)]
    public void Jitter_keeps_the_share_of_a_duty_cycle_whatever_the_quantum(int jitterPercent) =>
        Gen.Select(Gen.Int[1, 99], Gen.Long[1_000, 3_000_000], Gen.ULong).Sample((percent, budgetNs, seed) =>
        {
            const int cycles = 2000;
            var hog = Start(Bench.Job(IoPattern.Compute) with { CpuPercent = percent }, seed, jitterPercent: jitterPercent);
            var (nowNs, computedNs, idleNs) = (hog.NotBeforeNs, 0L, 0L);
            for (var ended = 0; ended < cycles;)
            {
                var partNs = (long)hog.ComputeBudgetNs(budgetNs);
                nowNs += partNs;
                computedNs += partNs;
                hog.EndQuantum(nowNs, partNs);
                if (hog.NotBeforeNs > nowNs)
                {
                    idleNs += hog.NotBeforeNs - nowNs;
                    nowNs = hog.NotBeforeNs;
                    ended++;
                }
            }

            // Six standard deviations of the sum of each part, and the part of a cycle that the first is short of.
            var sigmas = 6 * jitterPercent / 100.0 * Math.Sqrt(cycles / 3.0);
            Assert.InRange(computedNs / (PeriodNs * percent / 100), cycles - sigmas - 1, cycles + sigmas);
            Assert.InRange(idleNs / (PeriodNs * (100 - percent) / 100), cycles - sigmas - 0.001, cycles + sigmas + 0.001);
        }, iter: 30);

    [Fact]
    public void Two_hogs_in_step_are_so_no_longer()
    {
        var (first, second) = (Start(_hog, 1), Start(_hog, 2));
        var starts = Enumerable.Range(0, 300).Select(_ => NextStartNs(first) - NextStartNs(second)).ToList();
        Assert.InRange(starts.Max() - starts.Min(), 300_000, 100_000_000);
    }

    private static RunningJob Start(JobSpec spec, ulong seed, long nowNs = 0, int jitterPercent = 10) =>
        Bench.Start(spec, nowNs: nowNs, rhythm: new JobRhythm(seed, jitterPercent));

    private static long NextStartNs(RunningJob hog)
    {
        var endNs = hog.NotBeforeNs + (long)hog.ComputeBudgetNs(long.MaxValue);
        hog.EndQuantum(endNs, endNs - hog.NotBeforeNs);
        return hog.NotBeforeNs;
    }

    private static void AssertEven(List<double> places, double cycleNs, int cells = 100)
    {
        Assert.All(places, place => Assert.InRange(place, 0, cycleNs));
        var counts = new double[cells];
        places.ForEach(place => counts[Math.Min((int)(place / cycleNs * cells), cells - 1)]++);
        Statistics.AssertFits(counts, Enumerable.Repeat(1.0 / cells, cells).ToArray());
    }
}
