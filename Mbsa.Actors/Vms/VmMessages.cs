using Mbsa.Actors.Results;

namespace Mbsa.Actors.Vms;

/// <summary>From a VM to its host: every VCPU competes for cores as soon as time passes.</summary>
internal sealed record VmStarted(int Vm);

/// <summary>From a VM to its host: it holds no memory and runs nothing any more.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="WhyNotStarted">What kept it from starting; null when it had started.</param>
internal sealed record VmReleased(int Vm, string? WhyNotStarted);

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
internal sealed record VcpuFinished(int Vcpu);

/// <summary>To a VCPU: leave the cores and end. Its VM sees it terminate.</summary>
internal sealed record StopVcpu
{
    public static readonly StopVcpu Instance = new();
}
