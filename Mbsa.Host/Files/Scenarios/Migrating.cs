using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>VMs that cannot migrate.</summary>
internal static class Migrating
{
    /// <summary>Why a VM that cannot migrate cannot.</summary>
    public static string WhyNot(VmSpec vm) =>
        $"VM '{vm.Name}' is on path '{KnownNames.NameOf(vm.Storage!.Path)}' and cannot migrate; "
        + "only VMs on memory-bus and those without storage can";
}
