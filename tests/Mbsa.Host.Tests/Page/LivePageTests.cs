using System.Text.Json;
using System.Text.RegularExpressions;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Serving;
using Mbsa.Host.Wording;
using Microsoft.Playwright;

namespace Mbsa.Host.Tests.Page;

/// <summary>The page in a real browser, beside a real run.</summary>
public sealed class LivePageTests
{
    [SkippableFact]
    public async Task It_lives_with_the_run_and_shows_the_reports_figures_after_it()
    {
        await using var browser = await Browser.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram
        {
            Real = true,
            Time = TimeProvider.System,
            Scenario = scratch.Spec(Scenario),
            Expectations = ["oltp.share >= 20%", "oltp.p99 <= 1us"],
        };
        await using var run = await ServedRun.StartAsync(program);
        var page = await browser.OpenAsync(run.Url);

        await Expect(page.Locator("#name")).ToHaveTextAsync("page-test");
        await Expect(page.Locator("#clock")).ToHaveTextAsync(new Regex("^virtual .+ of 8.1 s, .+x real time$"));
        await Expect(Row(page, "writer").Locator("td").Nth(1)).ToHaveTextAsync("stopped");
        await Expect(page.Locator("#events")).ToContainTextAsync("writer: stopped");
        await Expect(page.Locator("#state")).ToHaveTextAsync("ended, expectations failed");
        await Expect(page.Locator("#expectations li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#expectations li.failed")).ToHaveTextAsync(new Regex("^oltp.p99 <= 1us"));
        await AssertShowsAsync(page, await run.ReportAsync());

        // A second one that comes after the end sees the same, and its charts.
        var late = await browser.OpenAsync(run.Url);
        await AssertShowsAsync(late, await run.ReportAsync());
        await Expect(late.Locator(".chart canvas")).ToHaveCountAsync(4);
        await Expect(late.Locator("#disks tbody tr")).ToHaveCountAsync(2);
        Assert.True((await InkAsync(late, "#chart-share canvas")) > 100, "nothing is drawn");
        Assert.True((await InkAsync(late, "#wear")) > 100, "nothing is drawn");
        Assert.Empty(browser.Complaints);
        Assert.Equal(ExitCode.Failed, await run.EndAsync());
    }

    [SkippableFact]
    public async Task It_is_worked_with_the_keyboard()
    {
        await using var browser = await Browser.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Scenario = scratch.Spec(Scenario) };
        await using var run = await ServedRun.StartAsync(program);
        var page = await browser.OpenAsync(run.Url);
        await Expect(page.Locator("#state")).ToHaveTextAsync("ended");
        await Expect(page.Locator("#vms tbody tr[aria-selected=true]")).ToHaveCountAsync(3);

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("hog");
        await Expect(page.Locator("#vms tbody tr")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#vms tbody tr")).ToHaveCountAsync(3);
        await page.Locator("#vms tbody tr[tabindex='0']").First.FocusAsync();
        var first = await page.EvaluateAsync<string>("document.activeElement.dataset.vm");
        await page.Keyboard.PressAsync("ArrowDown");
        var second = await page.EvaluateAsync<string>("document.activeElement.dataset.vm");
        await page.Keyboard.PressAsync("Space");

        Assert.NotEqual(first, second);
        await Expect(page.Locator("#vms tbody tr[aria-selected=true]")).ToHaveCountAsync(2);
        Assert.Equal(second, await page.EvaluateAsync<string>("document.activeElement.dataset.vm"));
        await page.Keyboard.PressAsync("t");
        Assert.Equal("dark", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Empty(browser.Complaints);
    }

    [SkippableTheory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(820, ColorScheme.Dark)]
    public async Task It_fits_a_narrow_window_and_follows_the_users_colours(int width, ColorScheme scheme)
    {
        await using var browser = await Browser.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Scenario = scratch.Spec(Scenario) };
        await using var run = await ServedRun.StartAsync(program);
        var page = await browser.OpenAsync(run.Url, width, scheme);
        await Expect(page.Locator("#state")).ToHaveTextAsync("ended");

        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"));
        var back = await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
        Assert.Equal(scheme == ColorScheme.Dark ? "rgb(20, 23, 26)" : "rgb(247, 247, 244)", back);
        Assert.Empty(browser.Complaints);
    }

    [SkippableFact]
    public async Task Several_hosts_have_a_row_each_and_every_vm_the_host_it_is_on()
    {
        await using var browser = await Browser.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Time = TimeProvider.System, Scenario = scratch.Spec(Rack) };
        await using var run = await ServedRun.StartAsync(program);
        var page = await browser.OpenAsync(run.Url);

        await Expect(page.Locator("#events")).ToContainTextAsync("db-1: migrated from h-1 to h-2");
        await Expect(page.Locator("#events")).ToContainTextAsync("h-2: lost with 3 VMs");
        await Expect(page.Locator("#state")).ToHaveTextAsync("ended");
        await Expect(page.Locator("#facts")).ToContainTextAsync("4 VMs on 2 hosts with 8 cores");
        await Expect(page.Locator("#between"))
            .ToHaveTextAsync(new Regex("^1 migration done, .+ sent, downtime .+ on average  ·  hosts lost: 1$"));
        await Expect(page.Locator("#disks tbody tr").First).ToBeVisibleAsync();
        var report = await run.ReportAsync();
        foreach (var host in report.GetProperty("hosts").EnumerateArray())
        {
            var cells = page.Locator($"#hosts tbody tr[data-host='{host.GetProperty("name").GetString()}'] td");
            await Expect(cells.Nth(1)).ToHaveTextAsync(host.GetProperty("state").GetString()!);
            await Expect(cells.Nth(2)).ToHaveTextAsync(Readable.Share(host.GetProperty("utilisation").GetProperty("cpu").GetDouble()));
            await Expect(cells.Nth(4)).ToHaveTextAsync(Readable.Share(host.GetProperty("utilisation").GetProperty("nvm").GetDouble()));
            await Expect(cells.Nth(6)).ToHaveTextAsync($"{host.GetProperty("vms").GetInt32()}");
        }

        foreach (var vm in report.GetProperty("vms").EnumerateArray())
        {
            var cells = Row(page, vm.GetProperty("name").GetString()!).Locator("td");
            await Expect(cells.Nth(1)).ToHaveTextAsync(vm.GetProperty("host").GetString()!);
            await Expect(cells.Nth(3)).ToHaveTextAsync(Readable.Rate(vm.GetProperty("iops").GetDouble()));
        }

        await page.Locator("#search").FillAsync("h-2");
        await Expect(page.Locator("#vms tbody tr")).ToHaveCountAsync(3);
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"));
        Assert.Empty(browser.Complaints);
    }

    [SkippableFact]
    public async Task A_single_host_has_no_table_of_hosts_and_its_vms_no_column_for_one()
    {
        await using var browser = await Browser.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Scenario = scratch.Spec(Scenario) };
        await using var run = await ServedRun.StartAsync(program);
        var page = await browser.OpenAsync(run.Url);
        await Expect(page.Locator("#state")).ToHaveTextAsync("ended");

        await Expect(page.Locator("#hosts-card")).ToBeHiddenAsync();
        await Expect(page.Locator("#wear-card")).ToBeVisibleAsync();
        await Expect(page.Locator("#vms thead th")).ToHaveCountAsync(8);
        Assert.Empty(browser.Complaints);
    }

    private static ILocatorAssertions Expect(ILocator locator)
    {
        Assertions.SetDefaultExpectTimeout(60_000);
        return Assertions.Expect(locator);
    }

    private static ILocator Row(IPage page, string vm) => page.Locator($"#vms tbody tr[data-vm='{vm}']");

    private static async Task AssertShowsAsync(IPage page, JsonElement report)
    {
        await Expect(page.Locator("#result")).ToBeVisibleAsync();
        var use = report.GetProperty("host").GetProperty("utilisation");
        await Expect(page.Locator("#cpu")).ToHaveTextAsync(Readable.Share(use.GetProperty("cpu").GetDouble()));
        await Expect(page.Locator("#bus")).ToHaveTextAsync(Readable.Share(use.GetProperty("bus").GetDouble()));
        await Expect(page.Locator("#nvm")).ToHaveTextAsync(Readable.Share(use.GetProperty("nvm").GetDouble()));
        foreach (var vm in report.GetProperty("vms").EnumerateArray())
        {
            var cells = Row(page, vm.GetProperty("name").GetString()!).Locator("td");
            await Expect(cells.Nth(1)).ToHaveTextAsync(vm.GetProperty("state").GetString()!);
            await Expect(cells.Nth(2)).ToHaveTextAsync(Readable.Rate(vm.GetProperty("iops").GetDouble()));
            await Expect(cells.Nth(3)).ToHaveTextAsync(Readable.Bandwidth(vm.GetProperty("bandwidth_bytes_per_second").GetDouble()));
            await Expect(cells.Nth(4)).ToHaveTextAsync(Readable.Share(vm.GetProperty("qos").GetProperty("achieved_share").GetDouble()));
            await Expect(cells.Nth(6)).ToHaveTextAsync(Latency(vm.GetProperty("read")));
            await Expect(cells.Nth(7)).ToHaveTextAsync(Latency(vm.GetProperty("write")));
        }
    }

    private static string Latency(JsonElement direction) =>
        direction.GetProperty("latency_ns") is { ValueKind: JsonValueKind.Object } latency
        ? Readable.DurationPair(latency.GetProperty("p50").GetDouble(), latency.GetProperty("p99").GetDouble())
        : "–";

    /// <summary>Pixels of a canvas that are not empty.</summary>
    private static Task<int> InkAsync(IPage page, string canvas) => page.EvaluateAsync<int>("""
        selector => {
          const canvas = document.querySelector(selector);
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
        }
        """, canvas);

    private const string Rack = """
        name: rack
        duration: 1s
        hosts: { count: 2, machine: paper, nvm: { size: 64MiB, device: paper } }
        vms:
          - { name: db, count: 2, host: h-1, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randrw, bs: 4k } }
          - { name: batch, count: 2, host: h-2, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randwrite, bs: 4k } }
        events:
          - { at: 100ms, vm: db-1, migrate: h-2 }
          - { at: 500ms, host: h-2, power: off, for: 100ms }
        """;

    private const string Scenario = """
        name: page-test
        duration: 8s
        warmup: 100ms
        host: { machine: paper, nvm: { size: 128MiB, device: paper }, scheduler: { policy: fair } }
        vms:
          - { name: oltp, vcpus: 4, storage: { path: memory-bus, size: 16MiB }, qos: { weight: 4 },
              workload: { rw: randrw, bs: 4k, numjobs: 4 } }
          - { name: writer, vcpus: 4, storage: { path: memory-bus, size: 16MiB }, workload: { rw: randwrite, bs: 4k, numjobs: 4 } }
          - { name: hog, vcpus: 2, workload: { cpu: 100% } }
        events:
          - { at: 1s, vm: writer, stop: true }
        """;
}
