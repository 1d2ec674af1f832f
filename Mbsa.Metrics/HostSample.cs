using System.Collections.Immutable;
using Mbsa.Model.Watching;

namespace Mbsa.Metrics;

/// <summary>One host at one moment. Counts are totals since the run began.</summary>
public sealed record HostSample
{
    /// <summary>Name of the host.</summary>
    public required string Host { get; init; }

    /// <summary>Whether it is there. One of several hosts can be lost, or not added yet.</summary>
    public bool IsUp { get; init; } = true;

    /// <summary>The run's clock, virtual or wall, in seconds since the VMs started.</summary>
    public required double ClockSeconds { get; init; }

    /// <summary>The VMs on it, each name once; of a single host all VMs of the scenario.</summary>
    public required ImmutableArray<VmSample> Vms { get; init; }

    /// <summary>The VMs that have series: all but those that were stopped for good. A VM that is left out loses its series.</summary>
    public IEnumerable<VmSample> Present => Vms.Where(vm => vm.State != VmState.Stopped);

    /// <summary>Wear of the disks, by the name of the VM; a VM that has no virtual disk has none.</summary>
    public IReadOnlyDictionary<string, WearSample> Wear { get; init; } = ImmutableDictionary<string, WearSample>.Empty;

    /// <summary>Share of the cores' time in use, 0 to 1.</summary>
    public required double CpuUtilisation { get; init; }

    /// <summary>Share of the memory bus's bandwidth in use, 0 to 1.</summary>
    public required double BusUtilisation { get; init; }

    /// <summary>Share of the NVM device's bandwidth in use, 0 to 1.</summary>
    public required double NvmUtilisation { get; init; }

    /// <summary>Bytes of the NVM device that belong to child devices.</summary>
    public required long NvmAllocatedBytes { get; init; }

    /// <summary>Size of the NVM device, in bytes.</summary>
    public required long NvmSizeBytes { get; init; }

    /// <summary>Jain's index of fairness among the VMs, above 0 and at most 1; see <see cref="Fairness.JainIndex"/>.</summary>
    public required double JainIndex { get; init; }

    /// <summary>VMs that were turned away because what they had to be promised was not there.</summary>
    public long AdmissionRefusals { get; init; }

    /// <summary>Plans that the policy made.</summary>
    public long Plans { get; init; }

    /// <summary>
    /// Core time that went into deciding who runs next, in seconds; 0 under the virtual clock, where deciding takes no time.
    /// </summary>
    public double SchedulerOverheadSeconds { get; init; }
}
