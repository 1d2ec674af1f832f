using System.Globalization;
using Mbsa.Vm;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Fio;

/// <summary>
/// Drawn jobs do here, I/O for I/O, what the real fio does with them. MBSA_FIO_JOBS draws another number of them, MBSA_FIO_SEED others.
/// Where fio is not installed this is skipped, but not in CI.
/// </summary>
public sealed class FioJobsTests
{
    private const int Jobs = 300;
    private const int Seed = 20261130;

    [SkippableFact]
    public async Task Drawn_jobs_do_the_ios_that_they_do_in_fio()
    {
        var (count, seed) = (Setting("MBSA_FIO_JOBS", Jobs), Setting("MBSA_FIO_SEED", Seed));
        var generator = new JobGenerator(seed);
        var jobs = new List<DrawnJob>();
        while (jobs.Count < count)
        {
            var job = generator.Next();
            if (Spec(job) is not null)
            {
                jobs.Add(job);
            }
        }

        var real = await TraceRun.RealAsync(jobs);
        var differing = new List<string>();
        for (var i = 0; i < jobs.Count && differing.Count < 10; i++)
        {
            // Alone fio draws other numbers for it: what was chance is not so twice.
            if (Differs(jobs[i], real[i]) is not null && Differs(jobs[i], (await TraceRun.RealAsync([jobs[i]]))[0]) is not null)
            {
                differing.Add(await ShrunkAsync(jobs[i]));
            }
        }

        Assert.True(differing.Count == 0, string.Join("\n\n", differing));
    }

    /// <summary>Null for a job that is refused here or does not fit.</summary>
    private static (JobSpec Job, JobRegion[] Regions)? Spec(DrawnJob job)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, job.Text("job"));
            var spec = FioJobFile.Read(path, _ => { })[0];
            return (spec, [.. DiskLayout.Of([spec], 64 << 20)[0].Select(file => JobRegion.Of(spec, file, 0))]);
        }
        catch (InputException)
        {
            return null;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string? Differs(DrawnJob job, IoTrace real) =>
        Spec(job) is { } spec
        ? TraceJudge.Difference(job, spec.Job, spec.Regions, real, TraceRun.Ours(job, Seed))
        : null;

    /// <summary>The smallest job that is still different.</summary>
    private static async Task<string> ShrunkAsync(DrawnJob job)
    {
        for (var isSmaller = true; isSmaller;)
        {
            isSmaller = false;
            foreach (var smaller in job.Smaller())
            {
                if (Spec(smaller) is not null && Differs(smaller, (await TraceRun.RealAsync([smaller]))[0]) is not null)
                {
                    (job, isSmaller) = (smaller, true);
                    break;
                }
            }
        }

        var real = (await TraceRun.RealAsync([job]))[0];
        return $"{job}: {Differs(job, real)}\nfio:  {real}\nhere: {TraceRun.Ours(job, Seed)}";
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
