using Akka.Actor;
using Mbsa.Actors.Board;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>What the actors of one host share, all of it fixed before the first VM starts.</summary>
/// <param name="Scenario">What is run.</param>
/// <param name="Board">Where VMs show how they stand.</param>
/// <param name="Clock">The scenario's clock.</param>
/// <param name="Supervisor">The QoS supervisor.</param>
/// <param name="Capacity">What the host has to share out.</param>
/// <param name="Wall">What only the wall clock needs; null under the virtual one.</param>
internal sealed record HostServices(
    ScenarioSpec Scenario, LiveBoard Board, ICores Clock, IActorRef Supervisor, HostCapacity Capacity, WallServices? Wall)
{
    /// <summary>How the area of a VM with storage is protected: really only where memory is.</summary>
    public ProtectionMethod ProtectionOf(VmSpec vm) => Wall is null ? ProtectionMethod.None : vm.Storage!.Protection;
}

/// <summary>What VCPUs need to run on real cores and memory.</summary>
/// <param name="Clock">The real clock of the run.</param>
/// <param name="Delay">What makes DRAM as slow as the device.</param>
internal sealed record WallServices(RunClock Clock, DeviceDelay Delay);
