using Mbsa.Actors.Scenarios;

namespace Mbsa.Host.Report;

/// <summary>The words of enumerations, as scenarios, reports and tables write them.</summary>
internal static class Words
{
    /// <summary>"virtual" or "wall".</summary>
    public static string Of(ClockKind clock) => clock switch
    {
        ClockKind.Virtual => "virtual",
        ClockKind.Wall => "wall",
        _ => throw new ArgumentOutOfRangeException(nameof(clock), clock, null),
    };

    /// <summary>The unit of a promise, as a key of the report.</summary>
    public static string Of(PromiseUnit unit) => unit switch
    {
        PromiseUnit.Share => "share",
        PromiseUnit.BytesPerSecond => "bytes_per_second",
        PromiseUnit.OperationsPerSecond => "operations_per_second",
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, null),
    };
}
