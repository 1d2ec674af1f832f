using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Searching;

/// <summary>A VM of a <see cref="DrawnSet"/>.</summary>
internal sealed record DrawnVm
{
    private const long SmallestDiskBytes = 4L << 20;

    /// <summary>Unique in the set.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, one clone on each VCPU.</summary>
    public required IReadOnlyList<DrawnJob> Jobs { get; init; }

    /// <summary>Weight.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Floor as a share; 0 for none.</summary>
    public double Floor { get; init; }

    /// <summary>Ceiling as a share; null for none.</summary>
    public double? Limit { get; init; }

    /// <summary>When it starts, in milliseconds of the measured part; null for before.</summary>
    public int? ComesAtMs { get; init; }

    /// <summary>When it is stopped, in milliseconds of the measured part; null for never.</summary>
    public int? GoesAtMs { get; init; }

    /// <summary>Its VCPUs: one for each clone of a job.</summary>
    public int Vcpus => Jobs.Sum(job => job.Clones);

    /// <summary>Whether all its VCPUs do the same.</summary>
    public bool IsOfOneKind => Jobs.Count == 1;

    /// <summary>The longest pause of any of its jobs, in nanoseconds; 0 for none.</summary>
    public long LongestPauseNs => Jobs.Max(job => job.ThinkNs);

    /// <summary>Bytes of its disk; null without one. A block of the map is 4 KiB.</summary>
    public long? DiskBytes => Jobs.All(job => job.IsComputing)
        ? null
        : Math.Max(SmallestDiskBytes, (Jobs.Max(job => (long)job.BlockBytes) + 4095) / 4096 * 4096);

    /// <summary>Whether it is there from one moment to another, in milliseconds of the measured part.</summary>
    public bool IsThere(int fromMs, int toMs) => (ComesAtMs ?? 0) <= fromMs && (GoesAtMs ?? int.MaxValue) >= toMs;

    /// <summary>The VM as a scenario has it.</summary>
    public VmSpec ToSpec() => new()
    {
        Name = Name,
        Vcpus = Vcpus,
        Storage = DiskBytes is { } bytes ? new StorageSpec(IoPath.MemoryBus, bytes) : null,
        Qos = new QosSpec
        {
            Weight = Weight,
            Reservation = Floor > 0 ? new Promise(PromiseUnit.Share, Floor) : null,
            Limit = Limit is { } limit ? new Promise(PromiseUnit.Share, limit) : null,
        },
        Jobs = [.. Jobs.Select((job, i) => job.ToSpec($"j{i}"))],
        StartsAtOnce = ComesAtMs is null,
    };
}

/// <summary>A job of a <see cref="DrawnVm"/>.</summary>
/// <param name="Clones">VCPUs that do it.</param>
/// <param name="BlockBytes">Bytes of an I/O; 0 for computing.</param>
/// <param name="ReadPercent">Reads among its I/Os.</param>
/// <param name="ThinkNs">Pause after each batch, in nanoseconds; 0 for none.</param>
/// <param name="ThinkBlocks">I/Os of a batch.</param>
internal sealed record DrawnJob(int Clones, int BlockBytes, int ReadPercent = 0, long ThinkNs = 0, int ThinkBlocks = 1)
{
    /// <summary>Whether it does no I/O.</summary>
    public bool IsComputing => BlockBytes == 0;

    /// <summary>The job as a scenario has it.</summary>
    public JobSpec ToSpec(string name) => new()
    {
        Name = name,
        NumJobs = Clones,
        TimeBased = true,
        Pattern = IsComputing
        ? IoPattern.Compute
        : ReadPercent switch { 0 => IoPattern.RandWrite, 100 => IoPattern.RandRead, _ => IoPattern.RandReadWrite },
        ReadPercent = ReadPercent,
        ReadBlockBytes = Math.Max(512, BlockBytes),
        WriteBlockBytes = Math.Max(512, BlockBytes),
        ThinkTimeNs = ThinkNs,
        ThinkTimeBlocks = ThinkBlocks,
    };
}
