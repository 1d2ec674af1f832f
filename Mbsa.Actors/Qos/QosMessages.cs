using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Qos;

/// <summary>
/// What the QoS supervisor hears, beside <see cref="HostCommand.SetQos"/> and <see cref="HostCommand.BeginAccounts"/>, which its host hands
/// on.
/// </summary>
internal interface ISupervisorMessage;

/// <summary>
/// To the supervisor: a VM is there and wants these promises. Answered with <see cref="HostAnswer.Done"/>, which remarks why it runs as
/// best effort if it does, and then the VM may attach its VCPUs; or with <see cref="HostAnswer.Refused"/>, and nothing has changed for
/// anybody.
/// </summary>
internal sealed record AdmitVm(AdmittedVm Vm) : ISupervisorMessage;

/// <summary>To the supervisor: the VM is gone.</summary>
internal sealed record RemoveVm(int Vm) : ISupervisorMessage;

/// <summary>
/// To the supervisor: a schedulable wants to run. Its worker belongs to the cores from now on. Answered with <see cref="Attached"/>.
/// </summary>
internal sealed record Attach(Schedulable Schedulable, IActorRef Owner) : ISupervisorMessage;

/// <summary>From the supervisor: it competes for cores as soon as time passes.</summary>
internal sealed record Attached(SchedulableId Id);

/// <summary>
/// To the supervisor: take a schedulable off the cores, or know that its owner gave up on it. Answered with <see cref="Detached"/>.
/// </summary>
internal sealed record Detach(SchedulableId Id) : ISupervisorMessage;

/// <summary>From the supervisor: no core will run it again.</summary>
internal sealed record Detached(SchedulableId Id);

/// <summary>
/// To the supervisor while time stands still: a VM is about to leave the cores, so bring the quanta its VCPUs are in to their end. They run
/// nothing more until they are attached anew. Answered with <see cref="QuantaEnded"/>.
/// </summary>
internal sealed record EndQuanta(int Vm) : ISupervisorMessage;

/// <summary>From the supervisor: no VCPU of the VM is in a quantum.</summary>
/// <param name="Vm">Which one.</param>
/// <param name="Ns">When the last of them would have ended, on the scenario's clock; now if none was under way.</param>
internal sealed record QuantaEnded(int Vm, long Ns);

/// <summary>
/// From the supervisor to an owner: the worker threw. Time stands still (virtual clock) until the owner attaches anew or detaches.
/// </summary>
internal sealed record WorkerFailed(SchedulableId Id, Exception Failure);

/// <summary>
/// From the supervisor to an owner: all jobs came to their end. Time stands still (virtual clock) until it answers with
/// <see cref="Noted"/>.
/// </summary>
internal sealed record WorkerFinished(SchedulableId Id);

/// <summary>To the supervisor: the owner has told its VM that all jobs came to their end, so whoever asks the VM next hears it.</summary>
internal sealed record Noted(SchedulableId Id) : ISupervisorMessage;

/// <summary>To the supervisor: let time pass until a moment. Answered with <see cref="Reached"/>.</summary>
/// <param name="Ns">The moment, on the scenario's clock.</param>
/// <param name="Idle">Whether time passes also when nobody is left to run; else the answer comes at once.</param>
internal sealed record RunUntil(long Ns, bool Idle = false) : ISupervisorMessage;

/// <summary>From the supervisor: time stands still.</summary>
/// <param name="Ns">Where the clock stands.</param>
/// <param name="AllFinished">Nobody is left who could still run.</param>
/// <param name="Use">What the cores used so far.</param>
/// <param name="TraceHash">Hash of the run so far; null under the wall clock.</param>
internal sealed record Reached(long Ns, bool AllFinished, CoreUse Use, ulong? TraceHash);

/// <summary>To the supervisor: what has everybody used? Answered with <see cref="VmUses"/>.</summary>
internal sealed record ReadAccounts : ISupervisorMessage;

/// <summary>From the supervisor: what every VM that was ever admitted used since the measured part began.</summary>
/// <param name="ByVm">By VM.</param>
internal sealed record VmUses(ImmutableDictionary<int, VmUse> ByVm)
{
    /// <summary>What the same VMs did and wanted since they came.</summary>
    public ImmutableDictionary<int, UsageCounts> SinceTheyCame { get; init; } = ImmutableDictionary<int, UsageCounts>.Empty;
}

/// <summary>To the supervisor: stop time as soon as possible, and do not let it pass again.</summary>
internal sealed record Halt : ISupervisorMessage;
