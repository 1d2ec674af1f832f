using Mbsa.Actors.Commands;
using Mbsa.Cores.Queue;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>From a VM to its host: what it answers to the command at hand.</summary>
internal sealed record VmAnswer(int Vm, HostAnswer Answer) : IHostMessage;

/// <summary>From a VM to its host: it holds no memory and runs nothing any more.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="WhyNotStarted">What kept it from starting; null when it had started.</param>
internal sealed record VmReleased(int Vm, string? WhyNotStarted) : IHostMessage;

/// <summary>
/// From a VM to its host after <see cref="HostCommand.LosePower"/>: it runs nothing and holds no memory until the power is back.
/// </summary>
internal sealed record VmIsDark(int Vm) : IHostMessage;

/// <summary>
/// To a VM: the power is there again. Answered with <see cref="VmIsBack"/>, or with <see cref="VmReleased"/> when it is given up.
/// </summary>
/// <param name="Area">Its NVM area; null without storage.</param>
/// <param name="WhyNoArea">What kept its child device from being mapped; null when nothing did.</param>
internal sealed record GivePower(NvmArea? Area, string? WhyNoArea) : IVmMessage;

/// <summary>From a VM to its host: it is as it was when the power failed.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Runs">Whether its VCPUs compete for cores again; they do not in a VM that had finished.</param>
/// <param name="Recovery">What the mount of its disk was like.</param>
internal sealed record VmIsBack(int Vm, bool Runs, DiskRecovery Recovery) : IHostMessage;

/// <summary>From a VCPU to its VM: it competes for cores.</summary>
internal sealed record VcpuAttached(int Vcpu) : IVmMessage;

/// <summary>From a VCPU to its VM: all its jobs came to their end.</summary>
internal sealed record VcpuFinished(SchedulableId Id) : IVmMessage;

/// <summary>From a VCPU to its VM: its worker, which nobody runs any more; null when all its jobs had come to their end.</summary>
internal sealed record VcpuPaused(int Vcpu, DirectVcpu? Worker) : IVmMessage;

/// <summary>
/// To a VCPU, which is in no quantum: leave the cores, say where you stand, and end. Answered with <see cref="VcpuPaused"/>; then its VM
/// sees it terminate.
/// </summary>
internal sealed record PauseVcpu : IVcpuMessage;

/// <summary>To a VCPU: leave the cores and end. Its VM sees it terminate.</summary>
internal sealed record StopVcpu : IVcpuMessage;
