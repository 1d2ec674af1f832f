using System.Collections.Immutable;

namespace Mbsa.Model.Watching;

/// <summary>How a run stands, for people who watch it. Taken from the workers' own counters without stopping them.</summary>
/// <param name="ClockNs">The scenario's clock, in nanoseconds since the VMs started.</param>
/// <param name="EndNs">Where the clock will stand at the end.</param>
/// <param name="Measuring">The warm-up is over.</param>
/// <param name="Vms">Every VM in the scenario's order.</param>
public sealed record LiveSnapshot(long ClockNs, long EndNs, bool Measuring, ImmutableArray<VmSample> Vms)
{
    /// <summary>Bytes of the NVM device that belong to child devices.</summary>
    public long NvmAllocatedBytes { get; init; }

    /// <summary>VMs that were turned away for want of what they had to be promised.</summary>
    public long AdmissionRefusals { get; init; }

    /// <summary>Plans that the policy made.</summary>
    public long Plans { get; init; }

    /// <summary>Core time that went into deciding who runs next, in nanoseconds; 0 under the virtual clock.</summary>
    public long SchedulerOverheadNs { get; init; }

    /// <summary>How the hosts stand; null for a single one.</summary>
    public LiveCluster? Cluster { get; init; }
}
