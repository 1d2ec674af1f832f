using System.Collections.Immutable;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;

namespace Mbsa.Vm.Vcpus;

/// <summary>Everything that is counted of one VCPU. It belongs to the VM and outlives the workers that write to it.</summary>
/// <param name="jobs">Clones of jobs that it runs.</param>
/// <param name="samplePeriodNs">Where what fio reports of jobs is wanted, time between two samples of their rates; null where not.</param>
public sealed class VcpuRecord(int jobs = 0, long? samplePeriodNs = null)
{
    /// <summary>What each of its clones of jobs did, in the order in which it was dealt them.</summary>
    public ImmutableArray<JobRecord> Jobs { get; } =
    [
        .. Enumerable.Range(0, jobs).Select(_ => new JobRecord(samplePeriodNs is { } periodNs ? new JobDetail(periodNs) : null)),
    ];

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
        foreach (var job in Jobs)
        {
            job.SaveTo(to);
        }
    }

    /// <summary>Goes on from one that was written down.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        Counters.RestoreFrom(from);
        Latency.RestoreFrom(from);
        foreach (var job in Jobs)
        {
            job.RestoreFrom(from);
        }
    }
}
