using Mbsa.Model.Scenario;

namespace Mbsa.Model.Results;

/// <summary>What a VM used of its host, and how its promises were kept, over a stretch of time.</summary>
public sealed record VmUse
{
    /// <summary>Its use of the host, by nominal costs.</summary>
    public ResourceUse Use { get; init; }

    /// <summary>Core time its VCPUs held, in nanoseconds; waiting for bus and NVM is part of it.</summary>
    public long HeldNs { get; init; }

    /// <summary>Time its limit kept it from running, in nanoseconds.</summary>
    public long ThrottledNs { get; init; }

    /// <summary>
    /// Windows of 100 ms that were judged: it had a reservation, and for at least 1 % of the window wanted more than it had.
    /// </summary>
    public int ReservationWindows { get; init; }

    /// <summary>Of those, the ones in which it got less than it was due.</summary>
    public int ReservationMisses { get; init; }

    /// <summary>Time in the windows that were judged in which it wanted more than it had, in nanoseconds.</summary>
    public long ReservationJudgedNs { get; init; }

    /// <summary>Use of two hosts, or of one over two stretches of time.</summary>
    public static VmUse operator +(VmUse a, VmUse b) => new()
    {
        Use = a.Use + b.Use,
        HeldNs = a.HeldNs + b.HeldNs,
        ThrottledNs = a.ThrottledNs + b.ThrottledNs,
        ReservationWindows = a.ReservationWindows + b.ReservationWindows,
        ReservationMisses = a.ReservationMisses + b.ReservationMisses,
        ReservationJudgedNs = a.ReservationJudgedNs + b.ReservationJudgedNs,
    };

    /// <summary>Use of two hosts, or of one over two stretches of time.</summary>
    public static VmUse Add(VmUse left, VmUse right) => left + right;
}
