using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Profiles;

/// <summary>
/// Reads <c>stages</c> of a conventional path: a time for each part of the way. None of them has a default:
/// a part that is forgotten would be free.
/// </summary>
internal static class StageCostsReader
{
    private const double MaxNs = 1e9;

    private static readonly (string Key, Func<StageCosts, double> Cost)[] _parts =
    [
        ("submit", s => s.SubmitNs), ("lock", s => s.LockNs), ("exit", s => s.ExitNs), ("signal", s => s.SignalNs), ("idle", s => s.IdleNs),
        ("batch", s => s.BatchNs), ("parse", s => s.ParseNs), ("cold", s => s.ColdNs), ("copy", s => s.CopyNs), ("used", s => s.UsedNs),
        ("interrupt", s => s.InterruptNs), ("enter", s => s.EnterNs), ("notify", s => s.NotifyNs), ("complete", s => s.CompleteNs),
    ];

    /// <summary>The keys, in the order of a request's way.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. _parts.Select(p => p.Key)];

    /// <summary>The cost that a key stands for, in nanoseconds.</summary>
    public static double CostOf(StageCosts costs, string key) => _parts.First(p => p.Key == key).Cost(costs);

    /// <summary>The stages of a path; null when they are missing, which is a mistake.</summary>
    public static StageCosts? Read(MappingReader path)
    {
        if (!path.Require("stages", $"stages: {{ {string.Join(", ", Keys.Select(key => $"{key}: 1us"))} }}")
            || path.Mapping("stages", "the stages of a conventional path", [.. Keys]) is not { } map)
        {
            return null;
        }

        var costs = new StageCosts
        {
            SubmitNs = Part("submit"),
            LockNs = Part("lock"),
            ExitNs = Part("exit"),
            SignalNs = Part("signal"),
            IdleNs = Part("idle"),
            BatchNs = Part("batch"),
            ParseNs = Part("parse"),
            ColdNs = Part("cold"),
            CopyNs = Part("copy"),
            UsedNs = Part("used"),
            InterruptNs = Part("interrupt"),
            EnterNs = Part("enter"),
            NotifyNs = Part("notify"),
            CompleteNs = Part("complete"),
        };
        if (costs.LockNs > costs.SubmitNs)
        {
            map.Problems.Error(map.LineOf("lock"), "the lock is held during 'submit', so it cannot take longer");
        }

        return costs;

        double Part(string key)
        {
            map.Require(key, $"{key}: 100ns");
            return map.Measure(key, Dimension.Time, 0, MaxNs) ?? 0;
        }
    }
}
