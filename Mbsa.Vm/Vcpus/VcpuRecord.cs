using Mbsa.Vm.Paths;

namespace Mbsa.Vm.Vcpus;

/// <summary>Everything that is counted of one VCPU. It belongs to the VM and outlives the workers that write to it.</summary>
public sealed class VcpuRecord
{
    /// <summary>What it did so far.</summary>
    public VcpuCounters Counters { get; } = new();

    /// <summary>How long its I/Os took.</summary>
    public LatencyRecorder Latency { get; } = new();

    /// <summary>Where the time of its I/Os went on a conventional path; empty on the others.</summary>
    public StageTimes Stages { get; } = new();
}
