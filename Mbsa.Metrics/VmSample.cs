namespace Mbsa.Metrics;

/// <summary>One VM at one moment. Counts are totals since it started; they only grow. Times are those of the scenario's clock.</summary>
public sealed record VmSample
{
    /// <summary>Name of the VM.</summary>
    public required string Name { get; init; }

    /// <summary>How it stands.</summary>
    public required VmState State { get; init; }

    /// <summary>Reads completed.</summary>
    public long ReadOperations { get; init; }

    /// <summary>Writes completed.</summary>
    public long WriteOperations { get; init; }

    /// <summary>Bytes read.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Bytes written.</summary>
    public long WriteBytes { get; init; }

    /// <summary>Core time spent on I/O, in nanoseconds.</summary>
    public long StorageCpuNs { get; init; }

    /// <summary>Core time spent computing, in nanoseconds.</summary>
    public long ComputeCpuNs { get; init; }

    /// <summary>Time its VCPUs were ready to run and did not, in nanoseconds, summed over VCPUs.</summary>
    public long WaitingNs { get; init; }

    /// <summary>Quanta granted.</summary>
    public long Quanta { get; init; }

    /// <summary>Share of the host's core time the policy planned for it, 0 to 1; null where the policy plans none.</summary>
    public double? PlannedShare { get; init; }

    /// <summary>Share of the core time used by all VMs that it got lately, 0 to 1.</summary>
    public double AchievedShare { get; init; }

    /// <summary>Planning periods in which it got less than its reservation although it wanted it.</summary>
    public long ReservationMisses { get; init; }

    /// <summary>Latencies of its reads; null where none are recorded.</summary>
    public LatencyBatch? ReadLatency { get; init; }

    /// <summary>Latencies of its writes; null where none are recorded.</summary>
    public LatencyBatch? WriteLatency { get; init; }

    /// <summary>Core time used, in nanoseconds.</summary>
    public long CpuNs => StorageCpuNs + ComputeCpuNs;

    /// <summary>I/Os completed.</summary>
    public long Operations => ReadOperations + WriteOperations;

    /// <summary>Bytes moved by I/Os.</summary>
    public long Bytes => ReadBytes + WriteBytes;
}
