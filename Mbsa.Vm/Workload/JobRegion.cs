using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Workload;

/// <summary>The part of a disk that one clone of a job works on, as fio lays it out.</summary>
/// <param name="StartBytes">Its first byte on the disk.</param>
/// <param name="LengthBytes">Its length; what is over after the last whole block is never touched.</param>
public readonly record struct JobRegion(long StartBytes, long LengthBytes)
{
    /// <summary>
    /// offset + clone * offset_increment, for size bytes. A size in percent is of the whole disk and ends with it (as in fio),
    /// one in bytes must fit.
    /// </summary>
    /// <exception cref="InputException">It does not fit the disk, or holds no block.</exception>
    public static JobRegion Of(JobSpec job, long diskSizeBytes, int cloneIndex) =>
        Of(job, new JobExtent(0, diskSizeBytes), cloneIndex);

    /// <summary>The same within a file, of which percentages are then.</summary>
    /// <exception cref="InputException">It does not fit the file, or holds no block.</exception>
    public static JobRegion Of(JobSpec job, JobExtent file, int cloneIndex)
    {
        ArgumentNullException.ThrowIfNull(job);
        var (sizeBytes, what) = (file.LengthBytes, job.FileName is null && !job.OwnFiles ? "the disk" : "the file");
        var clone = cloneIndex == 0 ? $"job '{job.Name}'" : $"job '{job.Name}', clone {cloneIndex}";
        var start = (Int128)job.Offset.Bytes + ((Int128)cloneIndex * job.OffsetIncrement.Resolve(sizeBytes));
        if (job.Offset.Percent > 0)
        {
            var block = Math.Min(job.MinBlockBytes(isWrite: false), job.MinBlockBytes(isWrite: true));
            start = (start + ((Int128)sizeBytes * job.Offset.Percent / 100) + block - 1) / block * block;
        }

        if (start < 0 || start >= sizeBytes)
        {
            throw new InputException(
                $"{clone}: it starts at byte {start}, but {what} has {sizeBytes} bytes; lower offset, offset_increment or numjobs");
        }

        var left = sizeBytes - (long)start;
        var length = job.FileSizeBytes is not null || job.Size is not { } size ? left
            : size.Percent == 0 ? size.Bytes / job.FilesOfClone
            : Math.Min(left, size.Resolve(sizeBytes));
        if (length > left)
        {
            throw new InputException(
                $"{clone}: size {length} from byte {start} does not fit {what} of {sizeBytes} bytes; at most {left} bytes are left");
        }

        var smallest = Math.Max(UsesReads(job) ? SmallestOf(job, isWrite: false) : 0, UsesWrites(job) ? SmallestOf(job, isWrite: true) : 0);
        if (length < smallest)
        {
            throw new InputException($"{clone}: its region of {length} bytes is smaller than one block of {smallest} bytes");
        }

        if (job.Distribution.Zones?.Bytes > length)
        {
            throw new InputException(
                $"{clone}: the zones of its random_distribution take {job.Distribution.Zones.Bytes} bytes, its region has {length}");
        }

        CheckZones(job, clone, length);
        if (job.Verify != VerifyMethod.None && start % BlockStorage.BlockBytes != 0)
        {
            throw new InputException(
                $"{clone}: it starts at byte {start}; with verify it must start at a multiple of {BlockStorage.BlockBytes}");
        }

        return new JobRegion(file.StartBytes + (long)start, length);
    }

    /// <summary>Whether a job's pattern can read.</summary>
    public static bool UsesReads(JobSpec job) => job is { Pattern: IoPattern.Read or IoPattern.RandRead }
        or { Pattern: IoPattern.ReadWrite or IoPattern.RandReadWrite, ReadPercent: > 0 };

    /// <summary>Whether a job's pattern can write.</summary>
    public static bool UsesWrites(JobSpec job) => job is { Pattern: IoPattern.Write or IoPattern.RandWrite }
        or { Pattern: IoPattern.ReadWrite or IoPattern.RandReadWrite, ReadPercent: < 100 };

    private static void CheckZones(JobSpec job, string clone, long lengthBytes)
    {
        try
        {
            var smallest = job.AlignBytes(isWrite: !UsesReads(job));
            job.Distribution.Zones?.Place(lengthBytes / smallest, smallest);
            if (UsesReads(job) && UsesWrites(job))
            {
                var ofWrites = job.AlignBytes(isWrite: true);
                job.Distribution.Zones?.Place(lengthBytes / ofWrites, ofWrites);
            }
        }
        catch (InputException mistake)
        {
            throw new InputException($"{clone}: {mistake.Message}");
        }
    }

    private static int SmallestOf(JobSpec job, bool isWrite) =>
        job.BlockSizesOf(isWrite)?.SmallestDrawnBytes ?? job.MinBlockBytes(isWrite);
}
