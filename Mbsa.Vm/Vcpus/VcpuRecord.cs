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

    /// <summary>Writes it down, for a VM that moves: <see cref="Stages"/> is empty then.</summary>
    public void SaveTo(BinaryWriter to)
    {
        Counters.SaveTo(to);
        Latency.SaveTo(to);
    }

    /// <summary>Goes on from one that was written down.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        Counters.RestoreFrom(from);
        Latency.RestoreFrom(from);
    }
}
