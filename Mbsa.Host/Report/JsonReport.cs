using System.Text.Json.Nodes;
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

    public required ulong Seed { get; init; }

    /// <summary>"virtual" or "wall".</summary>
    public required string Clock { get; init; }

    /// <summary>Name of the QoS policy; null where hosts have different ones, which <see cref="Hosts"/> names.</summary>
    public required string? Policy { get; init; }

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

    /// <summary>
    /// Every VM in the scenario's order: what it is, and its figures. Rates are per second of the scenario's clock in which it was active.
    /// </summary>
    public required IReadOnlyList<JsonObject> Vms { get; init; }

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

    /// <summary>Events that could not happen; the problems say why.</summary>
    public required int EventsMissed { get; init; }

    /// <summary>What went wrong in the run, a line each.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>What is bad whatever was expected, such as a disk that is worn out; a line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>The emulated host.</summary>
internal sealed record JsonHost(int Cores, JsonUtilisation Utilisation);

/// <summary>Use of the host's resources over the measured part, each 0 to 1.</summary>
internal sealed record JsonUtilisation(double Cpu, double Bus, double Nvm);

/// <summary>A floor or a ceiling: "share", "bytes_per_second" or "operations_per_second".</summary>
internal sealed record JsonPromise(string Unit, double Value);

/// <summary>
/// One window of the time series: I/Os, and the part of the host's dominant resource used, per VM in the scenario's order.
/// The last may be shorter than the others.
/// </summary>
internal sealed record JsonWindow(
    long StartNs, long DurationNs, OrderedDictionary<string, long> Ops, OrderedDictionary<string, double> Share);

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
