using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads what is promised to a VM.</summary>
internal static class QosReader
{
    /// <summary>The keys of <c>qos</c>.</summary>
    public static string[] Keys { get; } = ["reservation", "limit", "weight", "latency", "burst", "admission"];

    private const double MaxWeight = 1e6;
    private const long MaxLatencyNs = 60_000_000_000;
    private const int MaxBurst = 1_000_000;

    private static readonly (string Name, bool OrBestEffort)[] _admissions = [("strict", false), ("best-effort", true)];

    /// <summary>The promises; what is not written stays as in <paramref name="basis"/>.</summary>
    public static QosSpec Read(MappingReader map, QosSpec basis)
    {
        var qos = new QosSpec
        {
            Weight = map.Number("weight", 0, MaxWeight) ?? basis.Weight,
            Reservation = Promise(map, "reservation", basis.Reservation),
            Limit = Promise(map, "limit", basis.Limit),
            LatencyNs = map.Find("latency") is ScalarNode { Text: "none" }
            ? null
            : map.Whole("latency", Dimension.Time, 1, MaxLatencyNs) ?? basis.LatencyNs,
            BurstOperations = map.Integer("burst", 1, MaxBurst) ?? basis.BurstOperations,
            OrBestEffort = map.Choice("admission", _admissions) ?? basis.OrBestEffort,
        };
        if (qos is { LatencyNs: not null, Reservation: not { Value: > 0 } })
        {
            map.Problems.Error(map.LineOf("latency"),
                "the latency class is served first within its reservation; add one, such as 'reservation: 10%'");
        }

        if (qos is { Reservation: { } floor, Limit: { } ceiling } && floor.Unit == ceiling.Unit && ceiling.Value < floor.Value)
        {
            map.Problems.Error(map.LineOf("limit"), $"the limit of {Text(ceiling)} is below the reservation of {Text(floor)}");
        }

        if (qos.Limit is { Value: <= 0 })
        {
            map.Problems.Error(map.LineOf("limit"), "a limit of 0 would stop the VM for ever; write one above 0, or 'none'");
        }

        return qos;
    }

    /// <summary>A floor or ceiling; null for none.</summary>
    public static Promise? Promise(MappingReader map, string key, Promise? basis)
    {
        if (map.Find(key) is not { } node)
        {
            return basis;
        }

        if (node is not ScalarNode { Text: var text })
        {
            map.Problems.Error(node.Line, $"'{key}': a share (40%) or a rate (800MB/s, 200kIOPS) was expected, not {node.Kind}");
            return basis;
        }

        if (text == "none")
        {
            return null;
        }

        var (promise, error) = Parse(text);
        if (error is not null)
        {
            map.Problems.Error(node.Line, $"'{key}': {error}");
        }

        return promise;
    }

    private static (Promise? Promise, string? Error) Parse(string text)
    {
        var (unit, dimension) = text.TrimEnd() switch
        {
            var t when t.EndsWith('%') => (PromiseUnit.Share, Dimension.Percent),
            var t when t.EndsWith("/s", StringComparison.Ordinal) => (PromiseUnit.BytesPerSecond, Dimension.Bandwidth),
            var t when t.EndsWith("IOPS", StringComparison.OrdinalIgnoreCase) => (PromiseUnit.OperationsPerSecond, Dimension.Iops),
            _ => (default(PromiseUnit?), default(Dimension)),
        };
        if (unit is null)
        {
            return (null, $"'{Excerpt.Of(text)}' has no unit of a promise; write a share (40%) or a rate (800MB/s, 200kIOPS), or 'none'");
        }

        if (Quantity.Try(text, dimension, out var value) is { } error)
        {
            return (null, error);
        }

        return unit == PromiseUnit.Share && value > 1
            ? (null, $"{text} is more than the whole host; at most 100% can be promised")
            : (new Promise(unit.Value, value), null);
    }

    private static string Text(Promise promise) => QuantityText.Format(promise.Value, promise.Unit switch
    {
        PromiseUnit.Share => Dimension.Percent,
        PromiseUnit.BytesPerSecond => Dimension.Bandwidth,
        _ => Dimension.Iops,
    });
}
