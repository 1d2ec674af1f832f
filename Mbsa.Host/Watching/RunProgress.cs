using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Watching;

/// <summary>How far a run is, in words.</summary>
internal static class RunProgress
{
    /// <summary>"virtual 1.24 s of 2.2 s, 3.1x real time".</summary>
    /// <param name="clock">The scenario's clock.</param>
    /// <param name="snapshot">Where it stands.</param>
    /// <param name="elapsed">Real time since the start.</param>
    public static string Describe(ClockKind clock, LiveSnapshot snapshot, TimeSpan elapsed)
    {
        var place = $"{Words.Of(clock)} {Readable.Duration(snapshot.ClockNs)} of {Readable.Length(snapshot.EndNs)}";
        var warmup = snapshot.Measuring ? "" : ", warming up";
        return clock == ClockKind.Wall ? place + warmup : $"{place}{warmup}, {Readable.SpeedUp(snapshot.ClockNs, elapsed)} real time";
    }

    /// <summary>One line for output that is no terminal: the place, the sum of all VMs, the busiest VM.</summary>
    public static string Line(ClockKind clock, LiveSnapshot snapshot, TimeSpan elapsed, LiveRow[] rows)
    {
        var all = LiveRates.Sum("all", rows);
        var line = $"{Describe(clock, snapshot, elapsed)}: {Readable.Iops(all.ReadIops + all.WriteIops)}, "
            + $"{Readable.Bandwidth(all.BandwidthBytesPerSecond)}, cores {Readable.Share(all.CoreShare)}";
        var busiest = rows.MaxBy(row => row.BandwidthBytesPerSecond);
        return rows.Length < 2 || busiest is null || busiest.BandwidthBytesPerSecond == 0
            ? line
            : $"{line}; most by {busiest.Name}: {Readable.Bandwidth(busiest.BandwidthBytesPerSecond)}";
    }
}
