using Mbsa.Actors.Commands;
using Mbsa.Actors.Vms;
using Mbsa.Model.Scenario;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Moving;
using Mbsa.Vm.Paths;

namespace Mbsa.Actors.Hosts;

/// <summary>
/// A host's part in moves: it says who may come or go, puts blocks into child devices and compares; what concerns the guest it leaves to
/// the VM. Part of the host's actor.
/// </summary>
/// <param name="host">What the host's actors share.</param>
/// <param name="device">The NVM device.</param>
/// <param name="guests">The VMs on the host.</param>
internal sealed class HostMoves(HostServices host, HostDevice device, IReadOnlyDictionary<int, HostGuest> guests)
{
    /// <summary>Why a step of a move cannot be, whatever the VM itself says to it; null when it can.</summary>
    public string? WhyNot(HostCommand.OfVm command) => command switch
    {
        HostCommand.Prepare { Vm: var vm } => WhyNotMovable(vm) ?? WhyNotWelcome(vm),
        HostCommand.BeginMove or HostCommand.NextRound or HostCommand.Pause or HostCommand.CancelMove => WhyNotMovable(command.Vm),
        HostCommand.Write when Prepared(command.Vm) is null => VmPhase.NotPrepared,
        HostCommand.Resume { Vm: var vm, ContentHash: var hash } => Prepared(vm) is { } guest
            ? WhyNotTheSame(guest.Area, hash)
            : VmPhase.NotPrepared,
        _ => null,
    };

    /// <summary>Puts blocks into the child device of a VM that is prepared.</summary>
    public HostAnswer Write(HostCommand.Write command)
    {
        try
        {
            if (Prepared(command.Vm)?.Area is { } area && command.Content.Bytes is { Length: > 0 } content)
            {
                device.Follow(host.Scenario.Vms[command.Vm], area, MovedBlocks.AreaBytes(content));
                host.Board.NvmAllocatedBytes = device.AllocatedBytes;
                MovedBlocks.Apply(content, area);
            }

            return new HostAnswer.Done();
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NvmException)
        {
            return new HostAnswer.Refused(wrong.Message);
        }
    }

    private string? WhyNotMovable(int vm) => host.Scenario.Vms[vm].Storage is { Path: not IoPath.MemoryBus }
        ? "only VMs on path 'memory-bus' can move"
        : null;

    private string? WhyNotWelcome(int vm) => guests.GetValueOrDefault(vm) switch
    {
        null => null,
        { Hold: GuestHold.Room } => "it is prepared here already",
        _ => "it is on this host",
    };

    /// <summary>Compares what arrived with what left.</summary>
    private string? WhyNotTheSame(NvmArea? area, ulong contentHash)
    {
        const string Another = "its child device is not what left";
        try
        {
            var hash = area is null ? 0 : AreaHash.Of(area, hasBytes: host.Scenario.Host.Payload != PayloadKind.None);
            return hash == contentHash ? null : $"{Another}: the hash over its bytes is {hash:x16}, and was {contentHash:x16}";
        }
        catch (NvmException damaged)
        {
            return $"{Another}: {damaged.Message}";
        }
    }

    private HostGuest? Prepared(int vm) => guests.GetValueOrDefault(vm) is { Hold: GuestHold.Room } guest ? guest : null;
}
