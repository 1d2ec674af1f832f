namespace Mbsa.Actors.Vms;

/// <summary>To a host: allocate a VM's child device and spawn it. Answered with <see cref="VmRunning"/> or <see cref="VmRefused"/>.</summary>
internal sealed record StartVm(int Vm);

/// <summary>From a host: the VM competes for cores.</summary>
internal sealed record VmRunning(int Vm);

/// <summary>From a host: the VM could not be started, or died, and why.</summary>
internal sealed record VmRefused(int Vm, string Reason);

/// <summary>To a host: a question to a VM, which answers itself. Answered with <see cref="VmRefused"/> when it died.</summary>
internal sealed record AskVm(int Vm, object Question);

/// <summary>To a host: end a VM and free its memory. Answered with <see cref="Vms.Done"/>, also when it had ended already.</summary>
internal sealed record EndVm(int Vm);

/// <summary>To a host: grow or shrink a VM's child device. Answered with <see cref="Vms.Done"/>, or <see cref="VmRefused"/> and why it cannot be.</summary>
internal sealed record ResizeVm(int Vm, long SizeBytes);

/// <summary>To a host: the power fails. Answered with <see cref="Vms.Done"/> when no VM runs or holds memory any more.</summary>
internal sealed record LosePower
{
    public static readonly LosePower Instance = new();
}

/// <summary>To a host: the power is there again. Answered with <see cref="PowerIsBack"/>, or a failure when the NVM device cannot be mounted.</summary>
internal sealed record RestorePower
{
    public static readonly RestorePower Instance = new();
}

/// <summary>From a host: every VM is as it was, or was given up.</summary>
/// <param name="Vms">VMs that run again.</param>
/// <param name="DisksRecovered">Virtual disks mounted that nobody had ended.</param>
/// <param name="RecordsRecovered">Changes of their maps that were only in their logs.</param>
internal sealed record PowerIsBack(int Vms, int DisksRecovered, long RecordsRecovered);
