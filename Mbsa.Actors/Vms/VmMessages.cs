using Mbsa.Cores.Queue;
using Mbsa.Model.Results;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>From a VM to its host: every VCPU competes for cores as soon as time passes.</summary>
internal sealed record VmStarted(int Vm);

/// <summary>From a VM to its host: it holds no memory and runs nothing any more.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="WhyNotStarted">What kept it from starting; null when it had started.</param>
internal sealed record VmReleased(int Vm, string? WhyNotStarted);

/// <summary>To a VM: the power fails. Answered to the host with <see cref="VmIsDark"/>, or with <see cref="VmReleased"/> by a VM that is about to stop.</summary>
internal sealed record CutPower
{
    public static readonly CutPower Instance = new();
}

/// <summary>From a VM to its host: it runs nothing and holds no memory until the power is back.</summary>
internal sealed record VmIsDark(int Vm);

/// <summary>To a VM: the power is there again. Answered to the host with <see cref="VmIsBack"/>, or with <see cref="VmReleased"/> when it is given up.</summary>
/// <param name="Area">Its NVM area; null without storage.</param>
/// <param name="WhyNoArea">What kept its child device from being mapped; null when nothing did.</param>
internal sealed record GivePower(NvmArea? Area, string? WhyNoArea);

/// <summary>From a VM to its host: it is as it was when the power failed.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Runs">Whether its VCPUs compete for cores again; they do not in a VM that had finished.</param>
/// <param name="Recovery">What the mount of its disk was like.</param>
internal sealed record VmIsBack(int Vm, bool Runs, DiskRecovery Recovery);

/// <summary>To a VM: stop for good.</summary>
internal sealed record StopVm
{
    public static readonly StopVm Instance = new();
}

/// <summary>To a VM: what happens from now on is measured. Answered with <see cref="Done"/>.</summary>
internal sealed record BeginMeasuring
{
    public static readonly BeginMeasuring Instance = new();
}

/// <summary>To a VM: read back all that was written if verification was asked for, and say what was measured. Answered with a <see cref="VmResult"/>.</summary>
internal sealed record CollectResult
{
    public static readonly CollectResult Instance = new();
}

/// <summary>To a VM: the worker of a VCPU shall throw in its next quantum. Answered with <see cref="Done"/>.</summary>
internal sealed record FailVcpu(int Vcpu);

/// <summary>It is done.</summary>
internal sealed record Done
{
    public static readonly Done Instance = new();
}

/// <summary>From a VCPU to its VM: it competes for cores.</summary>
internal sealed record VcpuAttached(int Vcpu);

/// <summary>From a VCPU to its VM: all its jobs came to their end.</summary>
internal sealed record VcpuFinished(SchedulableId Id);

/// <summary>To a VCPU, which is in no quantum: leave the cores, say where you stand, and end. Answered with <see cref="VcpuPaused"/>; then its VM sees it terminate.</summary>
internal sealed record PauseVcpu
{
    public static readonly PauseVcpu Instance = new();
}

/// <summary>From a VCPU to its VM: its worker, which nobody runs any more; null when all its jobs had come to their end.</summary>
internal sealed record VcpuPaused(int Vcpu, DirectVcpu? Worker);

/// <summary>From a VM to its host: where its move stands, for whoever asked.</summary>
internal sealed record MoveAnswer(int Vm, object Answer);

/// <summary>To a VM that is prepared, whose area has its bytes: go on. Answered to the host with <see cref="VmStarted"/> or a <see cref="MoveAnswer"/> that says why not.</summary>
internal sealed record ResumeGuest(byte[] Guest);

/// <summary>To a VCPU: leave the cores and end. Its VM sees it terminate.</summary>
internal sealed record StopVcpu
{
    public static readonly StopVcpu Instance = new();
}
