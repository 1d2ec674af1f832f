using Mbsa.Cores.Policies;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Wording;

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

    /// <summary>"share" or "serial"; null where nobody goes by it: under the wall clock, and under policies without an order.</summary>
    public static string? OrderOf(HostSpec host, ClockKind clock) =>
        clock == ClockKind.Virtual && QosPolicies.All.Any(policy => policy.Name == host.Policy && policy.HasOrder)
        ? KnownNames.NameOf(host.Order)
        : null;

    /// <summary>The unit of a promise, as a key of the report.</summary>
    public static string Of(PromiseUnit unit) => unit switch
    {
        PromiseUnit.Share => "share",
        PromiseUnit.BytesPerSecond => "bytes_per_second",
        PromiseUnit.OperationsPerSecond => "operations_per_second",
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, null),
    };
}
