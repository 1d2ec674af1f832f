namespace Mbsa.Host.Tests.Fio;

public sealed class JobReportTests
{
    private const string InOrder =
        "[global]\nsize=1m\nrate_iops=256\n[a]\nrw=write\nnumjobs=2\n[b]\nstonewall\nrw=read\n[c]\nstonewall\nrw=randrw\nrate_iops=512\n";

    [Theory]
    [InlineData("memory-bus", "virtual", 1)]
    [InlineData("memory-bus", "virtual", 3)]
    [InlineData("virtio-mq", "virtual", 3)]
    [InlineData("memory-bus", "wall", 2)]
    public async Task Jobs_run_one_after_the_other_on_every_path(string path, string clock, int vcpus)
    {
        using var report = await FioRun.ReportAsync(InOrder, "4s", vcpus: vcpus, path: path, clock: clock);
        var jobs = FioRun.Jobs(report);
        Assert.Equal(["a", "a", "b", "c"], jobs.Select(job => job.Name));
        Assert.Equal([0, 0, 1, 2], jobs.Select(job => job.Group));
        Assert.Equal([256, 256, 256, 256], jobs.Select(job => job.Reads + job.Writes));
        var rows = report.RootElement.GetProperty("vms")[0].GetProperty("jobs");
        for (var i = 2; i < 4; i++)
        {
            Assert.True(rows[i].GetProperty("start_ns").GetInt64() >= rows[i - 1].GetProperty("end_ns").GetInt64());
        }
    }

    [Fact]
    public async Task A_group_is_one_row_where_the_file_asks_for_it()
    {
        using var report = await FioRun.ReportAsync("[global]\nsize=1m\ngroup_reporting\n[a]\nnumjobs=3\n[b]\n[c]\nnew_group\n", "1s");
        Assert.Equal([("a", 0, 1024L), ("c", 1, 256L)], FioRun.Jobs(report).Select(job => (job.Name, job.Group, job.Reads)));
    }

    [Fact]
    public async Task Ramp_time_is_not_counted_and_the_runtime_begins_after_it()
    {
        using var report = await FioRun.ReportAsync(
            "[a]\nsize=16m\nrate_iops=1000\ntime_based\nruntime=1\nramp_time=500ms\ngroup_reporting\n", "3s", warmup: "1s");
        var job = Assert.Single(FioRun.Jobs(report));
        Assert.InRange(job.Reads, 499, 501); // of 0.5 to 1.5 s what is after 1 s
        Assert.InRange(job.Seconds, 0.499, 0.501);
    }

    [Theory]
    [InlineData("[a]\nsize=1m\nruntime=1\ntime_based\n", "1s", "it ended at 1 s, in the warm-up of 1 s")]
    [InlineData("[a]\nsize=1m\n[b]\nsize=1m\ntime_based\n", "1s", "job 'a' has nothing to measure: it ended at")]
    [InlineData("[a]\nsize=1m\ntime_based\nramp_time=10\n", "0s", "its ramp_time was over at 10 s, and the run ended at 1 s")]
    [InlineData("[a]\nsize=1m\ntime_based\nstartdelay=10\n", "0s", "its startdelay is 10 s")]
    [InlineData("[a]\nsize=1m\ntime_based\n[b]\nstonewall\nsize=1m\nnumjobs=2\n", "0s", "nothing to measure in 2 of 2 clones: the jobs")]
    public async Task A_job_that_did_nothing_in_the_measured_part_is_a_problem(string jobFile, string warmup, string why)
    {
        using var report = await FioRun.ReportAsync(jobFile, "1s", warmup: warmup);
        Assert.Contains(why, Assert.Single(FioRun.Problems(report)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_whose_pauses_are_longer_than_the_run_is_none()
    {
        using var report = await FioRun.ReportAsync("[a]\nsize=1m\ntime_based\nthinktime=10s\n", "1s", warmup: "10ms");
        Assert.Empty(FioRun.Problems(report));
    }
}
