using Mbsa.Actors.Runs;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Results;

public sealed class IdleJobsTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(0.9, 0, null)]
    [InlineData(2, 0, "vm: job 'job' has nothing to measure: it had no turn in all of it")]
    [InlineData(2, 2, null)]
    [InlineData(5, 2, "vm: job 'job' has nothing to measure: it had no turn in all of it")]
    public void A_job_without_a_turn_is_one_if_the_run_and_its_pauses_left_it_time(double seconds, double thinkSeconds, string? expected)
    {
        var job = new JobSpec { Pattern = IoPattern.Read, TimeBased = true, ThinkTimeNs = (long)(thinkSeconds * Second) };
        foreach (long? startNs in new long?[] { 0, null })
        {
            Assert.Equal(expected, Of(job, new JobResult("job", 0, 0, startNs, null, default), (long)(seconds * Second)));
        }
    }

    [Fact]
    public void A_job_that_did_one_io_or_computes_is_none()
    {
        var job = new JobSpec { Pattern = IoPattern.Read };
        Assert.Null(Of(job, new JobResult("job", 0, 0, 0, null, new JobCounts(1, 0, 4096, 0)), 9 * Second));
        Assert.Null(Of(job with { Pattern = IoPattern.Compute }, new JobResult("job", 0, 0, 0, null, default), 9 * Second));
    }

    private static string? Of(JobSpec job, JobResult clone, long untilNs)
    {
        var vm = VmResult.NotRun(Lab.Vm("vm", vcpus: 1) with { Jobs = [job] }, VmState.Running) with { Jobs = [clone] };
        return IdleJobs.Of(vm, fromNs: 0, untilNs, durationNs: untilNs).SingleOrDefault();
    }
}
