namespace Mbsa.Actors.Deciding;

/// <summary>Where a VM is, as the coordinator believes.</summary>
/// <param name="State">What it does there.</param>
/// <param name="Host">Index of the host it is on; -1 where it is on none.</param>
/// <param name="To">Index of the host it moves to; -1 where it does not move.</param>
internal readonly record struct VmPlace(PlaceState State, int Host, int To)
{
    /// <summary>It is nowhere.</summary>
    public static VmPlace Nowhere { get; } = new(PlaceState.Absent, -1, -1);

    /// <summary>The host it runs on; null where it does not run.</summary>
    public int? RunsOn => State is PlaceState.Running or PlaceState.Moving ? Host : null;

    /// <summary>It runs on a host.</summary>
    public static VmPlace On(int host) => new(PlaceState.Running, host, -1);
}

/// <summary>What a VM of a cluster can be doing.</summary>
internal enum PlaceState
{
    /// <summary>Nothing: it was not started, or it was stopped.</summary>
    Absent,

    /// <summary>It runs on a host.</summary>
    Running,

    /// <summary>It runs on a host, or stands still there, while its child device is copied to another.</summary>
    Moving,

    /// <summary>Its host was lost, and it with it; its child device is still there.</summary>
    Lost,
}
