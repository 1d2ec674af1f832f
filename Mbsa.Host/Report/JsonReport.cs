using System.Text.Json.Serialization;

namespace Mbsa.Host.Report;

/// <summary>
/// The report as programs read it: stable keys, nothing that differs from run to run. What has nothing behind it yet is null.
/// The order of the properties is the order of the keys.
/// </summary>
internal sealed record JsonReport
{
    /// <summary>Name of the scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>Its seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>"virtual" or "wall".</summary>
    public required string Clock { get; init; }

    /// <summary>Name of the QoS policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Length of the measured part, in nanoseconds of the scenario's clock.</summary>
    public required long DurationNs { get; init; }

    /// <summary>16 hexadecimal digits over every quantum of the run; null under the wall clock.</summary>
    public required string? TraceHash { get; init; }

    /// <summary>Ended before its time.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>"every" when each I/O was timed, "sampled" when one in a batch of 64 was. Counts are exact either way.</summary>
    public required string Latency { get; init; }

    /// <summary>The emulated host; of several all together.</summary>
    public required JsonHost Host { get; init; }

    /// <summary>Each of several hosts; no key where there is a single one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<JsonClusterHost>? Hosts { get; init; }

    /// <summary>Every VM in the scenario's order.</summary>
    public required IReadOnlyList<JsonVm> Vms { get; init; }

    /// <summary>The time series; empty unless asked for.</summary>
    public required IReadOnlyList<JsonWindow> Windows { get; init; }

    /// <summary>The times the host lost its power; empty when it never did.</summary>
    public required IReadOnlyList<JsonPowerFailure> PowerFailures { get; init; }

    /// <summary>Migrations in the order they began; no key where there is a single host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<JsonMigration>? Migrations { get; init; }

    /// <summary>Losses of hosts, in order; no key where there is a single host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<JsonLoss>? Losses { get; init; }

    /// <summary>Tenants in the scenario's order; no key where there is a single host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<JsonTenant>? Tenants { get; init; }

    /// <summary>How evenly the VMs were served.</summary>
    public required JsonFairness Fairness { get; init; }

    /// <summary>What the scenario expected, in its order.</summary>
    public required IReadOnlyList<JsonExpectation> Expectations { get; init; }

    /// <summary>What went wrong in the run, a line each.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}

/// <summary>The emulated host.</summary>
internal sealed record JsonHost(int Cores, JsonUtilisation Utilisation);

/// <summary>Use of the host's resources over the measured part, each 0 to 1.</summary>
internal sealed record JsonUtilisation(double Cpu, double Bus, double Nvm);

/// <summary>One VM. Rates are per second of the scenario's clock in which it was active.</summary>
internal sealed record JsonVm
{
    public required string Name { get; init; }
    public required string State { get; init; }

    /// <summary>The host it was on at the end; no key where there is a single one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required JsonPlace? Host { get; init; }
    public required int Vcpus { get; init; }

    /// <summary>Of the measured part, the time from its start until it was stopped or had come to its end.</summary>
    public required double ActiveSeconds { get; init; }
    public required long Ops { get; init; }
    public required double Iops { get; init; }
    public required double BandwidthBytesPerSecond { get; init; }
    public required JsonDirection Read { get; init; }
    public required JsonDirection Write { get; init; }

    /// <summary>Batches between two think times, from when the job wanted to begin; null without think times.</summary>
    public required JsonLatency? BatchLatencyNs { get; init; }
    public required double CpuSeconds { get; init; }

    /// <summary>Time its VCPUs were ready to run and did not, summed over VCPUs.</summary>
    public required double WaitingSeconds { get; init; }

    /// <summary>Of the run, the time in which its limit kept it from running.</summary>
    public required double ThrottledSeconds { get; init; }
    public required JsonQos Qos { get; init; }

    /// <summary>The disk's protection against wild stores; null without a disk.</summary>
    public required string? Protection { get; init; }

    /// <summary>Null without a disk.</summary>
    public required JsonWear? Wear { get; init; }

    /// <summary>Where the time of its I/Os went; null on a path without stages.</summary>
    public required JsonStages? Stages { get; init; }

    /// <summary>Null when nothing was verified.</summary>
    public required JsonVerify? Verify { get; init; }
}

/// <summary>One direction of a VM's I/O; no latencies when there was none.</summary>
internal sealed record JsonDirection(long Ops, long Bytes, double Iops, double BandwidthBytesPerSecond, JsonLatency? LatencyNs);

/// <summary>A latency distribution in nanoseconds.</summary>
internal sealed record JsonLatency(long Min, double Mean, long P50, long P95, long P99, long P999, long Max);

/// <summary>What a VM was promised and what it got.</summary>
/// <param name="Reservation">Its floor; null for none.</param>
/// <param name="Limit">Its ceiling; null for none.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="PlannedShare">The part of the host that the policy planned for it when the run ended; null where it plans none.</param>
/// <param name="AchievedShare">The part it used of the resource that it used most: cores, bus or NVM.</param>
/// <param name="ReservationMisses">Windows of 100 ms in which it got less than it was due while it wanted more; null when none was judged.</param>
/// <param name="ReservationWindows">Windows that were judged.</param>
/// <param name="ReservationJudgedSeconds">The part of them in which it wanted more than it had: what the judgement rests on.</param>
internal sealed record JsonQos(
    JsonPromise? Reservation,
    JsonPromise? Limit,
    double Weight,
    double? PlannedShare,
    double AchievedShare,
    long? ReservationMisses,
    int ReservationWindows,
    double ReservationJudgedSeconds);

/// <summary>A floor or a ceiling: "share", "bytes_per_second" or "operations_per_second".</summary>
internal sealed record JsonPromise(string Unit, double Value);

/// <summary>Wear of a VM's disk. The fraction is the most worn block's writes over the device's endurance; null when it has no end.</summary>
internal sealed record JsonWear(string Policy, long Writes, long ExtraWrites, long Max, double Mean, double Cv, double? LifetimeFraction);

/// <summary>Blocks read back and compared, and those that were not what was written.</summary>
internal sealed record JsonVerify(long Blocks, long Wrong);

/// <summary>The mean way of an I/O through the conventional stack.</summary>
/// <param name="Requests">I/Os that went it.</param>
/// <param name="TotalNs">From stub 1 to 12, in nanoseconds: the sum of the stages.</param>
/// <param name="MeanNs">The stages, "1-2" to "11-12", in nanoseconds.</param>
internal sealed record JsonStages(long Requests, double TotalNs, OrderedDictionary<string, double> MeanNs);

/// <summary>
/// One window of the time series: I/Os, and the part of the host's dominant resource used, per VM in the scenario's order. The last may be shorter than the others.
/// </summary>
internal sealed record JsonWindow(long StartNs, long DurationNs, OrderedDictionary<string, long> Ops, OrderedDictionary<string, double> Share);

/// <summary>A power failure of the host. The counts are 0 when the run ended before the power came back.</summary>
/// <param name="AtNs">When, after the measured part began.</param>
/// <param name="OutageNs">How long the power was to be away.</param>
/// <param name="VmsBack">VMs that ran before and run again.</param>
/// <param name="DisksRecovered">Virtual disks mounted that nobody had properly ended.</param>
/// <param name="RecordsRecovered">Changes of their maps that were taken from their logs, because the VDMT need not have had them.</param>
internal sealed record JsonPowerFailure(long AtNs, long OutageNs, int VmsBack, int DisksRecovered, long RecordsRecovered);

/// <summary>Fairness over all VMs that do I/O.</summary>
/// <param name="Jain">Jain's index of the bandwidths; null with fewer than two such VMs.</param>
/// <param name="MaxMinSlowdown">Null: it needs each VM's run alone.</param>
internal sealed record JsonFairness(double? Jain, double? MaxMinSlowdown);

/// <summary>One expectation and what became of it.</summary>
/// <param name="Text">As the scenario has it.</param>
/// <param name="Held">Whether it held; not without data.</param>
/// <param name="Measured">What was measured, for people.</param>
/// <param name="Value">The left side in base units (nanoseconds, bytes, per second, fractions); null without data.</param>
/// <param name="Bound">What it was compared with, in the same unit; null without data.</param>
internal sealed record JsonExpectation(string Text, bool Held, string Measured, double? Value, double? Bound);
