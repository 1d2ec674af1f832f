using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mbsa.Host.Tests.Files.Scenarios;

namespace Mbsa.Host.Tests.Grafana;

/// <summary>The dashboards and alerts of the repository, as data.</summary>
internal static partial class Dashboards
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "grafana");

    public static string AlertsFile { get; } = Path.Combine(Folder, "prometheus", "alerts.yml");

    public static string[] Files { get; } =
        [.. Directory.GetFiles(Path.Combine(Folder, "dashboards"), "*.json").Order(StringComparer.Ordinal)];

    public static JsonNode Load(string file) => JsonNode.Parse(File.ReadAllText(file))!;

    public static IEnumerable<JsonNode> Panels(JsonNode dashboard) => dashboard["panels"]!.AsArray().Select(panel => panel!);

    public static IEnumerable<string> Expressions(JsonNode panel) => panel["targets"]!.AsArray().Select(target => (string)target!["expr"]!);

    /// <summary>The dashboard that shows only what several hosts have.</summary>
    public static string ClusterFile { get; } = Files.Single(file => Path.GetFileName(file) == "cluster.json");

    /// <summary>Every expression of every panel, with where it stands.</summary>
    public static IEnumerable<(string Place, string Expression)> AllExpressions() => ExpressionsOf(Files);

    /// <summary>Every expression of every panel of some dashboards, with where it stands.</summary>
    public static IEnumerable<(string Place, string Expression)> ExpressionsOf(params IEnumerable<string> files) =>
        from file in files
        from panel in Panels(Load(file))
        from expression in Expressions(panel)
        select ($"{Path.GetFileName(file)}: {(string)panel["title"]!}", expression);

    /// <summary>The expressions of the alerts.</summary>
    public static IEnumerable<(string Place, string Expression)> AlertExpressions() =>
        AlertLine().Matches(File.ReadAllText(AlertsFile)).Select(match => (match.Groups["name"].Value, match.Groups["expr"].Value));

    [GeneratedRegex(@"- alert: (?<name>\w+)\s+expr: (?<expr>.+)")]
    private static partial Regex AlertLine();
}
