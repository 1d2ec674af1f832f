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

    /// <summary>fio's <c>bs</c> for reads, in bytes; a multiple of 512. Of several sizes the largest.</summary>
    public int ReadBlockBytes { get; init; } = 4096;

    /// <summary>fio's <c>bs</c> for writes, in bytes; a multiple of 512. Of several sizes the largest.</summary>
    public int WriteBlockBytes { get; init; } = 4096;

    /// <summary>fio's <c>bssplit</c> or <c>bsrange</c> for reads; null when they are all alike.</summary>
    public BlockSizes? ReadSizes { get; init; }

    /// <summary>fio's <c>bssplit</c> or <c>bsrange</c> for writes; null when they are all alike.</summary>
    public BlockSizes? WriteSizes { get; init; }

    /// <summary>fio's <c>blockalign</c> for random reads without passes, in bytes; null for the smallest block.</summary>
    public int? ReadAlignBytes { get; init; }

    /// <summary>fio's <c>blockalign</c> for random writes without passes, in bytes; null for the smallest block.</summary>
    public int? WriteAlignBytes { get; init; }

    /// <summary>fio's <c>rw=read:N</c> in a sequential pattern: bytes left out behind each I/O, or gone back.</summary>
    public long HoleBytes { get; init; }

    /// <summary>fio's <c>rw=randread:N</c>: I/Os for each random place, the others following the first.</summary>
    public int IosPerOffset { get; init; } = 1;

    /// <summary>fio's <c>rw_sequencer=identical</c>: those <see cref="IosPerOffset"/> I/Os are all at one place.</summary>
    public bool RepeatsOffset { get; init; }

    /// <summary>fio's <c>percentage_random</c> for reads: how many of a random pattern are random, the others sequential.</summary>
    public int ReadRandomPercent { get; init; } = 100;

    /// <summary>fio's <c>percentage_random</c> for writes.</summary>
    public int WriteRandomPercent { get; init; } = 100;

    /// <summary>fio's <c>filename</c>: jobs of one name work on one file; null for a file of its own, or the disk.</summary>
    public string? FileName { get; init; }

    /// <summary>fio's <c>nrfiles</c>: files of a job that names none; each has its part of the size.</summary>
    public int FileCount { get; init; } = 1;

    /// <summary>fio's <c>file_service_type</c>: which of several files is next.</summary>
    public FileService FileService { get; init; }

    /// <summary>fio's number behind <c>file_service_type</c>: I/Os before another file has its turn.</summary>
    public int IosPerFile { get; init; } = 1;

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

    /// <summary>Names of the files that one clone works on, as given; empty where it names none.</summary>
    public IReadOnlyList<string> FileNames => FileName?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>How many files one clone works on.</summary>
    public int FilesOfClone => FileName is null ? FileCount : Math.Max(1, FileNames.Count);

    /// <summary>Whether its I/Os of a direction in use are of several sizes.</summary>
    public bool HasSeveralSizes =>
        (JobRegion.UsesReads(this) && ReadSizes is not null) || (JobRegion.UsesWrites(this) && WriteSizes is not null);

    /// <summary>The sizes of reads or writes; null when they are all alike.</summary>
    public BlockSizes? BlockSizesOf(bool isWrite) => isWrite ? WriteSizes : ReadSizes;

    /// <summary>How long a read or write is on the average, in bytes.</summary>
    public double MeanBlockBytes(bool isWrite) => BlockSizesOf(isWrite)?.MeanBytes ?? (isWrite ? WriteBlockBytes : ReadBlockBytes);

    /// <summary>Whether it goes over its region in passes, each block once in each.</summary>
    public bool GoesInPasses => Pattern is IoPattern.RandRead or IoPattern.RandWrite or IoPattern.RandReadWrite
        && !NoRandomMap && Distribution.Kind == DistributionKind.Uniform;

    /// <summary>What the place of a random read or write is a multiple of, in bytes.</summary>
    public int AlignBytes(bool isWrite) => (isWrite ? WriteAlignBytes : ReadAlignBytes) ?? MinBlockBytes(isWrite);

    /// <summary>The smallest read or write, in bytes.</summary>
    public int MinBlockBytes(bool isWrite) => BlockSizesOf(isWrite)?.MinBytes ?? (isWrite ? WriteBlockBytes : ReadBlockBytes);

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
