using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Deciding;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Hosts;

/// <summary>The way to one host of a run, wherever it is: steps go there, a report of each comes back.</summary>
internal interface IHostLink
{
    /// <summary>Has the host do a step.</summary>
    /// <param name="step">The step; its number is the one after the last.</param>
    /// <param name="ended">The run ends without a result.</param>
    Task<HostReport> StepAsync(HostStep step, CancellationToken ended);
}

/// <summary>From the conductor to a host: commands, and how far time shall pass after them.</summary>
/// <param name="Number">Number of the step, from 1.</param>
/// <param name="UntilNs">The moment, on the scenario's clock; not before the last step's.</param>
/// <param name="Commands">What is to be done first, in this order.</param>
/// <param name="WithView">Whether somebody watches and wants to see the VMs. It changes nothing about the host.</param>
internal sealed record HostStep(long Number, long UntilNs, ImmutableArray<HostCommand> Commands, bool WithView = false)
{
    /// <summary>The moment of the commands, on the scenario's clock: a host on which nobody was left to run has not come so far.</summary>
    public long FromNs { get; init; }
}

/// <summary>From a host: a step is done.</summary>
/// <param name="Step">Its number.</param>
/// <param name="NowNs">Where the clock stands.</param>
/// <param name="Use">What the cores used so far.</param>
/// <param name="TraceHash">Hash of every quantum so far; null under the wall clock.</param>
/// <param name="Answers">To each command.</param>
/// <param name="Vms">How every VM stands that is or was on the host.</param>
internal sealed record HostReport(
    long Step, long NowNs, CoreUse Use, ulong? TraceHash, ImmutableArray<HostAnswer> Answers, ImmutableArray<VmStanding> Vms)
{
    /// <summary>Nobody is left on it who could still run; its clock stands where the last one ended.</summary>
    public bool AllFinished { get; init; }

    /// <summary>The VMs for people who watch, if that was asked for; in the order of <see cref="Vms"/>.</summary>
    public ImmutableArray<VmSample>? View { get; init; }

    /// <summary>What happened since the last report and is not a plan.</summary>
    public ImmutableArray<RunEvent> Events { get; init; } = [];

    /// <summary>Bytes of the NVM device that are taken.</summary>
    public long NvmAllocatedBytes { get; init; }

    /// <summary>VMs it turned away.</summary>
    public long AdmissionRefusals { get; init; }

    /// <summary>Plans that its policy made.</summary>
    public long Plans { get; init; }

    /// <summary>Core time that went into deciding who runs next, in nanoseconds; 0 under the virtual clock.</summary>
    public long SchedulerOverheadNs { get; init; }
}

/// <summary>How a VM stands on a host.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="State">Its state.</param>
/// <param name="Operations">I/Os since it started, those on hosts before among them.</param>
/// <param name="Use">What it used of this host since the measured part began.</param>
/// <param name="Here">What it did on this host since it came.</param>
internal sealed record VmStanding(int Vm, VmState State, long Operations, VmUse Use, VmCounts Here);
