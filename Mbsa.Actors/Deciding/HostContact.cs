namespace Mbsa.Actors.Deciding;

/// <summary>Whether the coordinator hears of a host.</summary>
internal enum HostContact
{
    /// <summary>It does.</summary>
    Heard,

    /// <summary>Its link is down: it runs on with what it has.</summary>
    CutOff,

    /// <summary>It is lost, or not there yet: nothing runs on it.</summary>
    Gone,
}
