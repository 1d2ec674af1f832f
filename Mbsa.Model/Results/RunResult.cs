using System.Collections.Immutable;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Jobs;

namespace Mbsa.Model.Results;

/// <summary>What a run measured. A run that was interrupted or failed in part has one too.</summary>
public sealed record RunResult
{
    /// <summary>What was run.</summary>
    public required ScenarioSpec Scenario { get; init; }

    /// <summary>Length of the measured part, in nanoseconds of the scenario's clock; shorter than asked when interrupted.</summary>
    public required long MeasuredNs { get; init; }

    /// <summary>Hash over every quantum of the run in order; null under the wall clock.</summary>
    public ulong? TraceHash { get; init; }

    /// <summary>Ended before its time.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Real time the run took, in seconds. Not part of the report: it differs from run to run.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Use of the host, each between 0 and 1.</summary>
    public required HostUtilisation Utilisation { get; init; }

    /// <summary>Every VM in the scenario's order.</summary>
    public required ImmutableArray<VmResult> Vms { get; init; }

    /// <summary>The time series, if asked for.</summary>
    public ImmutableArray<WindowResult> Windows { get; init; } = [];

    /// <summary>What a run on several hosts measured beyond its VMs; null for a single host.</summary>
    public ClusterResult? Cluster { get; init; }

    /// <summary>The times the host lost its power, in order.</summary>
    public ImmutableArray<PowerFailureResult> PowerFailures { get; init; } = [];

    /// <summary>Events that could not happen; <see cref="Problems"/> says why.</summary>
    public int EventsMissed { get; init; }

    /// <summary>What went wrong in the run, a line each: failed VCPUs, blocks that were not what was written.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];
}

/// <summary>Use of a host's resources over the measured part, each between 0 and 1.</summary>
public sealed record HostUtilisation(double Cpu, double Bus, double Nvm);

/// <summary>What one VM did in the measured part.</summary>
public sealed record VmResult
{
    /// <summary>The VM.</summary>
    public required VmSpec Spec { get; init; }

    /// <summary>How it stood at the end.</summary>
    public required VmState State { get; init; }

    /// <summary>
    /// Of the measured part, the time in nanoseconds from its start until it was stopped, given up, or had come to its end: what its
    /// rates are per. Pauses, while it moved or its host had no power, are in it.
    /// </summary>
    public long ActiveNs { get; init; }

    /// <summary>Its reads.</summary>
    public required DirectionResult Read { get; init; }

    /// <summary>Its writes.</summary>
    public required DirectionResult Write { get; init; }

    /// <summary>How long its batches between two think times took; null when its jobs have none.</summary>
    public LatencySummary? BatchNs { get; init; }

    /// <summary>Core time of quanta that ended spent on I/O, in nanoseconds.</summary>
    public long StorageCpuNs { get; init; }

    /// <summary>Core time of quanta that ended spent computing, in nanoseconds.</summary>
    public long ComputeCpuNs { get; init; }

    /// <summary>Core time used, in nanoseconds: what of a quantum is in the measured part.</summary>
    public long CpuNs => Use.HeldNs;

    /// <summary>Time its VCPUs were ready to run and did not, in nanoseconds, summed over VCPUs.</summary>
    public long WaitingNs { get; init; }

    /// <summary>Share of the host's core time the policy planned for it, 0 to 1; null where the policy plans none.</summary>
    public double? PlannedShare { get; init; }

    /// <summary>Share of the core time used by all VMs that it got, 0 to 1.</summary>
    public double CoreShare { get; init; }

    /// <summary>What it used of the host by nominal costs, and how its promises were kept.</summary>
    public VmUse Use { get; init; } = new();

    /// <summary>Blocks read back and compared with what was written to them.</summary>
    public long BlocksVerified { get; init; }

    /// <summary>Of those, the ones that were not what was written.</summary>
    public long BlocksWrong { get; init; }

    /// <summary>Quanta its VCPUs were granted.</summary>
    public long Quanta { get; init; }

    /// <summary>Wear of its disk; null without one.</summary>
    public WearResult? Wear { get; init; }

    /// <summary>Where the time of its I/Os went on a conventional path; null on the others.</summary>
    public StagesResult? Stages { get; init; }

    /// <summary>What each clone of its jobs did, in their order; empty when it never ran.</summary>
    public ImmutableArray<JobResult> Jobs { get; init; } = [];

    /// <summary>What went wrong in it, a line each.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>
    /// The part of the host's dominant resource that it got, 0 to 1: the unit of reservations, limits and planned shares.
    /// </summary>
    public double DominantShare(long measuredNs) => measuredNs > 0 ? Use.Use.DominantNs / measuredNs : 0;

    /// <summary>The result of a VM that never ran.</summary>
    public static VmResult NotRun(VmSpec spec, VmState state) =>
        new() { Spec = spec, State = state, Read = new DirectionResult(0, 0, null), Write = new DirectionResult(0, 0, null) };
}

/// <summary>What one clone of a job did.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Index">Which clone, from 0.</param>
/// <param name="Group">Its group in the report, from 0.</param>
/// <param name="StartNs">When it began, on the scenario's clock, which begins with the warm-up; null when it did not.</param>
/// <param name="EndNs">When it came to its end; null when it did not.</param>
/// <param name="Measured">Its I/Os of the measured part, without those of its ramp time.</param>
public sealed record JobResult(string Name, int Index, int Group, long? StartNs, long? EndNs, JobCounts Measured)
{
    /// <summary>What fio's report has of it beyond that; null where nobody asked.</summary>
    public JobFacts? Facts { get; init; }
}

/// <summary>One direction of a VM's I/O.</summary>
/// <param name="Operations">I/Os completed.</param>
/// <param name="Bytes">Bytes they moved.</param>
/// <param name="LatencyNs">Their latencies; null when there were none.</param>
public sealed record DirectionResult(long Operations, long Bytes, LatencySummary? LatencyNs);

/// <summary>A latency distribution, in nanoseconds. The mean is exact, percentiles are within 1 % of the recorded value.</summary>
public sealed record LatencySummary(long Min, double Mean, long P50, long P95, long P99, long P999, long Max, long Samples);

/// <summary>Where the time of a VM's I/Os went, reads and writes together.</summary>
/// <param name="Requests">I/Os that went the whole way.</param>
/// <param name="MeanNs">
/// Mean time of an I/O between one stub of the paper's Figure 1B and the next, in nanoseconds: eleven, for twelve stubs.
/// </param>
public sealed record StagesResult(long Requests, ImmutableArray<double> MeanNs);

/// <summary>Wear of one disk over the measured part.</summary>
public sealed record WearResult(string Policy, long Writes, long ExtraWrites, long Max, double Mean, double CoefficientOfVariation);

/// <summary>One window of the time series.</summary>
/// <param name="StartNs">Start, in nanoseconds after the measured part began.</param>
/// <param name="EndNs">End; the last window ends with the measured part and may be shorter than the others.</param>
/// <param name="Operations">I/Os each VM completed in it, in the scenario's order of VMs.</param>
/// <param name="Uses">What each VM used of its host in it, in the same order.</param>
public sealed record WindowResult(long StartNs, long EndNs, ImmutableArray<long> Operations, ImmutableArray<ResourceUse> Uses)
{
    /// <summary>The part of the host's dominant resource that each VM used in it, 0 to 1, in the same order.</summary>
    public ImmutableArray<double> Shares { get; } = [.. Uses.Select(use => use.DominantNs / (EndNs - StartNs))];
}
