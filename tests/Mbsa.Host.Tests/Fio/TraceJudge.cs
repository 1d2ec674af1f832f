using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Fio;

/// <summary>
/// Whether a job does here what it does in fio. What follows from the options alone must be the same, I/O for I/O; what is drawn must be
/// alike within sampling error: six standard deviations of the difference, and two I/Os for what happens at the ends.
/// </summary>
internal static class TraceJudge
{
    private const double Deviations = 6;

    /// <summary>What is different; null when nothing is.</summary>
    public static string? Difference(DrawnJob job, JobSpec spec, IReadOnlyList<JobRegion> files, IoTrace real, IoTrace ours)
    {
        var isRandom = spec.Pattern is IoPattern.RandRead or IoPattern.RandWrite or IoPattern.RandReadWrite;
        var isMix = JobRegion.UsesReads(spec) && JobRegion.UsesWrites(spec);
        var drawsFiles = job["file_service_type"]?.StartsWith("random", StringComparison.Ordinal) == true;
        if (!isRandom && !isMix && !spec.HasSeveralSizes && !drawsFiles)
        {
            return real.Ios.SequenceEqual(ours.Ios) ? null : "the I/Os";
        }

        if (HasConfusedMap(spec) || MayEndAnywhere(spec, files))
        {
            return null;
        }

        var passes = Math.Max(1, real.Bytes / (double)files.Sum(file => file.LengthBytes));
        return Amounts(spec, isRandom, isMix, real, ours) ?? Shares(passes, real, ours) ?? Coverage(spec, isRandom, isMix, real, ours);
    }

    /// <summary>
    /// fio's map has a bit for the k-th block of either size, also of one that is not in use, and its distributions have a rank for it:
    /// such a job ends before it is through.
    /// </summary>
    private static bool HasConfusedMap(JobSpec spec) =>
        (spec.GoesInPasses || spec.Distribution.Kind is not (DistributionKind.Uniform or DistributionKind.Zoned))
        && spec.MinBlockBytes(isWrite: false) != spec.MinBlockBytes(isWrite: true);

    /// <summary>
    /// What is no place for an I/O ends the pass when it is come upon: a part of a block at the end of a file, or, where sizes are drawn,
    /// what is left behind a hole. When that is, is drawn.
    /// </summary>
    private static bool MayEndAnywhere(JobSpec spec, IReadOnlyList<JobRegion> files)
    {
        var comesUpon = spec.IosPerOffset > 1 || spec.ReadRandomPercent < 100 || spec.WriteRandomPercent < 100
            || spec.Distribution.Kind != DistributionKind.Uniform;
        return (spec.HoleBytes != 0 && spec.HasSeveralSizes)
            || (comesUpon && files.Any(file => file.LengthBytes % spec.MinBlockBytes(isWrite: false) > 0
            || file.LengthBytes % spec.MinBlockBytes(isWrite: true) > 0));
    }

    private static string? Amounts(JobSpec spec, bool isRandom, bool isMix, IoTrace real, IoTrace ours)
    {
        var largest = Math.Max(spec.ReadBlockBytes, spec.WriteBlockBytes);
        var isExact = !isMix && !spec.HasSeveralSizes && spec is { IosPerOffset: 1, ReadRandomPercent: 100, WriteRandomPercent: 100 };
        if (isExact && (real.Ios.Count, real.Bytes) != (ours.Ios.Count, ours.Bytes))
        {
            return "the number of I/Os";
        }

        // How many are done before a pass ends with the first one that finds no place is drawn too, where some follow others.
        var isCapped = spec.NumberIos is not null && (spec.HasSeveralSizes || spec.ReadBlockBytes != spec.WriteBlockBytes);
        var drawsPasses = (isMix && !isRandom) || spec.IosPerOffset > 1 || spec.ReadRandomPercent < 100 || spec.WriteRandomPercent < 100;
        var slack = isCapped ? 0.25 * real.Bytes : drawsPasses ? 0.1 * real.Bytes : 0;
        return Math.Abs(real.Bytes - ours.Bytes) > slack + (2 * largest) ? "the bytes" : null;
    }

    /// <summary>What is drawn comes as often; fio draws the same in every pass, so that many of them tell no more than one.</summary>
    private static string? Shares(double passes, IoTrace real, IoTrace ours)
    {
        bool AreAlike(Func<IoTrace, double> count) =>
            AreAlikeShares(count(real) / passes, real.Ios.Count / passes, count(ours) / passes, ours.Ios.Count / passes);
        if (!AreAlike(trace => trace.Of(isWrite: false).Count()))
        {
            return "the share of reads";
        }

        if (!AreAlike(trace => trace.Steps().Following))
        {
            return "the share that follow the last one";
        }

        if (!AreAlike(trace => trace.Steps().Repeating))
        {
            return "the share that repeat the last one";
        }

        foreach (var size in real.Ios.Concat(ours.Ios).Select(io => (io.IsWrite, io.LengthBytes)).Distinct())
        {
            if (!AreAlike(trace => trace.Ios.Count(io => (io.IsWrite, io.LengthBytes) == size)))
            {
                return $"the share of {(size.IsWrite ? "writes" : "reads")} of {size.LengthBytes} bytes";
            }
        }

        var files = real.Ios.Concat(ours.Ios).Max(io => io.File) + 1;
        return Enumerable.Range(0, files).All(file => AreAlike(trace => trace.Ios.Count(io => io.File == file))) ? null
            : "the share of each file";
    }

    private static bool AreAlikeShares(double a, double ofA, double b, double ofB)
    {
        if (ofA == 0 || ofB == 0)
        {
            return ofA == ofB;
        }

        var pooled = (a + b) / (ofA + ofB);
        var deviation = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / ofA) + (1.0 / ofB)));
        return Math.Abs((a / ofA) - (b / ofB)) <= (Deviations * deviation) + (2.0 / Math.Min(ofA, ofB));
    }

    private static string? Coverage(JobSpec spec, bool isRandom, bool isMix, IoTrace real, IoTrace ours)
    {
        static HashSet<(int, long)> Sectors(IoTrace trace) =>
        [
            .. trace.Ios.SelectMany(io => Enumerable.Range(0, io.LengthBytes / 512).Select(i => (io.File, (io.OffsetBytes / 512) + i))),
        ];
        static (long, long)[] Ends(IoTrace trace) =>
            [.. trace.Ios.GroupBy(io => io.File).OrderBy(file => file.Key).Select(file => (file.Min(io => io.OffsetBytes), 0L))];

        // Whoever goes over all of a region in passes, and does at least one, touches the same places.
        var isWhole = isRandom && spec is { IosPerOffset: 1, ReadRandomPercent: 100, WriteRandomPercent: 100, NumberIos: null }
            && spec is { IoSizeBytes: null, FileSizeBytes: null, GoesInPasses: true }
            && spec.ReadBlockBytes % spec.MinBlockBytes(isWrite: false) + spec.WriteBlockBytes % spec.MinBlockBytes(isWrite: true) == 0;
        if (isWhole)
        {
            return Sectors(real).SetEquals(Sectors(ours)) ? null : "the places that are touched";
        }

        var isKnown = !isRandom && !isMix && spec.FileService != FileService.Random;
        return isKnown && !Ends(real).SequenceEqual(Ends(ours)) ? "where it begins" : null;
    }
}
