using System.Text.Json;
using Mbsa.Host.Commands;
using Mbsa.Host.Figures;
using Mbsa.Host.Page;
using Mbsa.Host.Serving;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Watching;
using Mbsa.Host.Watching;
using Mbsa.Metrics;
using Mbsa.Model.Watching;
using Prometheus;

namespace Mbsa.Host.Tests.Figures;

/// <summary>
/// A run that can be worked out by hand: 256 blocks of 4 KiB are written four times each on a disk of 4 MiB. Of its B blocks 256 have four
/// writes and B - 256 none: the mean is 1024 / B, the variance 4 * 1024 / B - mean^2, so the variation is sqrt(B / 256 - 1).
/// </summary>
public sealed class WearFiguresTests : IDisposable
{
    private const double LeftSeconds = 0.05 * (400 - 4) / 4;

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_figures_of_a_run_are_those_worked_out_by_hand()
    {
        var (code, json, output, html) = await RunAsync(
            endurance: 400, expect: "[ 'a.wear.max == 4', 'a.wear.writes == 1024', 'a.wear.extra == 0', 'a.lifetime.used == 1%', "
                + "'host.lifetime.left >= 4.94s', 'host.lifetime.left <= 4.96s' ]");
        var wear = json.GetProperty("vms")[0].GetProperty("wear");
        double Of(string key) => wear.GetProperty(key).GetDouble();
        var blocks = 1024 / Of("mean");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal((1024, 0, 4, 0.01), (Of("writes"), Of("extra_writes"), Of("max"), Of("lifetime_fraction")));
        Assert.Equal(Math.Round(blocks), blocks, 9);
        Assert.Equal(Math.Sqrt(blocks / 256 - 1), Of("cv"), 9);
        Assert.Equal(LeftSeconds, Of("lifetime_left_seconds"), 9);
        Assert.Empty(json.GetProperty("warnings").EnumerateArray());
        Assert.Contains("disks: writes added by wear levelling 0, writes of the worst block 4, variation of wear", output,
            StringComparison.Ordinal);
        Assert.Contains("life used 1.0 %, first failure in 4.95 s", output, StringComparison.Ordinal);
        Assert.Contains("<td>1.0 %</td><td>4.95 s</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_is_worn_out_is_a_warning_everywhere()
    {
        var (code, json, output, html) = await RunAsync(endurance: 2, expect: "[ 'a.lifetime.left == 0s', 'a.lifetime.used == 200%' ]");
        const string Warning = "the disk of a is worn out: its most written block was written 4 times in this run, 2.0 times what it bears";

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal([Warning], json.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()));
        Assert.Contains($"warning: {Warning}", output, StringComparison.Ordinal);
        Assert.Contains($"warning: {Warning}", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_without_an_end_leaves_no_time_to_tell()
    {
        var (code, json, _, _) = await RunAsync(endurance: double.PositiveInfinity, expect: "[ 'a.lifetime.left >= 1s' ]");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("vms")[0].GetProperty("wear").GetProperty("lifetime_left_seconds").ValueKind);
        Assert.Equal("no disk, no write, or a device without an end",
            json.GetProperty("expectations")[0].GetProperty("measured").GetString());
    }

    [Fact]
    public async Task A_wide_terminal_and_a_comparison_show_them_all()
    {
        var scenario = Write(400, "[]");
        using var program = new TestProgram(width: 200) { Real = true, ReadsFiles = true };
        using var comparing = new TestProgram(width: 200) { Real = true, ReadsFiles = true };

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("run", scenario));
        Assert.Equal(ExitCode.Ok, await comparing.InvokeAsync("compare", scenario, "--policies", "none,plan"));

        var lines = (program.Output + comparing.Output).Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
        Assert.Contains(lines, line => line.Contains("added worst block variation of its life fails in", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("a ", StringComparison.Ordinal) && line.EndsWith("0 4 1.732 1.0 % 4.95 s",
            StringComparison.Ordinal));
        Assert.All(WearFigures.All.Select(figure => figure.Row?.What).OfType<string>(),
            what => Assert.Contains(lines, line => line.StartsWith(what, StringComparison.Ordinal)));
        Assert.Contains("first failure in 4.95 s 4.95 s", lines);
    }

    [Fact]
    public async Task The_live_page_and_the_metrics_show_them_all()
    {
        var clockMs = 100L;
        var run = new SnapshotRun(() => Sample.Snapshot(Sample.Scenario(), clockMs)) { DeviceWear = Worn(10) };
        var time = new ManualTime();
        var watch = new WearWatch(run, time);
        watch.Look();
        (clockMs, run.DeviceWear) = (300, Worn(14));
        time.Advance(WearWatch.Period);
        while (watch.Look().Disks["oltp"].Worst == 10)
        {
            await Task.Delay(1);
        }

        var page = PageView.Wear(watch.Look());
        using var instruments = new MbsaInstruments(new LiveMetricsSource(Sample.Scenario(), run, watch), Catalogue.Instruments);
        var registry = new CollectorRegistry();
        using var bridge = new PrometheusBridge(instruments, registry);
        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text);
        var metrics = System.Text.Encoding.UTF8.GetString(text.ToArray());

        // Four more writes of the worst block in 0.2 s, and 986 to go.
        Assert.Equal(["Disk", .. WearFigures.All.Where(figure => figure.Live is not null).Select(figure => figure.Columns[0].Head)],
            page.Heads);
        Assert.Equal(["oltp", "140", "3", "14", "2.50", "0.250", "1.4 %", "49.3 s"], page.Disks[0]);
        Assert.Contains("mbsa_wear_worst_writes{host=\"host-0\",vm=\"oltp\"} 14\n", metrics, StringComparison.Ordinal);
        Assert.Contains("mbsa_wear_cv_ratio{host=\"host-0\",vm=\"oltp\"} 0.25\n", metrics, StringComparison.Ordinal);
        Assert.Contains("mbsa_wear_extra_writes_total{host=\"host-0\",vm=\"oltp\"} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("mbsa_wear_worst_ratio{host=\"host-0\",vm=\"oltp\"} 0.014\n", metrics, StringComparison.Ordinal);
        Assert.Contains("mbsa_lifetime_left_seconds{host=\"host-0\",vm=\"oltp\"} 49.3\n", metrics, StringComparison.Ordinal);
    }

    private static DeviceWear Worn(long worst) => new(
        new Dictionary<string, WearSample> { ["oltp"] = new(10 * worst, 3, worst, 2.5, worst / 1000.0) { Variation = 0.25 } }, []);

    private string Write(double endurance, string expect) => _scratch.Write($$"""
        duration: 50ms
        host:
          machine: paper
          nvm: { size: 64MiB, device: { readBandwidth: 4GB/s, writeBandwidth: 4GB/s,
              endurance: {{(double.IsFinite(endurance) ? endurance : "infinite")}} } }
        vms:
          - { name: a, vcpus: 1, storage: { path: memory-bus, size: 4MiB }, workload: { rw: write, bs: 4k, size: 1MiB, io_size: 4MiB } }
          - { name: hog, vcpus: 1, workload: { cpu: 10% } }
        expect: {{expect}}
        """);

    private async Task<(int Code, JsonElement Json, string Output, string Html)> RunAsync(double endurance, string expect)
    {
        var (json, html) = (Path.Combine(_scratch.Folder, "out.json"), Path.Combine(_scratch.Folder, "out.html"));
        using var program = new TestProgram { Real = true, ReadsFiles = true };
        var code = await program.InvokeAsync("run", Write(endurance, expect), "--json", json, "--html", html);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        return (code, document.RootElement.Clone(),
            string.Join(' ', program.Output.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries)), await File.ReadAllTextAsync(html));
    }
}
