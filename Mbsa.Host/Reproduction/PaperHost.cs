using System.Collections.Immutable;
using Mbsa.Actors.Scenarios;
using Mbsa.Host.Profiles;
using Mbsa.Host.Scenarios;

namespace Mbsa.Host.Reproduction;

/// <summary>The host that figures are made on: the paper's machine and device, under the virtual clock, moving no bytes.</summary>
internal static class PaperHost
{
    /// <summary>One whose device has room for the disks of these VMs.</summary>
    public static HostSpec For(ImmutableArray<VmSpec> vms) => new()
    {
        Machine = ProfileCatalog.Machine("paper"),
        Device = ProfileCatalog.Device("paper"),
        NvmSizeBytes = NvmNeeds.RoundUpToGiB(NvmNeeds.DeviceBytes(vms)),
        Payload = PayloadKind.None,
        QuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Virtual),
    };
}
