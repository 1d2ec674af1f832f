namespace Mbsa.Host.Tests.Fio;

/// <summary>
/// The same job file under the real fio and here: the same I/Os per job, in the same groups, for the same time. Rates make the time one
/// that a machine under load can keep; 2 % and one I/O at each end are left to it. Where fio is not installed this is skipped, but not in
/// CI.
/// </summary>
public sealed class FioProgramTests
{
    public static TheoryData<string> JobFiles =>
    [
        "[m]\nrw=randrw\nsize=16m\nrate_iops=100,1000\ntime_based\nruntime=1\nnew_group\n[n]\nnew_group\nrate_iops=100\nsize=4k\n",
        "[m]\nrw=randrw\nsize=16m\nrwmixread=90\nrate_iops=500\ntime_based\nruntime=1\n[n]\nnew_group\nrate_iops=100\nsize=4k\n",
        "[m]\nrw=rw\nsize=4m\nrwmixread=20\nrate=400k,4m\n[n]\nnew_group\nrate_iops=100\nsize=4k\n",
        "[global]\nsize=1m\nrate_iops=500\n[a]\nrw=write\nnumjobs=2\n[b]\nstonewall\nrw=read\n[c]\nrw=randread\nrate_iops=1000\n"
            + "[d]\nstonewall\nrw=randwrite\nrate_iops=1000\n",
        "[global]\nsize=1m\nrate_iops=512\n[a]\nrw=write\nnumjobs=3\ngroup_reporting\n[b]\nnew_group\nrw=read\n",
        "[global]\nrate_iops=500\n[a]\nsize=1m\n[b]\nsize=8m\nexitall\n[c]\nstonewall\nsize=1m\n",
        "[global]\nrate_iops=500\n[a]\nsize=1m\n[b]\nsize=2m\n[c]\nwait_for=a\nsize=512k\nnew_group\n",
        "[global]\nrate_iops=500\nsize=1m\n[a]\nstartdelay=1\n[b]\nstonewall\n",
        "[a]\nrw=randwrite\nsize=16m\nrate_iops=500\nramp_time=1\nruntime=1\ntime_based\n[b]\nnew_group\nsize=4k\nrate_iops=100\n",
        "[global]\nnew_group\nsize=1m\n[a]\nio_size=256k\nloops=3\n[b]\nio_size=2m\nloops=2\n"
            + "[c]\nnumber_ios=300\n[d]\nnumber_ios=10\nloops=3\n[e]\nrw=randrw\nnumber_ios=50\nrate_iops=1000\nrwmixread=100\n",
        "[global]\nrate_iops=500\nsize=1m\n[a]\nrw=randread:4\n[b]\nstonewall\nrw=write:4k\nnrfiles=4\n"
            + "[c]\nstonewall\nrw=randrw\npercentage_random=50\nrate_iops=100,1000\n",
        "[a]\nrw=randread\nsize=1m\nloops=3\nrate_iops=1000\n[b]\nstonewall\nrw=randwrite\nsize=1m\nio_size=2m\nrate_iops=1000\n",
    ];

    [SkippableTheory]
    [MemberData(nameof(JobFiles))]
    public async Task A_job_file_does_what_it_does_in_fio(string jobFile)
    {
        using var report = await FioRun.ReportAsync(jobFile, "20s", vcpus: 3);
        var ours = FioRun.Jobs(report);
        var real = await FioRun.RealAsync(jobFile);
        for (var again = 0; again < 2 && !Agree(real, ours); again++)
        {
            real = await FioRun.RealAsync(jobFile); // the machine may have been busy with something else
        }

        Assert.True(Agree(real, ours), $"fio:  {string.Join("; ", (object[])real)}\nhere: {string.Join("; ", (object[])ours)}");
    }

    private static bool Agree(FioJob[] real, FioJob[] ours) => real.Length == ours.Length && real.Zip(ours).All(pair =>
    {
        var (fio, mbsa) = pair;
        return (fio.Name, fio.Group) == (mbsa.Name, mbsa.Group)
            && Math.Abs(fio.Reads - mbsa.Reads) <= (fio.Reads * 0.02) + 2
            && Math.Abs(fio.Writes - mbsa.Writes) <= (fio.Writes * 0.02) + 2
            && Math.Abs(fio.Seconds - mbsa.Seconds) <= (fio.Seconds * 0.05) + 0.02;
    });
}
