namespace Mbsa.Actors.Qos;

/// <summary>What a VM used of its host, and how its promises were kept, over a stretch of time.</summary>
public sealed record TenantUse
{
    /// <summary>Its use of the host, by nominal costs.</summary>
    public ResourceUse Use { get; init; }

    /// <summary>Time its limit kept it from running, in nanoseconds.</summary>
    public long ThrottledNs { get; init; }

    /// <summary>Windows of 100 ms in which it wanted more all the time and had a reservation.</summary>
    public int ReservationWindows { get; init; }

    /// <summary>Of those, the ones in which it got less than 99 % of its reservation.</summary>
    public int ReservationMisses { get; init; }
}
