using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mbsa.Host.Serving;

namespace Mbsa.Host.Tests.Grafana;

/// <summary>The conventions of a dashboard that works wherever it is put: checked, because no Grafana is here to say so.</summary>
public sealed partial class DashboardTests
{
    private static readonly string[] _panelTypes = ["timeseries", "stat", "gauge", "bargauge", "table", "heatmap"];

    public static TheoryData<string> Names => [.. Dashboards.Files.Select(file => Path.GetFileName(file))];

    [Fact]
    public void There_is_one_for_hosts_one_for_many_hosts_one_for_a_vm_one_for_qos_and_one_for_the_device_each_under_its_own_uid()
    {
        Assert.Equal(["cluster.json", "device.json", "overview.json", "qos.json", "vm.json"],
            Dashboards.Files.Select(file => Path.GetFileName(file)));
        Assert.Equal(
            ["mbsa-cluster", "mbsa-device", "mbsa-overview", "mbsa-qos", "mbsa-vm"],
            Dashboards.Files.Select(file => (string)Dashboards.Load(file)["uid"]!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_of_the_schema_that_is_agreed_and_nobody_edits_it_in_place(string name)
    {
        var dashboard = Load(name);
        Assert.Equal(42, (int)dashboard["schemaVersion"]!);
        Assert.False((bool)dashboard["editable"]!);
        Assert.Null(dashboard["id"]);
        Assert.NotEqual("", (string)dashboard["title"]!);
        Assert.NotEqual("", (string)dashboard["description"]!);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_variable_names_the_data_source_and_every_panel_and_query_uses_it(string name)
    {
        var dashboard = Load(name);
        Assert.Equal("datasource",
            Assert.Single(Variables(dashboard), variable => (string)variable["type"]! == "datasource")["name"]!.ToString());
        var asked = Dashboards.Panels(dashboard)
            .Concat(Dashboards.Panels(dashboard).SelectMany(panel => panel["targets"]!.AsArray().Select(target => target!)))
            .Concat(Variables(dashboard).Where(variable => (string)variable["type"]! == "query"));
        Assert.All(asked, node => Assert.Equal("${datasource}", (string)node["datasource"]!["uid"]!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_panel_is_of_a_known_kind_and_says_what_it_shows_and_in_which_unit(string name)
    {
        var panels = Dashboards.Panels(Load(name)).ToList();
        Assert.All(panels, panel =>
        {
            Assert.Contains((string)panel["type"]!, _panelTypes);
            Assert.False(string.IsNullOrEmpty((string?)panel["fieldConfig"]!["defaults"]!["unit"]), $"{panel["title"]} has no unit");
            Assert.EndsWith(".", (string)panel["description"]!, StringComparison.Ordinal);
            Assert.NotEmpty(Dashboards.Expressions(panel));
        });
        Assert.Equal(panels.Count, panels.DistinctBy(panel => (int)panel["id"]!).Count());
        Assert.Equal(panels.Count, panels.DistinctBy(panel => (string)panel["title"]!).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_lie_on_the_grid_of_24_columns_and_none_on_another(string name)
    {
        var taken = new HashSet<(int, int)>();
        foreach (var panel in Dashboards.Panels(Load(name)))
        {
            int At(string key) => (int)panel["gridPos"]![key]!;
            Assert.InRange(At("x") + At("w"), 1, 24);
            for (var x = At("x"); x < At("x") + At("w"); x++)
            {
                for (var y = At("y"); y < At("y") + At("h"); y++)
                {
                    Assert.True(taken.Add((x, y)), $"{panel["title"]} lies on another panel");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_selector_matches_job_and_instance(string name) =>
        Assert.All(Expressions(name), expression => Assert.All(Selector().Matches(expression).Select(match => match.Value), selector =>
        {
            Assert.Contains("job=~\"$job\"", selector, StringComparison.Ordinal);
            Assert.Contains("instance=~\"$instance\"", selector, StringComparison.Ordinal);
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_metric_has_a_selector(string name) =>
        Assert.All(Expressions(name), expression => Assert.Equal(Metric().Count(expression), Selector().Count(expression)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_counter_is_only_looked_at_through_its_rate_or_increase(string name) =>
        Assert.All(Expressions(name), expression =>
            Assert.Equal(Counter().Count(expression), CounterInRate().Count(expression)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Ranges_are_the_rate_interval_or_all_the_time_that_is_shown(string name) =>
        Assert.All(Expressions(name), expression => Assert.All(
            Range().Matches(expression).Select(match => match.Value),
            range => Assert.True(range is "[$__rate_interval]" or "[$__range]", $"{range} in {expression}")));

    [Theory]
    [MemberData(nameof(Names))]
    public void Variables_are_those_that_are_used(string name)
    {
        var variables = Variables(Load(name)).Select(variable => (string)variable["name"]!)
            .Where(variable => variable != "datasource").ToHashSet();
        var used = Expressions(name)
            .SelectMany(expression => Variable().Matches(expression).Select(match => match.Groups[1].Value)).ToHashSet();
        Assert.Equal(variables.Order(), used.Where(variable => !variable.StartsWith("__", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void What_is_provisioned_is_what_is_here()
    {
        var compose = File.ReadAllText(Path.Combine(Dashboards.Folder, "docker-compose.yml"));
        Assert.Matches(@"image: prom/prometheus:v\d+\.\d+\.\d+\n", compose);
        Assert.Matches(@"image: grafana/grafana:\d+\.\d+\.\d+\n", compose);
        Assert.Contains("./dashboards:/etc/mbsa/dashboards:ro", compose, StringComparison.Ordinal);
        Assert.Contains("path: /etc/mbsa/dashboards",
            File.ReadAllText(Path.Combine(Dashboards.Folder, "provisioning", "dashboards", "mbsa.yml")), StringComparison.Ordinal);
        Assert.Contains($"\"{ServeAddress.Default}\"",
            File.ReadAllText(Path.Combine(Dashboards.Folder, "prometheus", "prometheus.yml")), StringComparison.Ordinal);

        // The types that the dashboards are checked against are those of the Grafana that shows them.
        var grafana = GrafanaImage().Match(compose).Groups[1].Value;
        Assert.Contains($"\"@grafana/schema\": \"{grafana}\"",
            File.ReadAllText(Path.Combine(Dashboards.Folder, "types", "package.json")), StringComparison.Ordinal);
    }

    private static JsonNode Load(string name) => Dashboards.Load(Path.Combine(Dashboards.Folder, "dashboards", name));

    private static IEnumerable<string> Expressions(string name) => Dashboards.Panels(Load(name)).SelectMany(Dashboards.Expressions);

    private static IEnumerable<JsonNode> Variables(JsonNode dashboard) =>
        dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\bmbsa_\w+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\bmbsa_\w+_(total|bucket|count|sum)\b")]
    private static partial Regex Counter();

    [GeneratedRegex(@"(rate|increase)\(mbsa_\w+_(total|bucket|count|sum)\{[^}]*\}\[")]
    private static partial Regex CounterInRate();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"image: grafana/grafana:(\S+)")]
    private static partial Regex GrafanaImage();
}
