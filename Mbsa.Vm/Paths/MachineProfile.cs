using Mbsa.Nvm.Protection;

namespace Mbsa.Vm.Paths;

/// <summary>
/// An emulated physical machine: its cores, its memory bus, and what the software in front of the NVM costs on each path.
/// </summary>
public sealed record MachineProfile
{
    /// <summary>The name a scenario uses.</summary>
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where the figures come from.</summary>
    public string Source { get; init; } = "";

    /// <summary>Cores that VCPUs share.</summary>
    public required int Cores { get; init; }

    /// <summary>Bytes per second the memory bus carries, reads and writes together.</summary>
    public required double MemoryBandwidthBytesPerSecond { get; init; }

    /// <summary>Costs per path; a path that is not listed cannot be used on this machine.</summary>
    public required IReadOnlyDictionary<IoPath, PathCosts> Paths { get; init; }

    /// <summary>One context switch, in nanoseconds; 0 when nobody measured it.</summary>
    public double ContextSwitchNs { get; init; }

    /// <summary>
    /// What protections of the mapped device are made of here;
    /// null when nobody measured it, and then there is none under the virtual clock.
    /// </summary>
    public ProtectionCosts? Protection { get; init; }
}

/// <summary>How a VM's I/O reaches the NVM.</summary>
public enum IoPath
{
    /// <summary>The paper's architecture: the child device mapped into the VM (section 5).</summary>
    MemoryBus,

    /// <summary>No VM at all: threads of the host on the raw device (section 4.1).</summary>
    Host,

    /// <summary>
    /// The conventional architecture as the paper's second combination has it:
    /// bio-based virtio-blk in the guest, vhost-blk in the host's kernel (section 4.2).
    /// </summary>
    VhostBio,

    /// <summary>
    /// The conventional architecture as the paper's first combination has it:
    /// a queue per VCPU, and QEMU's data plane with an I/O thread per disk (section 4.2).
    /// </summary>
    VirtioMq,
}

/// <summary>Core time of one I/O on a path, per direction; on a conventional path, of the device alone.</summary>
/// <param name="Read">Of a read.</param>
/// <param name="Write">Of a write.</param>
/// <param name="Includes">The protection that was in place when the figures were taken, so that it is in them.</param>
public sealed record PathCosts(OperationCost Read, OperationCost Write, ProtectionMethod Includes = ProtectionMethod.None)
{
    /// <summary>The software in front of the device on a conventional path, and behind it; null on the others.</summary>
    public StageCosts? Stages { get; init; }
}

/// <summary>Core time of one I/O of n bytes: <c>OperationNs + n * NsPerByte * device factor (+ RandomNs)</c>.</summary>
/// <param name="OperationNs">Software in front of the bytes, in nanoseconds.</param>
/// <param name="NsPerByte">Moving one byte to or from DRAM, in nanoseconds; the device's latency factor multiplies it.</param>
/// <param name="RandomNs">Added when the operation does not continue the previous one: TLB and prefetcher misses, in nanoseconds.</param>
public sealed record OperationCost(double OperationNs, double NsPerByte, double RandomNs = 0);
