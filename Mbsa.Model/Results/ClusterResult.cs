using System.Collections.Immutable;

namespace Mbsa.Model.Results;

/// <summary>What a run on several hosts measured beyond its VMs.</summary>
public sealed record ClusterResult
{
    /// <summary>Every host in the scenario's order.</summary>
    public required ImmutableArray<ClusterHostResult> Hosts { get; init; }

    /// <summary>Every migration in the order they began.</summary>
    public ImmutableArray<MigrationResult> Migrations { get; init; } = [];

    /// <summary>Every loss of a host, in order.</summary>
    public ImmutableArray<HostLossResult> Losses { get; init; } = [];

    /// <summary>Every tenant in the scenario's order.</summary>
    public ImmutableArray<TenantResult> Tenants { get; init; } = [];

    /// <summary>For each VM in the scenario's order the index of the host it was on at the end; null for none.</summary>
    public required ImmutableArray<int?> HostOfVm { get; init; }

    /// <summary>Epochs run.</summary>
    public long Epochs { get; init; }

    /// <summary>
    /// Hosts that were rebuilt and replayed because the process that carried them was lost. Not part of the report: the result does not
    /// depend on it.
    /// </summary>
    public int Rebuilt { get; init; }
}

/// <summary>What one host did in the measured part.</summary>
/// <param name="Name">The host.</param>
/// <param name="Utilisation">Use of its resources, each between 0 and 1.</param>
/// <param name="VmsAtEnd">VMs that were on it at the end.</param>
/// <param name="TraceHash">Hash over every quantum of it in order; null under the wall clock.</param>
/// <param name="IsUp">Whether it was there at the end.</param>
public sealed record ClusterHostResult(string Name, HostUtilisation Utilisation, int VmsAtEnd, ulong? TraceHash, bool IsUp);

/// <summary>One live migration.</summary>
public sealed record MigrationResult
{
    /// <summary>Index of the VM.</summary>
    public required int Vm { get; init; }

    /// <summary>Index of the host it left.</summary>
    public required int From { get; init; }

    /// <summary>Index of the host it went to.</summary>
    public required int To { get; init; }

    /// <summary>When it began, in nanoseconds after the measured part began.</summary>
    public required long StartNs { get; init; }

    /// <summary>From its beginning to the VM running at the target, or to its cancellation, in nanoseconds.</summary>
    public long TotalNs { get; init; }

    /// <summary>How long the VM did not run, in nanoseconds.</summary>
    public long DowntimeNs { get; init; }

    /// <summary>Rounds of copying, the last while the VM was stopped.</summary>
    public int Rounds { get; init; }

    /// <summary>Bytes sent.</summary>
    public long Bytes { get; init; }

    /// <summary>Why it did not happen; null when it did, and also when it was still under way at the end of the run.</summary>
    public string? WhyCancelled { get; init; }

    /// <summary>Whether the VM runs at the target.</summary>
    public bool IsDone { get; init; }
}

/// <summary>One loss of a host.</summary>
/// <param name="Host">Index of the host.</param>
/// <param name="AtNs">When, in nanoseconds after the measured part began.</param>
/// <param name="VmsStopped">VMs that stopped with it.</param>
public sealed record HostLossResult(int Host, long AtNs, int VmsStopped)
{
    /// <summary>When it came back, in nanoseconds after the measured part began; null when it did not.</summary>
    public long? BackAtNs { get; init; }

    /// <summary>VMs that run again.</summary>
    public int VmsBack { get; init; }

    /// <summary>Virtual disks mounted that nobody had ended.</summary>
    public int DisksRecovered { get; init; }

    /// <summary>Changes of their maps that were only in their logs.</summary>
    public long RecordsRecovered { get; init; }
}

/// <summary>How a tenant's promise over several hosts was kept.</summary>
/// <param name="Name">The tenant.</param>
/// <param name="MaxLeased">
/// The most that was ever leased of it at one moment, in the unit of the promise, leases that had not expired among them.
/// </param>
/// <param name="Promised">The promise, in the same unit.</param>
public sealed record TenantResult(string Name, double MaxLeased, double Promised)
{
    /// <summary>Epochs in which the tenant wanted its promise and got less than 99 % of it.</summary>
    public int Misses { get; init; }

    /// <summary>Epochs in which it wanted all of it.</summary>
    public int Epochs { get; init; }
}
