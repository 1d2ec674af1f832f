using System.Text.Json.Serialization;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Commands;

/// <summary>What the actor of a host hears: commands, and what the VMs on it say.</summary>
internal interface IHostMessage;

/// <summary>What the actor of a VM hears: commands that it carries out itself, and what its host and its VCPUs say.</summary>
internal interface IVmMessage;

/// <summary>What the actor of a VCPU hears from its VM.</summary>
internal interface IVcpuMessage;

/// <summary>
/// What an emulated host is told while its time stands still. A command travels to the host as it is, wherever that is carried, and goes
/// from actor to actor to the one that carries it out; the <see cref="HostAnswer"/> comes back the same way. VMs are named by their place
/// in the scenario.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(SetQos), "qos")]
[JsonDerivedType(typeof(Resize), "resize")]
[JsonDerivedType(typeof(FailVcpu), "fail-vcpu")]
[JsonDerivedType(typeof(Measure), "measure")]
[JsonDerivedType(typeof(BeginAccounts), "accounts")]
[JsonDerivedType(typeof(Collect), "collect")]
[JsonDerivedType(typeof(LosePower), "lose-power")]
[JsonDerivedType(typeof(RestorePower), "restore-power")]
[JsonDerivedType(typeof(BeginMigration), "begin-migration")]
[JsonDerivedType(typeof(NextRound), "next-round")]
[JsonDerivedType(typeof(Pause), "pause")]
[JsonDerivedType(typeof(CancelMigration), "cancel-migration")]
[JsonDerivedType(typeof(Prepare), "prepare")]
[JsonDerivedType(typeof(Write), "write")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Forget), "forget")]
internal abstract record HostCommand : IHostMessage
{
    /// <summary>What it is, for people.</summary>
    public string Describe(ScenarioSpec scenario) =>
        this is OfVm { Vm: var vm } ? $"{GetType().Name} '{scenario.Vms[vm].Name}'" : GetType().Name;

    /// <summary>One that is about a VM.</summary>
    /// <param name="Vm">Its place in the scenario.</param>
    internal abstract record OfVm(int Vm) : HostCommand;

    /// <summary>Make the child device of a VM and start it.</summary>
    internal sealed record Start(int Vm) : OfVm(Vm);

    /// <summary>Stop a VM for good and free its memory. It is done also when it had ended already.</summary>
    internal sealed record Stop(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>Give a VM other promises.</summary>
    internal sealed record SetQos(int Vm, QosSpec Qos) : OfVm(Vm);

    /// <summary>Grow or shrink the child device of a VM, in bytes.</summary>
    internal sealed record Resize(int Vm, long ChildBytes) : OfVm(Vm);

    /// <summary>Make the worker of a VCPU throw in its next quantum.</summary>
    internal sealed record FailVcpu(int Vm, int Vcpu) : OfVm(Vm), IVmMessage, IVcpuMessage;

    /// <summary>What a VM does from now on is measured.</summary>
    internal sealed record Measure(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>What everybody uses of the host from now on is entered in the accounts.</summary>
    internal sealed record BeginAccounts : HostCommand;

    /// <summary>
    /// Say what a VM did, after reading back all it wrote if verification was asked for. Answered with <see cref="HostAnswer.Collected"/>.
    /// </summary>
    internal sealed record Collect(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>The power fails. It is done when no VM runs or holds memory any more.</summary>
    internal sealed record LosePower : HostCommand, IVmMessage;

    /// <summary>The power is there again. Answered with <see cref="HostAnswer.PowerBack"/>.</summary>
    internal sealed record RestorePower : HostCommand;

    /// <summary>
    /// A VM is going to migrate. Answered with a <see cref="HostAnswer.Round"/> of every block of its child device that was ever written.
    /// </summary>
    internal sealed record BeginMigration(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>What was written since the last round? Answered with <see cref="HostAnswer.Round"/>.</summary>
    internal sealed record NextRound(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>
    /// Stop a VM that migrates, so that it can be handed over. What its VCPUs had begun is done. Answered with
    /// <see cref="HostAnswer.Paused"/>.
    /// </summary>
    internal sealed record Pause(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>
    /// A VM stays after all; one that is paused goes on as if nothing had been. It is done also when no migration was begun.
    /// </summary>
    internal sealed record CancelMigration(int Vm) : OfVm(Vm), IVmMessage;

    /// <summary>
    /// Make room for a VM that will come, and promise it what it is promised now. After a refusal nothing is left of it here.
    /// </summary>
    internal sealed record Prepare(int Vm, QosSpec Qos) : OfVm(Vm);

    /// <summary>Put down what a <see cref="HostAnswer.Round"/> brought of a VM that is prepared.</summary>
    internal sealed record Write(int Vm, Blob Content) : OfVm(Vm);

    /// <summary>
    /// A VM that is prepared is all there, and goes on where it was. After a refusal it is still prepared here, and paused where it came
    /// from.
    /// </summary>
    /// <param name="Vm">Its place in the scenario.</param>
    /// <param name="Guest">Where the guest stood.</param>
    /// <param name="ContentHash">Hash over the bytes its child device must have.</param>
    internal sealed record Resume(int Vm, Blob Guest, ulong ContentHash) : OfVm(Vm), IVmMessage;

    /// <summary>
    /// A VM is elsewhere: its child device, what it was promised and its actor go, on whatever side of a migration it was. It is done also
    /// when it was not here.
    /// </summary>
    internal sealed record Forget(int Vm) : OfVm(Vm), IVmMessage;
}

/// <summary>What an emulated host, or a part of it, answers to a <see cref="HostCommand"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(PowerBack), "power-back")]
[JsonDerivedType(typeof(Collected), "collected")]
[JsonDerivedType(typeof(Round), "round")]
[JsonDerivedType(typeof(Paused), "paused")]
internal abstract record HostAnswer
{
    /// <summary>What it is, for people.</summary>
    public string Describe() => this switch
    {
        Done { Remark: { } remark } => $"{nameof(Done)}, {remark}",
        Refused { Reason: var reason } => $"{nameof(Refused)}, {reason}",
        _ => GetType().Name,
    };

    /// <summary>It is done.</summary>
    /// <param name="Remark">What is worth a line about it; null for nothing.</param>
    internal sealed record Done(string? Remark = null) : HostAnswer;

    /// <summary>It could not be done, and why. Nothing has changed.</summary>
    internal sealed record Refused(string Reason) : HostAnswer;

    /// <summary>The host is there again: every VM is as it was, or was given up.</summary>
    /// <param name="Vms">VMs that run again.</param>
    /// <param name="DisksRecovered">Virtual disks mounted that nobody had ended.</param>
    /// <param name="RecordsRecovered">Changes of their maps that were only in their logs.</param>
    internal sealed record PowerBack(int Vms, int DisksRecovered, long RecordsRecovered) : HostAnswer;

    /// <summary>What a VM did in the measured part.</summary>
    internal sealed record Collected(VmResult Result) : HostAnswer;

    /// <summary>Blocks of a VM that migrates.</summary>
    /// <param name="Blocks">
    /// Blocks of 4096 bytes that were written, also those that have no bytes or are all zero: what goes over the network.
    /// </param>
    /// <param name="Content">The blocks that have bytes. Packed: no emulated time may depend on its length.</param>
    internal sealed record Round(long Blocks, Blob Content) : HostAnswer;

    /// <summary>A VM runs nothing, and its disk is ended clean.</summary>
    /// <param name="Last">The last blocks.</param>
    /// <param name="Guest">Where the guest stands.</param>
    /// <param name="GuestBytes">Bytes of that before it was packed: the same on every machine, as its length here need not be.</param>
    /// <param name="ContentHash">Hash over all bytes of the child device.</param>
    /// <param name="AtNs">When the last quantum that had begun is over, on the scenario's clock: it must not run before.</param>
    internal sealed record Paused(Round Last, Blob Guest, long GuestBytes, ulong ContentHash, long AtNs) : HostAnswer;
}
