using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Nvm.Devices;

namespace Mbsa.Actors.Hosts;

/// <summary>A VM on a host, as the host knows it: what it holds of the host. Where it is in its life is the VM's own.</summary>
/// <param name="actor">Its actor.</param>
/// <param name="area">Its NVM area; null without storage.</param>
/// <param name="isNew">Its child device was made for it.</param>
internal sealed class HostGuest(IActorRef actor, NvmArea? area, bool isNew)
{
    private HostCommand? _command;
    private IActorRef? _asker;

    /// <summary>Its actor.</summary>
    public IActorRef Actor { get; } = actor;

    /// <summary>Its NVM area; null without storage, and without power.</summary>
    public NvmArea? Area { get; set; } = area;

    /// <summary>Its child device was made for it.</summary>
    public bool IsNew { get; } = isNew;

    /// <summary>What it holds.</summary>
    public GuestHold Hold { get; set; } = GuestHold.Place;

    /// <summary>Why its actor died; null while it lives.</summary>
    public string? Failure { get; set; }

    /// <summary>Somebody waits for it to carry out a command.</summary>
    public void Await(HostCommand command, IActorRef asker) => (_command, _asker) = (command, asker);

    /// <summary>Answers whoever waits for it, if anybody does.</summary>
    public void Answer(HostAnswer answer)
    {
        if (Hold == GuestHold.Room && _command is HostCommand.Resume && answer is HostAnswer.Done)
        {
            Hold = GuestHold.Place;
        }

        _asker?.Tell(answer);
        _asker = null;
    }
}

/// <summary>What a VM holds of a host.</summary>
internal enum GuestHold
{
    /// <summary>Room is made for it, and it is about to come from another host: nothing of it stays here if it does not.</summary>
    Room,

    /// <summary>It is here.</summary>
    Place,

    /// <summary>It is on another host, and what it has here is about to go.</summary>
    Rest,

    /// <summary>It ended here: it holds no memory and runs nothing any more, and is asked only for what it did.</summary>
    Nothing,
}
