using System.Collections.Immutable;
using Mbsa.Cores.Policies;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Model.Scenario;

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
        Policy = QosPolicies.Default,
        QuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Virtual),
    };
}
