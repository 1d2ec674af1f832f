using System.Text.Json;
using System.Text.RegularExpressions;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Page;
using Mbsa.Host.Wording;
using Microsoft.Playwright;

namespace Mbsa.Host.Tests.Report.Html;

public sealed class HtmlReportTests : IDisposable
{
    private const string Scenario = """
        name: "<report> & more"
        duration: 200ms
        warmup: 20ms
        host: { machine: paper, nvm: { size: 128MiB, device: paper }, scheduler: { policy: fair } }
        vms:
          - { name: oltp, vcpus: 4, storage: { path: memory-bus, size: 16MiB, wear: due-time }, qos: { weight: 4 },
              workload: { rw: randrw, bs: 4k, numjobs: 4 } }
          - { name: writer, vcpus: 4, storage: { path: memory-bus, size: 16MiB }, workload: { rw: randwrite, bs: 4k, numjobs: 4 } }
          - { name: hog, vcpus: 2, workload: { cpu: 100% } }
        events:
          - { at: 100ms, vm: writer, stop: true }
        """;

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task It_needs_nothing_else_and_is_the_same_twice()
    {
        var (first, _) = await RunAsync();
        var (second, _) = await RunAsync();

        Assert.Equal(first, second);
        Assert.DoesNotMatch("(?i)<script|<link[^>]+stylesheet|url\\(|@import|https?://(?!www.w3.org)", first);
        Assert.Contains("&lt;report&gt; &amp; more", first, StringComparison.Ordinal);
        Assert.DoesNotContain("<report>", first, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task In_a_browser_it_shows_the_reports_figures_and_asks_nobody_for_anything()
    {
        await using var browser = await Browser.StartAsync();
        var (html, json) = await RunAsync();
        var path = Path.Combine(_scratch.Folder, "report.html");
        await File.WriteAllTextAsync(path, html);
        var page = await browser.OpenAsync("file://" + path, width: 390);

        foreach (var vm in json.GetProperty("vms").EnumerateArray())
        {
            var row = page.Locator("table").First.Locator("tbody tr",
                new() { HasTextRegex = new Regex($"^{vm.GetProperty("name").GetString()}") });
            var cells = await row.Locator("td").AllInnerTextsAsync();
            Assert.Contains(Readable.Rate(vm.GetProperty("iops").GetDouble()), cells);
            Assert.Contains(Readable.Bandwidth(vm.GetProperty("bandwidth_bytes_per_second").GetDouble()), cells);
            Assert.Contains(Readable.Share(vm.GetProperty("qos").GetProperty("achieved_share").GetDouble()), cells);
        }

        await Assertions.Expect(page.Locator("li.failed")).ToHaveTextAsync(new Regex("^oltp.p99 <= 1us"));
        await Assertions.Expect(page.Locator("li.held")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".charts svg")).ToHaveCountAsync(4);
        await Assertions.Expect(page.Locator("rect.worn").First).ToBeAttachedAsync();
        await Assertions.Expect(page.Locator(".events li").Last).ToHaveTextAsync(new Regex("plan|stopped"));
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"));
        Assert.Empty(browser.Complaints);
        Assert.True((await page.PdfAsync(new() { Format = "A4" })).Length > 10_000);
    }

    [Fact]
    public async Task Without_it_no_time_series_is_kept()
    {
        using var program = Program();
        await program.InvokeAsync("run", "x.yaml", "--quiet");
        Assert.Equal(0, program.Started!.SeriesPoints);
    }

    private TestProgram Program(bool real = false) => new()
    {
        Real = real,
        Scenario = _scratch.Spec(Scenario),
        Expectations = ["oltp.share >= 10%", "oltp.p99 <= 1us"],
    };

    private async Task<(string Html, JsonElement Json)> RunAsync()
    {
        using var program = Program(real: true);
        var report = Path.Combine(_scratch.Folder, "report.json");
        Assert.Equal(ExitCode.Failed, await program.InvokeAsync("run", "x.yaml", "--html", "-", "--json", report));
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        return (program.StandardOutputText, json.RootElement.Clone());
    }
}
