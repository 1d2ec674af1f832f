using Akka.Actor;
using Mbsa.Nvm.Devices;

namespace Mbsa.Actors.Hosts;

/// <summary>A VM on a host, as the host knows it.</summary>
/// <param name="actor">Its actor.</param>
/// <param name="area">Its NVM area; null without storage.</param>
/// <param name="isNew">Its child device was made for it.</param>
internal sealed class HostGuest(IActorRef actor, NvmArea? area, bool isNew)
{
    /// <summary>Its actor.</summary>
    public IActorRef Actor { get; } = actor;

    /// <summary>Its NVM area; null without storage, and without power.</summary>
    public NvmArea? Area { get; set; } = area;

    /// <summary>Its child device was made for it.</summary>
    public bool IsNew { get; } = isNew;

    /// <summary>Who waits for it.</summary>
    public IActorRef? Asker { get; set; }

    /// <summary>It holds no memory and runs nothing any more.</summary>
    public bool IsReleased { get; set; }

    /// <summary>It is about to come from another host: nothing of it stays here if it does not.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>It is on another host: nothing of it stays here.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>Why its actor died; null while it lives.</summary>
    public string? Failure { get; set; }
}
