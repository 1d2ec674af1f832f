using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Workload;

/// <summary>
/// One job in fio's vocabulary: what a thread of a guest does, over and over. Immutable; times are relative to the job's start.
/// </summary>
public sealed record JobSpec
{
    /// <summary>The job's name: a section of a fio file, or the VM's.</summary>
    public string Name { get; init; } = "job";

    /// <summary>fio's <c>rw</c>; <see cref="IoPattern.Compute"/> is a CPU hog without I/O.</summary>
    public required IoPattern Pattern { get; init; }

    /// <summary>fio's <c>rwmixread</c>: percentage of reads of a mixed pattern, 0 to 100.</summary>
    public int ReadPercent { get; init; } = 50;

    /// <summary>fio's <c>bs</c> for reads, in bytes; a multiple of 512.</summary>
    public int ReadBlockBytes { get; init; } = 4096;

    /// <summary>fio's <c>bs</c> for writes, in bytes; a multiple of 512.</summary>
    public int WriteBlockBytes { get; init; } = 4096;

    /// <summary>fio's <c>filename</c>: jobs of one name work on one file; null for a file of its own, or the disk.</summary>
    public string? FileName { get; init; }

    /// <summary>Whether each clone has a file of its own, as in fio without a <see cref="FileName"/>; else it works on the disk.</summary>
    public bool OwnFiles { get; init; }

    /// <summary>fio's <c>filesize</c>, in bytes: length of the file; null for what the region needs.</summary>
    public long? FileSizeBytes { get; init; }

    /// <summary>fio's <c>offset</c>: start of the region in the file, or on the disk.</summary>
    public Extent Offset { get; init; }

    /// <summary>fio's <c>offset_increment</c>: clone n of the job starts n times this later.</summary>
    public Extent OffsetIncrement { get; init; }

    /// <summary>fio's <c>size</c>: length of the region; null is all that is left of the disk.</summary>
    public Extent? Size { get; init; }

    /// <summary>
    /// fio's <c>io_size</c>: bytes to transfer in each of the <see cref="Loops"/>, at most a pass over the region, and in all of them at
    /// least; null for a pass.
    /// </summary>
    public long? IoSizeBytes { get; init; }

    /// <summary>fio's <c>number_ios</c>: most I/Os in each of the <see cref="Loops"/>; null for no limit.</summary>
    public long? NumberIos { get; init; }

    /// <summary>fio's <c>loops</c>.</summary>
    public int Loops { get; init; } = 1;

    /// <summary>fio's <c>time_based</c>: go on until <see cref="RuntimeNs"/> or the scenario ends, however much was transferred.</summary>
    public bool TimeBased { get; init; }

    /// <summary>fio's <c>runtime</c>, in nanoseconds; null for no limit.</summary>
    public long? RuntimeNs { get; init; }

    /// <summary>
    /// fio's <c>ramp_time</c>, in nanoseconds: how long the job works before its I/Os count and its <see cref="RuntimeNs"/> begins.
    /// </summary>
    public long RampNs { get; init; }

    /// <summary>fio's <c>startdelay</c>, in nanoseconds; from the start of the VM.</summary>
    public long StartDelayNs { get; init; }

    /// <summary>fio's <c>stonewall</c>: begins when all jobs before it have ended. Nothing on a VM's first job.</summary>
    public bool Stonewall { get; init; }

    /// <summary>fio's <c>wait_for</c>: begins when all clones of the job of this name have ended; null for no such job.</summary>
    public string? WaitFor { get; init; }

    /// <summary>fio's <c>exitall</c>: a job that ends ends others, whichever job says so.</summary>
    public bool ExitAll { get; init; }

    /// <summary>fio's <c>exit_what</c>: whom a job ends with itself, if any job says <see cref="ExitAll"/>.</summary>
    public ExitWhat ExitWhat { get; init; }

    /// <summary>fio's <c>new_group</c>: a group of the report begins with this job, as with <see cref="Stonewall"/>.</summary>
    public bool NewGroup { get; init; }

    /// <summary>fio's <c>group_reporting</c>: the report has one line for the job's group in place of one for each clone.</summary>
    public bool GroupReporting { get; init; }

    /// <summary>fio's <c>numjobs</c>: clones of this job.</summary>
    public int NumJobs { get; init; } = 1;

    /// <summary>fio's <c>ioengine</c>: how the job waits for its I/O.</summary>
    public IoEngine Engine { get; init; } = IoEngine.Synchronous;

    /// <summary>
    /// fio's <c>iodepth</c>: most I/Os in flight per job. It says something only with an <see cref="IoEngine.Asynchronous"/> engine.
    /// </summary>
    public int IoDepth { get; init; } = 1;

    /// <summary>fio's <c>rate</c> for reads, bytes per second; null for no limit.</summary>
    public double? ReadRateBytesPerSecond { get; init; }

    /// <summary>fio's <c>rate</c> for writes, bytes per second; null for no limit.</summary>
    public double? WriteRateBytesPerSecond { get; init; }

    /// <summary>fio's <c>rate_iops</c> for reads; null for no limit.</summary>
    public double? ReadRateIops { get; init; }

    /// <summary>fio's <c>rate_iops</c> for writes; null for no limit.</summary>
    public double? WriteRateIops { get; init; }

    /// <summary>fio's <c>thinktime</c>, in nanoseconds: idle after every <see cref="ThinkTimeBlocks"/> operations.</summary>
    public long ThinkTimeNs { get; init; }

    /// <summary>fio's <c>thinktime_blocks</c>.</summary>
    public int ThinkTimeBlocks { get; init; } = 1;

    /// <summary>fio's <c>random_distribution</c>.</summary>
    public AccessDistribution Distribution { get; init; } = AccessDistribution.Uniform;

    /// <summary>fio's <c>norandommap</c>: blocks are drawn with replacement, so that some are not touched in a pass.</summary>
    public bool NoRandomMap { get; init; }

    /// <summary>fio's <c>randseed</c>; null derives one from the scenario's seed, the VM and the job.</summary>
    public ulong? RandSeed { get; init; }

    /// <summary>fio's <c>verify</c>.</summary>
    public VerifyMethod Verify { get; init; }

    /// <summary>Share of a VCPU a <see cref="IoPattern.Compute"/> job keeps busy, 1 to 100 (fio's <c>cpuload</c>).</summary>
    public int CpuPercent { get; init; } = 100;

    /// <summary>
    /// By how much of itself a think time, and each of the two parts of a duty cycle, may be longer or shorter than it is on the average,
    /// 0 to 100. A rate stays exact. Jobs of a fio job file have 0: fio's think times are all alike.
    /// </summary>
    public int JitterPercent { get; init; } = DefaultJitterPercent;

    /// <summary>
    /// The jitter when none is asked for. Jobs of one period forget within some hundred cycles how they stood to each other,
    /// so that no run is about one such constellation; a single cycle is still much like the next.
    /// </summary>
    public const int DefaultJitterPercent = 10;

    /// <summary>Whether it has times that <see cref="JitterPercent"/> is about.</summary>
    public bool CanJitter => Pattern == IoPattern.Compute ? CpuPercent < 100 : ThinkTimeNs > 0;
}

/// <summary>fio's <c>exit_what</c>.</summary>
public enum ExitWhat
{
    /// <summary>All jobs of the same group.</summary>
    Group,

    /// <summary>All jobs that run.</summary>
    Stonewall,

    /// <summary>All jobs, also those that have not begun.</summary>
    All,
}

/// <summary>fio's <c>rw</c>.</summary>
public enum IoPattern
{
    /// <summary>Sequential reads.</summary>
    Read,

    /// <summary>Sequential writes.</summary>
    Write,

    /// <summary>Random reads.</summary>
    RandRead,

    /// <summary>Random writes.</summary>
    RandWrite,

    /// <summary>Sequential, reads and writes mixed.</summary>
    ReadWrite,

    /// <summary>Random, reads and writes mixed.</summary>
    RandReadWrite,

    /// <summary>No I/O: a CPU hog.</summary>
    Compute,
}

/// <summary>A length or place on a disk: bytes, or a percentage of the disk as fio allows.</summary>
/// <param name="Bytes">Bytes, when <paramref name="Percent"/> is 0.</param>
/// <param name="Percent">Percentage of the disk, 1 to 100; 0 when <paramref name="Bytes"/> counts.</param>
public readonly record struct Extent(long Bytes, int Percent = 0)
{
    /// <summary>The extent in bytes on a disk of this size, rounded down to whole 4 KiB blocks when it is a percentage.</summary>
    public long Resolve(long diskBytes) => Percent == 0 ? Bytes : (long)((Int128)diskBytes * Percent / 100) / 4096 * 4096;
}

/// <summary>fio's <c>random_distribution</c>: how often each block of the region is chosen.</summary>
/// <param name="Kind">The family.</param>
/// <param name="Parameter">zipf: theta, above 0 and not 1; pareto: h, between 0 and 1; unused for uniform.</param>
public readonly record struct AccessDistribution(DistributionKind Kind, double Parameter = 0)
{
    /// <summary>Every block alike: fio's <c>random</c>.</summary>
    public static AccessDistribution Uniform { get; } = new(DistributionKind.Uniform);
}

/// <summary>A family of access distributions.</summary>
public enum DistributionKind
{
    /// <summary>Every block alike.</summary>
    Uniform,

    /// <summary>Zipf: the k-th most popular block is chosen in proportion to k^-theta.</summary>
    Zipf,

    /// <summary>Pareto, as fio parametrises it (80/20 at h = 0.2).</summary>
    Pareto,
}
