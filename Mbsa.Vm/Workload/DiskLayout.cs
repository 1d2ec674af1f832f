using System.Collections.Immutable;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Workload;

/// <summary>
/// Where on a VM's disk the files of its jobs lie: one behind the other, in the order in which the jobs name them, each as long as what
/// its jobs do in it. Files whose length nobody says share what is left evenly. A single name, and a job without any, is the disk itself.
/// </summary>
public sealed class DiskLayout
{
    private readonly ImmutableArray<ImmutableArray<JobExtent>> _byClone;

    private DiskLayout(ImmutableArray<ImmutableArray<JobExtent>> byClone) => _byClone = byClone;

    /// <summary>Lays out the files of a VM's jobs.</summary>
    /// <param name="jobs">The jobs, in their order.</param>
    /// <param name="diskBytes">Size of the disk.</param>
    /// <exception cref="InputException">They do not fit.</exception>
    public static DiskLayout Of(IReadOnlyList<JobSpec> jobs, long diskBytes)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var files = new OrderedDictionary<string, FileLength>(StringComparer.Ordinal);
        foreach (var (job, clone) in Clones(jobs))
        {
            foreach (var name in NamesOf(job, clone))
            {
                files[name] = files.GetValueOrDefault(name).Holding(job, clone);
            }
        }

        if (files.Count == 1 && !jobs.Any(job => job.OwnFiles))
        {
            files.Clear();
        }

        var extents = Place(files, diskBytes);
        return new DiskLayout(
        [
            .. Clones(jobs).Select(each =>
            {
                var names = files.Count == 0 ? [] : NamesOf(each.Job, each.Clone);
                return names.Count == 0 ? [new JobExtent(0, diskBytes)] : names.Select(name => extents[name]).ToImmutableArray();
            }),
        ]);
    }

    /// <summary>The files of a clone, at least one, by its place among all clones of the VM's jobs.</summary>
    public ImmutableArray<JobExtent> this[int place] => _byClone[place];

    private static IEnumerable<(JobSpec Job, int Clone)> Clones(IEnumerable<JobSpec> jobs) =>
        jobs.SelectMany(job => Enumerable.Range(0, job.NumJobs).Select(clone => (job, clone)));

    private static IReadOnlyList<string> NamesOf(JobSpec job, int clone) => job.Pattern == IoPattern.Compute ? []
        : job.FileName is not null ? job.FileNames
        : job.OwnFiles ? [.. Enumerable.Range(0, job.FileCount).Select(file => $"{job.Name}.{clone}.{file}")]
        : [];

    private static Dictionary<string, JobExtent> Place(OrderedDictionary<string, FileLength> files, long diskBytes)
    {
        var known = files.Values.Aggregate((Int128)0, (sum, file) => sum + BlocksUp(file.Bytes));
        var unknown = files.Values.Count(file => file.Bytes is null);
        var share = unknown == 0 ? 0 : (diskBytes - known) / unknown / BlockStorage.BlockBytes * BlockStorage.BlockBytes;
        if (known > diskBytes || (unknown > 0 && share <= 0))
        {
            var names = string.Join(", ", files.Take(4).Select(file =>
                $"{JobOption.Shorten(file.Key)} {(file.Value.Bytes is { } bytes ? $"{bytes} bytes" : "the rest")}"));
            throw new InputException($"the files of the jobs need {known} bytes{(unknown > 0 ? " and more" : "")}, and the disk has "
                + $"{diskBytes}: {names}{(files.Count > 4 ? $" and {files.Count - 4} more" : "")}; give the VM a larger disk, "
                + "or a filename to jobs that work on one file");
        }

        var (extents, startBytes) = (new Dictionary<string, JobExtent>(StringComparer.Ordinal), 0L);
        foreach (var (name, file) in files)
        {
            extents[name] = new JobExtent(startBytes, file.Bytes ?? (long)share);
            startBytes += file.Bytes is null ? (long)share : (long)BlocksUp(file.Bytes);
        }

        return extents;
    }

    private static Int128 BlocksUp(long? bytes) =>
        ((Int128)(bytes ?? 0) + BlockStorage.BlockBytes - 1) / BlockStorage.BlockBytes * BlockStorage.BlockBytes;

    /// <summary>How long a file is: as its longest use; null when one use does not say.</summary>
    private readonly record struct FileLength(bool IsUsed, long? Bytes)
    {
        public FileLength Holding(JobSpec job, int clone)
        {
            var endBytes = job.FileSizeBytes ?? job switch
            {
                { Size: { Percent: 0 } size, Offset.Percent: 0, OffsetIncrement.Percent: 0 } =>
                    (long)Int128.Min(long.MaxValue, (Int128)(size.Bytes / job.FilesOfClone) + job.Offset.Bytes
                        + ((Int128)clone * job.OffsetIncrement.Bytes)),
                _ => default(long?),
            };
            return new FileLength(true, IsUsed && (Bytes is null || endBytes is null) ? null
                : IsUsed ? Math.Max(Bytes!.Value, endBytes!.Value) : endBytes);
        }
    }
}
