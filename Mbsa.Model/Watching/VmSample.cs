namespace Mbsa.Model.Watching;

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

    /// <summary>Time its limit kept it from running, in nanoseconds.</summary>
    public long ThrottledNs { get; init; }

    /// <summary>When its use of the host was looked at last, in nanoseconds of the scenario's clock.</summary>
    public long ObservedNs { get; init; }

    /// <summary>Its use of the cores until then, by nominal costs: nanoseconds for which it took all of them.</summary>
    public double CoresUsedNs { get; init; }

    /// <summary>Its use of the memory bus until then, likewise.</summary>
    public double BusUsedNs { get; init; }

    /// <summary>Its use of the NVM until then, likewise.</summary>
    public double NvmUsedNs { get; init; }

    /// <summary>
    /// The part of the host that the policy expects it to get, 0 to 1, as a share of the resource it uses most; null where the policy
    /// plans none.
    /// </summary>
    public double? PlannedShare { get; init; }

    /// <summary>The part of the host that it got lately, 0 to 1, as a share of the resource it used most.</summary>
    public double AchievedShare { get; init; }

    /// <summary>Windows of 100 ms, of the measured part, in which it got less than its reservation while it wanted more.</summary>
    public long ReservationMisses { get; init; }

    /// <summary>Latencies of its reads; null where none are recorded.</summary>
    public LatencyBatch? ReadLatency { get; init; }

    /// <summary>Latencies of its writes; null where none are recorded.</summary>
    public LatencyBatch? WriteLatency { get; init; }

    /// <summary>Core time used, in nanoseconds.</summary>
    public long CpuNs => StorageCpuNs + ComputeCpuNs;

    /// <summary>
    /// The part of the host that it got since an earlier sample: its share of the resource it used most, the unit of reservations and
    /// planned shares. Use that fell is counted anew, as on a host the VM came to: all of it is since then.
    /// </summary>
    /// <param name="earlier">The sample before; null for the start of the run.</param>
    /// <returns>0 to 1; null when its use was not looked at in between.</returns>
    public double? ShareSince(VmSample? earlier)
    {
        double elapsedNs = ObservedNs - (earlier?.ObservedNs ?? 0);
        if (earlier is not null && (CoresUsedNs < earlier.CoresUsedNs || BusUsedNs < earlier.BusUsedNs || NvmUsedNs < earlier.NvmUsedNs))
        {
            earlier = null;
        }
        double usedNs = Math.Max(
            CoresUsedNs - (earlier?.CoresUsedNs ?? 0),
            Math.Max(BusUsedNs - (earlier?.BusUsedNs ?? 0), NvmUsedNs - (earlier?.NvmUsedNs ?? 0)));
        return elapsedNs > 0 ? Math.Clamp(usedNs / elapsedNs, 0, 1) : null;
    }

    /// <summary>I/Os completed.</summary>
    public long Operations => ReadOperations + WriteOperations;

    /// <summary>Bytes moved by I/Os.</summary>
    public long Bytes => ReadBytes + WriteBytes;
}
