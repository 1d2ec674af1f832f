using System.Text;
using System.Text.Json;
using Mbsa.Host.Report;
using Mbsa.Host.Report.Html;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Spectre.Console.Testing;

namespace Mbsa.Host.Tests.Report;

public sealed class ClusterReportTests
{
    [Fact]
    public void The_parts_of_the_json_report_that_only_several_hosts_have_are_these()
    {
        using var json = JsonDocument.Parse(Json(Sample.ClusterResult()));
        var root = json.RootElement;

        Assert.Equal(8, root.GetProperty("host").GetProperty("cores").GetInt32());
        Assert.Equal(
            """[{"name":"h-1","state":"up","machine":"test-machine","policy":"fair","quantum_ns":25000,"cores":4"""
            + ""","utilisation":{"cpu":0.75,"bus":0.25,"nvm":0.125},"vms":1"""
            + ""","trace_hash":"0000000000000abc"},{"name":"h-2","state":"down","machine":"test-machine","policy":"fair","quantum_ns":"""
            + """25000,"cores":4,"utilisation":{"cpu":0.25,"bus":0.25"""
            + ""","nvm":0.125},"vms":0,"trace_hash":"0000000000000def"}]""",
            Short(root.GetProperty("hosts")));
        Assert.Equal(
            """[{"vm":"oltp","from":"h-2","to":"h-1","start_ns":100000000,"outcome":"done","reason":null,"rounds":5,"bytes":314572800"""
            + ""","total_ns":80000000,"downtime_ns":4000000},{"vm":"writer","from":"h-2","to":"h-1","start_ns":500000000"""
            + ""","outcome":"cancelled","reason":"h-2 was lost","rounds":2,"bytes":20971520,"total_ns":7000000,"downtime_ns":0},"""
            + """{"vm":"oltp","from":"h-1","to":"h-1","start_ns":1000000000,"outcome":"done","reason":null,"rounds":3,"bytes":82837504"""
            + ""","total_ns":20000000,"downtime_ns":1000000},{"vm":"writer","from":"h-2","to":"h-1","start_ns":2000000000"""
            + ""","outcome":"under way","reason":null,"rounds":1,"bytes":1048576,"total_ns":1000000,"downtime_ns":0}]""",
            Short(root.GetProperty("migrations")));
        Assert.Equal(
            """[{"host":"h-2","at_ns":500000000,"back_at_ns":1000000000,"vms_stopped":1,"vms_back":1,"disks_recovered":1"""
            + ""","records_recovered":17},{"host":"h-2","at_ns":1500000000,"back_at_ns":null,"vms_stopped":1,"vms_back":0"""
            + ""","disks_recovered":0,"records_recovered":0}]""",
            Short(root.GetProperty("losses")));
        Assert.Equal(
            """[{"name":"acme","reservation":{"unit":"operations_per_second","value":400000},"most_leased":400000,"epochs":40"""
            + ""","misses":3}]""",
            Short(root.GetProperty("tenants")));
        Assert.Equal("h-1", root.GetProperty("vms")[0].GetProperty("host").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("vms")[1].GetProperty("host").ValueKind);
    }

    [Fact]
    public void Of_a_single_host_it_has_none_of_them()
    {
        using var json = JsonDocument.Parse(Json(Sample.Result()));

        Assert.All((string[])["hosts", "migrations", "losses", "tenants"],
            key => Assert.False(json.RootElement.TryGetProperty(key, out _)));
        Assert.False(json.RootElement.GetProperty("vms")[0].TryGetProperty("host", out _));
    }

    [Fact]
    public void A_disk_wears_the_device_of_the_host_it_is_on()
    {
        var result = Sample.ClusterResult();
        var hosts = result.Scenario.Cluster!.Hosts;
        var tough = hosts[0] with { Host = hosts[0].Host with { Device = hosts[0].Host.Device with { EnduranceWrites = 1e8 } } };
        var scenario = result.Scenario with { Cluster = result.Scenario.Cluster with { Hosts = hosts.SetItem(0, tough) } };

        Assert.Equal(1.2e-7, ReportBuilder.Build(result with { Scenario = scenario }, [])
            .Vms[0]["wear"]!["lifetime_fraction"]!.GetValue<double>(), 12);
    }

    [Fact]
    public void In_a_terminal_hosts_and_migrations_have_a_row_each_and_losses_and_tenants_a_line()
    {
        var lines = Print(Sample.ClusterResult());

        Assert.Contains(lines, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["oltp", "h-1", ..]);
        Assert.Contains(lines, line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["h-1", "75.0", "%", "25.0", "%", "12.5", "%", "1", "up"]);
        Assert.Contains(lines, line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["h-2", "25.0", "%", "25.0", "%", "12.5", "%", "0", "down"]);
        Assert.Contains(lines, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["oltp",
            "h-2", "h-1", "100", "ms", "5", "300", "MiB", "80.0", "ms", "4.00", "ms"]);
        Assert.Contains(lines, line => line.EndsWith("cancelled: h-2 was lost", StringComparison.Ordinal));
        Assert.Contains("2 migrations done, 1 cancelled, 1 under way; 400 MiB sent; downtime 2.50 ms on average, 4.00 ms at most", lines);
        Assert.Contains("h-2 was lost at 500 ms with 1 VM and came back at 1 s; "
            + "1 VM runs again, 1 disk and 17 changes of their maps were recovered", lines);
        Assert.Contains("h-2 was lost at 1.5 s with 1 VM and did not come back", lines);
        Assert.Contains("acme: 400 kIOPS promised, at most 400 kIOPS leased; less than 99 % in 3 of 40 epochs that wanted all", lines);
        Assert.Contains(lines, line => line.StartsWith("all hosts: cores 50.0 %", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_very_many_migrations_the_first_have_a_row()
    {
        var result = Sample.ClusterResult();
        var many = result with
        {
            Cluster = result.Cluster! with
            { Migrations = [.. Enumerable.Repeat(result.Cluster.Migrations[0], 100)] }
        };

        var lines = Print(many);

        Assert.Equal(ClusterText.MaxMigrations,
            lines.Count(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["oltp", "h-2", "h-1", ..]));
        Assert.Contains(" and 60 more; --json FILE has them all", lines);
    }

    [Fact]
    public void The_page_has_what_the_terminal_has()
    {
        var html = Encoding.UTF8.GetString(RunPage.Render(new RunRecord(Sample.ClusterResult(), [], [], DeviceWear.None, [])));

        Assert.Contains("2 VMs on 2 hosts with 8 cores of", html, StringComparison.Ordinal);
        Assert.Contains("2 GiB of NVM (test-device)", html, StringComparison.Ordinal);
        Assert.Contains("<td>h-2</td><td>25.0 %</td><td>25.0 %</td><td>12.5 %</td><td>0</td><td>down</td>", html, StringComparison.Ordinal);
        Assert.Contains("<td>oltp</td><td>h-2</td><td>h-1</td><td>100 ms</td><td>5</td><td>300 MiB</td>", html, StringComparison.Ordinal);
        Assert.Contains("and did not come back", html, StringComparison.Ordinal);
        Assert.Contains("acme: 400 kIOPS promised", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Migrations",
            Encoding.UTF8.GetString(RunPage.Render(new RunRecord(Sample.Result(), [], [], DeviceWear.None, []))), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_hosts_differ_every_report_names_each_ones_machine_policy_and_quantum()
    {
        var result = Sample.ClusterResult();
        var hosts = result.Scenario.Cluster!.Hosts;
        var other = hosts[1].Host with { Policy = "plan", QuantumNs = 50_000, Machine = hosts[1].Host.Machine with { Name = "other" } };
        var scenario = result.Scenario with
        {
            Cluster = result.Scenario.Cluster with { Hosts = hosts.SetItem(1, hosts[1] with { Host = other }) },
        };
        result = result with { Scenario = scenario };
        var lines = Print(result);
        var html = Encoding.UTF8.GetString(RunPage.Render(new RunRecord(result, [], [], DeviceWear.None, [])));
        using var json = JsonDocument.Parse(Json(result));
        var (machine, policy) = (hosts[0].Host.Machine.Name, hosts[0].Host.Policy);

        Assert.Contains(lines, line => line.Contains($"policy {policy}, plan, seed", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is
            ["h-2", .., "down", "other", "plan", "50", "us"]);
        Assert.Contains($"on 2 hosts with 8 cores of {machine}, other", html, StringComparison.Ordinal);
        Assert.Contains("<td>down</td><td>other</td><td>plan</td><td>50 us</td>", html, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("policy").ValueKind);
        Assert.Equal([policy, "plan"], json.RootElement.GetProperty("hosts").EnumerateArray()
            .Select(h => h.GetProperty("policy").GetString()));
    }

    private static string Short(JsonElement element) => JsonSerializer.Serialize(element);

    private static byte[] Json(RunResult result) => JsonReportContext.Serialize(ReportBuilder.Build(result, []));

    private static List<string> Print(RunResult result)
    {
        var console = new TestConsole().Width(160);
        ResultPrinter.Print(console, result, []);
        return [.. console.Lines.Select(line => line.TrimEnd())];
    }
}
