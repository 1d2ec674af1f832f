using System.Collections.Immutable;
using System.Globalization;
using Mbsa.Host.Files.Yaml;
using Mbsa.Vm;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>
/// The scenario of a fio job file that is run as it is: a host as it is by default, one VM with a VCPU for each clone of a job, as fio has
/// a process for each, and a disk that its files fit.
/// </summary>
internal static class FioScenario
{
    private const string VmName = "fio";
    private const long SmallestDiskBytes = 1L << 30;
    private const long LargestDiskBytes = 4L << 40;

    /// <summary>How long a job has at most that ends with its bytes.</summary>
    private const long LongestNs = 3600L * 1_000_000_000;

    /// <summary>How long one is that nothing ends.</summary>
    private const long EndlessNs = 10L * 1_000_000_000;

    /// <summary>The nodes that a scenario file with the job file as its workload would have. They have no lines.</summary>
    /// <param name="path">The job file; what is wrong in it is said by whoever reads the nodes.</param>
    public static Node Of(string path)
    {
        var jobs = Jobs(path);
        var clones = Math.Clamp(jobs.Sum(job => (long)job.NumJobs), 1, VmReader.MaxVcpusPerVm);
        return Map(
            ("duration", Text($"{DurationNs(jobs)}ns")),
            ("vms", new SequenceNode(0,
            [
                Map(
                    ("name", Text(VmName)),
                    ("vcpus", Text(clones.ToString(CultureInfo.InvariantCulture))),
                    ("storage", Map(("size", Text($"{DiskBytes(jobs)}B")))),
                    ("workload", Map(("fio", Text(Path.GetFileName(path)))))),
            ])));
    }

    private static MappingNode Map(params ReadOnlySpan<(string Key, Node Value)> entries)
    {
        var nodes = ImmutableArray.CreateBuilder<KeyValuePair<ScalarNode, Node>>(entries.Length);
        foreach (var (key, value) in entries)
        {
            nodes.Add(new KeyValuePair<ScalarNode, Node>(Text(key), value));
        }

        return new MappingNode(0, nodes.MoveToImmutable());
    }

    private static ScalarNode Text(string text) => new(0, text, IsPlain: false);

    /// <summary>
    /// Until the jobs are over, those that wait behind those they wait for. A run ends earlier when all of them have.
    /// </summary>
    private static long DurationNs(IReadOnlyList<JobSpec> jobs)
    {
        if (jobs.Any(job => job.TimeBased && job.RuntimeNs is null))
        {
            return EndlessNs;
        }

        var (beforeNs, besideNs) = ((Int128)0, (Int128)0);
        foreach (var job in jobs)
        {
            if (job.Stonewall || job.WaitFor is not null)
            {
                (beforeNs, besideNs) = (beforeNs + besideNs, 0);
            }

            besideNs = Int128.Max(besideNs, (Int128)job.StartDelayNs + job.RampNs + (job.RuntimeNs ?? LongestNs));
        }

        return jobs.Count == 0 ? EndlessNs : (long)Int128.Min(beforeNs + besideNs, ScenarioReader.MaxDurationNs);
    }

    /// <summary>A gibibyte, or as many as hold the files of the jobs.</summary>
    private static long DiskBytes(IReadOnlyList<JobSpec> jobs)
    {
        var bytes = SmallestDiskBytes;
        while (bytes < LargestDiskBytes && !Fit(jobs, bytes))
        {
            bytes *= 2;
        }

        return bytes;
    }

    private static bool Fit(IReadOnlyList<JobSpec> jobs, long diskBytes)
    {
        try
        {
            var (layout, place) = (DiskLayout.Of(jobs, diskBytes), 0);
            foreach (var (job, clone) in jobs.SelectMany(job => Enumerable.Range(0, job.NumJobs).Select(clone => (job, clone))))
            {
                var files = layout[place++];
                foreach (var file in job.Pattern == IoPattern.Compute ? [] : files)
                {
                    JobRegion.Of(job, file, clone);
                }
            }

            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static IReadOnlyList<JobSpec> Jobs(string path)
    {
        try
        {
            return FioJobFile.Read(path, _ => { }, _ => { });
        }
        catch (InputException)
        {
            return [];
        }
    }
}
