using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mbsa.Actors.Wire;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Hosts;

/// <summary>What an emulated host is told while its time stands still. VMs are named by their place in the scenario.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(SetQos), "qos")]
[JsonDerivedType(typeof(Resize), "resize")]
[JsonDerivedType(typeof(FailVcpu), "fail-vcpu")]
[JsonDerivedType(typeof(Measure), "measure")]
[JsonDerivedType(typeof(LosePower), "lose-power")]
[JsonDerivedType(typeof(RestorePower), "restore-power")]
[JsonDerivedType(typeof(Collect), "collect")]
[JsonDerivedType(typeof(BeginMove), "begin-move")]
[JsonDerivedType(typeof(NextRound), "next-round")]
[JsonDerivedType(typeof(Pause), "pause")]
[JsonDerivedType(typeof(CancelMove), "cancel-move")]
[JsonDerivedType(typeof(Prepare), "prepare")]
[JsonDerivedType(typeof(Write), "write")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Forget), "forget")]
internal abstract record HostCommand
{
    /// <summary>Start a VM.</summary>
    internal sealed record Start(int Vm) : HostCommand;

    /// <summary>Stop a VM for good.</summary>
    internal sealed record Stop(int Vm) : HostCommand;

    /// <summary>Give a VM other promises.</summary>
    internal sealed record SetQos(int Vm, QosSpec Qos) : HostCommand;

    /// <summary>Grow or shrink the child device of a VM.</summary>
    internal sealed record Resize(int Vm, long ChildBytes) : HostCommand;

    /// <summary>Make the worker of a VCPU throw.</summary>
    internal sealed record FailVcpu(int Vm, int Vcpu) : HostCommand;

    /// <summary>What happens from now on is measured.</summary>
    internal sealed record Measure : HostCommand;

    /// <summary>The power fails.</summary>
    internal sealed record LosePower : HostCommand;

    /// <summary>The power is there again. Answered with <see cref="HostAnswer.PowerBack"/>.</summary>
    internal sealed record RestorePower : HostCommand;

    /// <summary>Say what these VMs did. Answered with <see cref="HostAnswer.Collected"/>.</summary>
    internal sealed record Collect(ImmutableArray<int> Vms) : HostCommand;

    /// <summary>A VM begins to move away. Answered with <see cref="HostAnswer.Round"/>.</summary>
    internal sealed record BeginMove(int Vm) : HostCommand;

    /// <summary>What has changed of a VM that moves? Answered with <see cref="HostAnswer.Round"/>.</summary>
    internal sealed record NextRound(int Vm) : HostCommand;

    /// <summary>Pause a VM that moves. Answered with <see cref="HostAnswer.Paused"/>.</summary>
    internal sealed record Pause(int Vm) : HostCommand;

    /// <summary>A VM stays after all, and goes on if it was paused.</summary>
    internal sealed record CancelMove(int Vm) : HostCommand;

    /// <summary>Make room for a VM that will come, and promise it what it was promised.</summary>
    internal sealed record Prepare(int Vm, QosSpec Qos) : HostCommand;

    /// <summary>Bytes of a VM that will come.</summary>
    internal sealed record Write(int Vm, Blob Content) : HostCommand;

    /// <summary>A VM is all there and goes on.</summary>
    internal sealed record Resume(int Vm, Blob Guest, ulong ContentHash) : HostCommand;

    /// <summary>A VM has gone, or does not come after all.</summary>
    internal sealed record Forget(int Vm) : HostCommand;
}

/// <summary>What an emulated host answers to a command.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(PowerBack), "power-back")]
[JsonDerivedType(typeof(Collected), "collected")]
[JsonDerivedType(typeof(Round), "round")]
[JsonDerivedType(typeof(Paused), "paused")]
internal abstract record HostAnswer
{
    /// <summary>It is done.</summary>
    /// <param name="Remark">What is worth a line about it; null for nothing.</param>
    internal sealed record Done(string? Remark = null) : HostAnswer;

    /// <summary>It could not be done, and why. Nothing has changed.</summary>
    internal sealed record Refused(string Reason) : HostAnswer;

    /// <summary>The host is there again.</summary>
    internal sealed record PowerBack(int Vms, int DisksRecovered, long RecordsRecovered) : HostAnswer;

    /// <summary>What VMs did in the measured part.</summary>
    internal sealed record Collected(ImmutableArray<VmOutcome> Vms) : HostAnswer;

    /// <summary>Blocks of a VM that moves.</summary>
    /// <param name="Blocks">How many blocks there are to send.</param>
    /// <param name="Content">Their bytes, as far as they have any.</param>
    internal sealed record Round(long Blocks, Blob Content) : HostAnswer;

    /// <summary>A VM is paused.</summary>
    /// <param name="Blocks">How many blocks are left to send.</param>
    /// <param name="Content">Their bytes.</param>
    /// <param name="Guest">Where the guest stands.</param>
    /// <param name="GuestBytes">Bytes of that to send; not how long it is here, which is packed as the machine does it.</param>
    /// <param name="ContentHash">Hash of all bytes of the child device.</param>
    /// <param name="AtNs">Since when nothing of it runs, on the scenario's clock.</param>
    internal sealed record Paused(long Blocks, Blob Content, Blob Guest, long GuestBytes, ulong ContentHash, long AtNs) : HostAnswer;
}

/// <summary>What a VM did on a host.</summary>
internal sealed record VmOutcome(int Vm, VmResult Result);

/// <summary>From the coordinator to a host: commands, and how far time shall pass after them.</summary>
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
internal sealed record VmStanding(int Vm, VmState State, long Operations, TenantUse Use)
{
    /// <summary>I/Os on this host since it came.</summary>
    public long OperationsHere { get; init; }

    /// <summary>Bytes they moved, by nominal work.</summary>
    public double BytesHere { get; init; }

    /// <summary>Time its VCPUs were ready here and did not run, in nanoseconds, summed over VCPUs.</summary>
    public double ReadyNs { get; init; }

    /// <summary>Time all its VCPUs ran here or wanted to, in nanoseconds.</summary>
    public long BackloggedNs { get; init; }
}

/// <summary>From the coordinator to a node: carry this host.</summary>
/// <param name="Host">Its index.</param>
/// <param name="Scenario">The scenario as this host sees it: <see cref="ScenarioSpec.Host"/> is it.</param>
internal sealed record HostBegin(int Host, ScenarioSpec Scenario);
