using System.Text.Json.Serialization;

namespace Mbsa.Host.Report;

/// <summary>One of several hosts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">"up" or "down", at the end.</param>
/// <param name="Machine">Name of its machine.</param>
/// <param name="Policy">Name of its QoS policy.</param>
/// <param name="QuantumNs">What it grants a VCPU at once, in nanoseconds.</param>
/// <param name="Cores">Its cores.</param>
/// <param name="Utilisation">Use of its resources over the measured part.</param>
/// <param name="Vms">VMs on it at the end.</param>
/// <param name="TraceHash">16 hexadecimal digits over every quantum of it; null under the wall clock.</param>
internal sealed record JsonClusterHost(
    string Name, string State, string Machine, string Policy, long QuantumNs, int Cores, JsonUtilisation Utilisation, int Vms,
    string? TraceHash);

/// <summary>A live migration.</summary>
internal sealed record JsonMigration
{
    public required string Vm { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }

    /// <summary>When it began, after the measured part began.</summary>
    public required long StartNs { get; init; }

    /// <summary>"done", "cancelled", or "under way" when the run ended before it did.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it was cancelled; null when it was not.</summary>
    public required string? Reason { get; init; }

    /// <summary>Rounds of copying, the last while the VM was stopped.</summary>
    public required int Rounds { get; init; }
    public required long Bytes { get; init; }

    /// <summary>From its beginning to the VM running at the target, or to its cancellation.</summary>
    public required long TotalNs { get; init; }

    /// <summary>How long the VM did not run.</summary>
    public required long DowntimeNs { get; init; }
}

/// <summary>A loss of a host. What came back is 0 when it did not come back.</summary>
/// <param name="Host">The host.</param>
/// <param name="AtNs">When, after the measured part began.</param>
/// <param name="BackAtNs">When it came back; null when it did not.</param>
/// <param name="VmsStopped">VMs that stopped with it.</param>
/// <param name="VmsBack">VMs that run again.</param>
/// <param name="DisksRecovered">Virtual disks mounted that nobody had properly ended.</param>
/// <param name="RecordsRecovered">Changes of their maps that were taken from their logs.</param>
internal sealed record JsonLoss(
    string Host, long AtNs, long? BackAtNs, int VmsStopped, int VmsBack, int DisksRecovered, long RecordsRecovered);

/// <summary>A tenant's promise over several hosts.</summary>
/// <param name="Name">The tenant.</param>
/// <param name="Reservation">What it was promised.</param>
/// <param name="MaxLeased">The most that was leased of it at one moment, in the unit of the promise.</param>
/// <param name="Epochs">Epochs in which it wanted all of it.</param>
/// <param name="Misses">Of those, the ones in which it got less than 99 %.</param>
internal sealed record JsonTenant(
    string Name, JsonPromise Reservation, [property: JsonPropertyName("most_leased")] double MaxLeased, int Epochs, int Misses);
