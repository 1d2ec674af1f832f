using System.Collections.Immutable;

namespace Mbsa.Actors.Results;

/// <summary>How a run stands, for people who watch it. Taken from the workers' own counters without stopping them.</summary>
/// <param name="ClockNs">The scenario's clock, in nanoseconds since the VMs started.</param>
/// <param name="EndNs">Where the clock will stand at the end.</param>
/// <param name="Measuring">The warm-up is over.</param>
/// <param name="Vms">Every VM in the scenario's order.</param>
public sealed record LiveSnapshot(long ClockNs, long EndNs, bool Measuring, ImmutableArray<LiveVm> Vms)
{
    /// <summary>Bytes of the NVM device that belong to child devices.</summary>
    public long NvmAllocatedBytes { get; init; }
}

/// <summary>One VM's counters since it started; they only grow.</summary>
public sealed record LiveVm
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

    /// <summary>Time its VCPUs were ready to run and did not, in nanoseconds.</summary>
    public long WaitingNs { get; init; }

    /// <summary>Quanta granted.</summary>
    public long Quanta { get; init; }

    /// <summary>Share of the host's core time the policy planned for it; null where it plans none.</summary>
    public double? PlannedShare { get; init; }
}
