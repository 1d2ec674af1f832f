using Mbsa.Vm.Workload;

namespace Mbsa.Host.Scenarios;

/// <summary>Whether the part of the disk that a job asks for is there.</summary>
internal static class JobRegion
{
    /// <summary>What is wrong with the region of a job on a disk of this size, or null.</summary>
    public static string? Mistake(JobSpec job, long diskBytes)
    {
        var lastStart = (Int128)job.Offset.Resolve(diskBytes) + ((Int128)job.OffsetIncrement.Resolve(diskBytes) * (job.NumJobs - 1));
        var length = job.Size is { } size ? size.Resolve(diskBytes) : diskBytes - lastStart;
        var block = job.Pattern switch
        {
            IoPattern.Read or IoPattern.RandRead => job.ReadBlockBytes,
            IoPattern.Write or IoPattern.RandWrite => job.WriteBlockBytes,
            _ => Math.Max(job.ReadBlockBytes, job.WriteBlockBytes),
        };
        var clones = job.NumJobs > 1 ? " of its last clone" : "";
        var disk = QuantityText.Format(diskBytes, Dimension.Size);
        if (lastStart >= diskBytes)
            return $"begins{clones} at {Bytes(lastStart)}, behind the end of its disk of {disk}";
        if (lastStart + length > diskBytes)
            return $"needs the disk{clones} up to {Bytes(lastStart + length)}, and it ends at {disk}";
        return length < block ? $"has a region{clones} of {Bytes(length)}, less than one block of {Bytes(block)}" : null;
    }

    private static string Bytes(Int128 bytes) => QuantityText.Format((double)bytes, Dimension.Size);
}
