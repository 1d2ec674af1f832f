using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Which VMs can be moved to another host.</summary>
internal static class Migrating
{
    /// <summary>Whether the VM can be moved: what it has on the NVM is then mapped into it, or it has nothing there.</summary>
    public static bool CanMigrate(this VmSpec vm) => vm.Storage is not { Path: not IoPath.MemoryBus };

    /// <summary>Why a VM that cannot be moved cannot.</summary>
    public static string WhyNot(VmSpec vm) =>
        $"VM '{vm.Name}' is on path '{KnownNames.NameOf(vm.Storage!.Path)}' and cannot move; "
        + "only VMs on memory-bus and those without storage can";
}
