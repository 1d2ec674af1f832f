using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Serving;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Host.Tests.Grafana;

/// <summary>A real Prometheus scrapes a real run: every expression of every panel and alert must find data there.</summary>
public sealed partial class PrometheusProgramTests
{
    /// <summary>One of each: reads and writes under a policy that plans, wear that levels, a VM that fails, one that computes.</summary>
    private const string Scenario = """
        name: everything
        duration: 10000s
        host: { machine: paper, nvm: { size: 256MiB, device: paper }, scheduler: { policy: fair } }
        vms:
          - { name: oltp, vcpus: 4, storage: { path: memory-bus, size: 16MiB, wear: due-time }, qos: { weight: 4 },
              workload: { rw: randrw, bs: 4k, numjobs: 4 } }
          - { name: writer, vcpus: 4, storage: { path: memory-bus, size: 16MiB }, workload: { rw: randwrite, bs: 4k, numjobs: 4 } }
          - { name: hog, vcpus: 1, workload: { cpu: 100% } }
          - { name: broken, storage: { path: memory-bus, size: 1MiB }, workload: { rw: randread } }
        events:
          - { at: 1ms, vm: broken, failVcpu: 0 }
          - { at: 2ms, vm: broken, failVcpu: 0 }
          - { at: 3ms, vm: broken, failVcpu: 0 }
          - { at: 4ms, vm: broken, failVcpu: 0 }
        """;

    [SkippableFact]
    public async Task Every_expression_of_every_panel_and_alert_finds_data_and_quantiles_are_those_of_the_report()
    {
        ExternalProgram.Require("prometheus", "prometheus");
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Time = TimeProvider.System, Scenario = scratch.Spec(Scenario) };
        var serving = new LineWatcher("page at ");
        program.ErrorWriter = serving;
        var report = Path.Combine(scratch.Folder, "report.json");
        var run = program.InvokeAsync("run", "x.yaml", "--serve", "127.0.0.1:0", "--quiet", "--json", report);
        var url = (await serving.Line).Split(' ')[2].TrimEnd('/', ',');
        using var prometheus = new PrometheusServer(new Uri(url).Authority);

        Assert.Equal(1, Assert.Single(await prometheus.QueryAsync("up{job=\"mbsa\"}", values => values is [1])));
        var expressions = Dashboards.ExpressionsOf(Dashboards.Files.Where(file => file != Dashboards.ClusterFile));
        Assert.Empty(await WithoutDataAsync(prometheus, expressions.Concat(Dashboards.AlertExpressions().Select(WithoutThreshold))));
        Assert.NotEmpty(await prometheus.QueryAsync("ALERTS{alertname=\"MbsaVmFailed\",vm=\"broken\"}", values => values.Length > 0));
        var quantile = Assert.Single(await prometheus.QueryAsync(
            "histogram_quantile(0.5, mbsa_io_latency_seconds_bucket{vm=\"oltp\",op=\"read\"})", values => values.Length > 0));
        program.Interruption.Request();
        await run;

        Assert.Equal(BucketOf(P50OfReads(await File.ReadAllTextAsync(report), "oltp")), BucketOf(quantile * 1e9), 1.0);
    }

    [SkippableFact]
    public async Task Every_expression_of_the_dashboard_of_many_hosts_finds_data_in_a_run_on_several()
    {
        ExternalProgram.Require("prometheus", "prometheus");
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Time = TimeProvider.System, Scenario = scratch.Spec(Rack()) };
        await using var run = await ServedRun.StartAsync(program);
        using var prometheus = new PrometheusServer(new Uri(run.Url).Authority);

        Assert.Empty(await WithoutDataAsync(prometheus, Dashboards.ExpressionsOf(Dashboards.ClusterFile)));
        Assert.Equal(3, Assert.Single(
            await prometheus.QueryAsync("count(count by (host) (mbsa_io_operations_total{job=\"mbsa\"}))", values => values is [3])));
        var places = await prometheus.QueryAsync("count by (vm) (mbsa_vm_state{vm=~\"db.*\"})", values => values is [1, 1, 1]);
        Assert.Equal(3, places.Length);
        Assert.All(places, place => Assert.Equal(1, place));
    }

    [SkippableFact]
    public async Task The_alerts_and_all_expressions_are_rules_that_promtool_takes()
    {
        ExternalProgram.Require("promtool", "prometheus");
        var (exitCode, output) = await ExternalProgram.RunAsync("promtool", null, "check", "rules", Dashboards.AlertsFile);
        Assert.True(exitCode == 0, output);

        var rules = new StringBuilder("groups:\n  - name: panels\n    rules:\n");
        var number = 0;
        foreach (var (_, expression) in Dashboards.AllExpressions())
        {
            rules.Append(CultureInfo.InvariantCulture,
                $"      - {{ record: \"panel:{number++}\", expr: {JsonSerializer.Serialize(Concrete(expression))} }}\n");
        }

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, rules.ToString());
            (exitCode, output) = await ExternalProgram.RunAsync("promtool", null, "check", "rules", file);
            Assert.True(exitCode == 0, output);
            Assert.Contains($"{number} rules found", output, StringComparison.Ordinal);
            (exitCode, output) = await ExternalProgram.RunAsync("promtool", null, "check",
                "config", Path.Combine(Dashboards.Folder, "prometheus", "prometheus.yml"));
            Assert.True(exitCode == 0, output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [SkippableFact]
    public async Task Promtool_finds_nothing_to_blame_in_the_metrics()
    {
        ExternalProgram.Require("promtool", "prometheus");
        using var program = new TestProgram();
        var serving = new LineWatcher("still serving ");
        program.ErrorWriter = serving;
        var run = program.InvokeAsync("run", "x.yaml", "--serve", "127.0.0.1:0", "--quiet");
        var url = (await serving.Line).Split(' ')[2].TrimEnd('/');
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri(url + "/metrics"));
        program.Interruption.Request();
        Assert.Equal(ExitCode.Ok, await run);

        // On nothing promtool has nothing to blame either.
        Assert.Contains("mbsa_io_operations_total{", metrics, StringComparison.Ordinal);
        var (exitCode, output) = await ExternalProgram.RunAsync("promtool", metrics, "check", "metrics");
        Assert.True(exitCode == 0 && output.Length == 0, output);
    }

    /// <summary>Three hosts whose VMs move all the time, and one host that is lost again and again.</summary>
    private static string Rack() => $$"""
        name: rack
        duration: 10000s
        hosts: { count: 3, machine: paper, nvm: { size: 64MiB, device: paper }, scheduler: { policy: fair } }
        placement: spread
        vms:
          - { name: db, count: 3, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randrw, bs: 4k } }
        events:
        {{string.Join('\n', Enumerable.Range(1, 2000).Select(second => second % 10 == 0
            ? $"  - {{ at: {second}s, host: h-3, power: off, for: 100ms }}"
            : $"  - {{ at: {second}s, vm: db-{second % 3 + 1}, migrate: anywhere }}"))}}
        """;

    /// <summary>The expressions to which Prometheus answers nothing, or no number.</summary>
    private static async Task<List<string>> WithoutDataAsync(PrometheusServer prometheus,
        IEnumerable<(string Place, string Expression)> expressions)
    {
        var empty = new List<string>();
        foreach (var (place, expression) in expressions)
        {
            var values = await prometheus.QueryAsync(Concrete(expression), values => values.Any(value => !double.IsNaN(value)));
            if (!values.Any(value => !double.IsNaN(value)))
            {
                empty.Add($"{place}: {expression}");
            }
        }

        return empty;
    }

    /// <summary>An expression as Grafana would ask it.</summary>
    private static string Concrete(string expression) => expression
        .Replace("$__rate_interval", "5s", StringComparison.Ordinal)
        .Replace("$__range", "1m", StringComparison.Ordinal)
        .Replace("$job", "mbsa", StringComparison.Ordinal)
        .Replace("$instance", ".*", StringComparison.Ordinal)
        .Replace("$host", ".*", StringComparison.Ordinal)
        .Replace("$vm", "oltp", StringComparison.Ordinal);

    /// <summary>What an alert looks at, whether or not it has cause to fire.</summary>
    private static (string Place, string Expression) WithoutThreshold((string Place, string Expression) alert) =>
        (alert.Place, Threshold().Replace(alert.Expression, ""));

    private static double P50OfReads(string report, string vm)
    {
        using var json = JsonDocument.Parse(report);
        return json.RootElement.GetProperty("vms").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == vm)
            .GetProperty("read").GetProperty("latency_ns").GetProperty("p50").GetDouble();
    }

    private static double BucketOf(double latencyNs) => LatencyBuckets.IndexOf((long)latencyNs);

    [GeneratedRegex(@" (>|>=|==|<|<=) [0-9.]+$")]
    private static partial Regex Threshold();
}
