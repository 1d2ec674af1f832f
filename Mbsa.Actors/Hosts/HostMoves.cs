using Akka.Actor;
using Mbsa.Actors.Vms;
using Mbsa.Model.Scenario;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Migrating;
using Mbsa.Vm.Paths;

namespace Mbsa.Actors.Hosts;

/// <summary>A host's part in moves: it makes child devices, puts blocks into them and compares; what concerns the guest it leaves to the VM. Part of the host's actor.</summary>
/// <param name="host">What the host's actors share.</param>
/// <param name="device">The NVM device.</param>
/// <param name="guests">The VMs on the host.</param>
internal sealed class HostMoves(HostServices host, HostDevice device, IReadOnlyDictionary<int, HostGuest> guests)
{
    /// <summary>What is said of a VM that is not on the host.</summary>
    public const string NotHere = "it is not on this host";

    /// <summary>Hands a step of a move to the VM, which answers through the host.</summary>
    public void Ask(int vm, object message, IActorRef asker)
    {
        if (WhyNotMovable(vm) is { } never)
        {
            asker.Tell(new VmRefused(vm, never));
        }
        else if (!guests.TryGetValue(vm, out var guest))
        {
            asker.Tell(new VmRefused(vm, NotHere));
        }
        else if (guest.Failure is { } failure)
        {
            asker.Tell(new VmRefused(vm, failure));
        }
        else
        {
            guest.Asker = asker;
            guest.Actor.Tell(message);
        }
    }

    /// <summary>What keeps a VM from coming here, whatever room there is; null when nothing does.</summary>
    public string? WhyNotWelcome(int vm) => WhyNotMovable(vm)
        ?? (guests.TryGetValue(vm, out var guest) ? guest.IsPrepared ? "it is prepared here already" : "it is on this host" : null);

    /// <summary>Puts blocks into the child device of a VM that is prepared.</summary>
    /// <returns>The answer.</returns>
    public object Write(WriteBlocks message)
    {
        var vm = message.Vm;
        if (Prepared(vm) is not { } guest)
        {
            return NotPrepared(vm);
        }

        try
        {
            if (guest.Area is { } area && message.Content.Length > 0)
            {
                device.Follow(host.Scenario.Vms[vm], area, MigratedBlocks.AreaBytes(message.Content));
                host.Board.NvmAllocatedBytes = device.AllocatedBytes;
                MigratedBlocks.Apply(message.Content, area);
            }

            return Done.Instance;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NvmException)
        {
            return new VmRefused(vm, wrong.Message);
        }
    }

    /// <summary>Compares what arrived with what left, and lets the VM go on.</summary>
    public void Resume(ResumeVm message, IActorRef asker)
    {
        var vm = message.Vm;
        if (Prepared(vm) is not { } guest)
        {
            asker.Tell(NotPrepared(vm));
        }
        else if (WhyNotTheSame(guest.Area, message.ContentHash) is { } why)
        {
            asker.Tell(new VmRefused(vm, why));
        }
        else
        {
            guest.Asker = asker;
            guest.Actor.Tell(new ResumeGuest(message.Guest));
        }
    }

    private string? WhyNotTheSame(NvmArea? area, ulong contentHash)
    {
        try
        {
            var hash = area is null ? 0 : AreaHash.Of(area, hasBytes: host.Scenario.Host.Payload != PayloadKind.None);
            return hash == contentHash ? null : $"its child device is not what left: the hash over its bytes is {hash:x16}, and was {contentHash:x16}";
        }
        catch (NvmException damaged)
        {
            return $"its child device is not what left: {damaged.Message}";
        }
    }

    private string? WhyNotMovable(int vm) => host.Scenario.Vms[vm].Storage is { Path: not IoPath.MemoryBus } ? "only VMs on path 'memory-bus' can move" : null;

    private HostGuest? Prepared(int vm) => guests.TryGetValue(vm, out var guest) && guest.IsPrepared ? guest : null;

    private static VmRefused NotPrepared(int vm) => new(vm, "it is not prepared on this host");
}
