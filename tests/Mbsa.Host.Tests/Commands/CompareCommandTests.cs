using System.Text.Json;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Watching;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Tests.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task The_same_scenario_really_runs_under_each_policy_and_the_better_one_is_named()
    {
        using var scratch = new ScratchScenario();
        var json = Path.Combine(scratch.Folder, "out.json");
        var scenario = scratch.Write("""
            duration: 20ms
            vms:
              - { name: small, vcpus: 1, qos: { weight: 3 }, storage: { size: 1MiB }, workload: { rw: randread } }
              - { name: big, vcpus: 8, storage: { size: 1MiB }, workload: { rw: randread, numjobs: 8 } }
            expect: [ "small.share >= 20%" ]
            """);
        using var program = new TestProgram { Real = true, ReadsFiles = true };

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("compare", scenario, "--policies", "none,plan", "--json", json));

        var lines = program.Output.Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Contains(lines, line =>
            line.Contains(" small ", StringComparison.Ordinal) && line.Contains("share of host", StringComparison.Ordinal));
        Assert.Contains(lines, line =>
            line.Contains("expectations held of 1", StringComparison.Ordinal) && line.EndsWith("plan", StringComparison.Ordinal));
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var reports = document.RootElement.GetProperty("reports");
        Assert.Equal(["none", "plan"], reports.EnumerateObject().Select(report => report.Name));
        Assert.True(Iops(reports, "plan") > 1.5 * Iops(reports, "none"));

        static double Iops(JsonElement reports, string policy) =>
            reports.GetProperty(policy).GetProperty("vms")[0].GetProperty("iops").GetDouble();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(70)]
    [InlineData(80)]
    public async Task On_a_narrow_terminal_no_word_or_number_is_broken(int width)
    {
        using var scratch = new ScratchScenario();
        var scenario = scratch.Write("""
            duration: 5ms
            vms:
              - { name: reader, qos: { reservation: 10% }, storage: { size: 1MiB }, workload: { rw: randread } }
            """);
        using var program = new TestProgram(width) { Real = true, ReadsFiles = true };

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("compare", scenario));

        var tables = program.Output[program.Output.IndexOf(" figure ", StringComparison.Ordinal)..];
        Assert.Matches("reservation misses +\\d", tables);
        Assert.Matches("plan +best *\n", tables);
        Assert.DoesNotMatch(@"(?m)^ +(GB/s|MB/s|us|ns|k|M|%)\b", tables);
    }

    [Fact]
    public async Task As_a_page_it_has_the_same_figures_and_each_contenders_charts()
    {
        using var scratch = new ScratchScenario();
        var (html, json) = (Path.Combine(scratch.Folder, "out.html"), Path.Combine(scratch.Folder, "out.json"));
        var scenario = scratch.Write(
            "duration: 20ms\nvms:\n  - { name: a, count: 3, vcpus: 4, storage: { size: 1MiB }, workload: { rw: randread, numjobs: 4 } }\n");
        using var program = new TestProgram { Real = true, ReadsFiles = true };

        Assert.Equal(ExitCode.Ok,
            await program.InvokeAsync("compare", scenario, "--policies", "none,plan", "--html", html, "--json", json));

        var page = await File.ReadAllTextAsync(html);
        Assert.Contains("<th scope=\"col\">none</th><th scope=\"col\">plan</th>", page, StringComparison.Ordinal);
        Assert.Equal(8, page.Split("<svg").Length - 1);
        Assert.DoesNotMatch("(?i)<script|https?://", page);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        Assert.All(document.RootElement.GetProperty("reports").EnumerateObject(), report => Assert.Contains(
            $"<td>{Readable.Rate(report.Value.GetProperty("vms").EnumerateArray().Average(vm => vm.GetProperty("iops").GetDouble()))}</td>",
            page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_being_told_it_compares_all_policies()
    {
        var runs = 0;
        _program.Run = scenario =>
        {
            runs++;
            return FakeRun.Over(Sample.Result(scenario));
        };

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("compare", "x.yaml"));
        Assert.Equal(KnownNames.Policies.Count, runs);
        Assert.All(KnownNames.Policies, policy => Assert.Contains($" {policy} ", _program.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--policies: unknown name 'plam'; did you mean 'plan'?", "--policies", "plam,none")]
    [InlineData("--policies: name at least two different ones", "--policies", "plan")]
    [InlineData("--policies: name at least two different ones", "--policies", "plan,plan")]
    [InlineData("--paths: unknown name 'virtio'", "--paths", "virtio,host")]
    [InlineData("--policies and --paths: compare one or the other", "--policies", "plan,none", "--paths", "host,memory-bus")]
    public async Task What_cannot_be_compared_is_one_line(string expected, params string[] options)
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync(["compare", "x.yaml", .. options]));
        Assert.StartsWith($"mbsa: {expected}", Assert.Single(_program.Errors), StringComparison.Ordinal);
        Assert.Null(_program.Started);
    }

    [Fact]
    public async Task An_interruption_ends_it_with_what_there_is()
    {
        _program.Run = scenario =>
        {
            _program.Interruption.Request();
            return FakeRun.Over(Sample.Result(scenario) with { Interrupted = true });
        };

        Assert.Equal(ExitCode.Interrupted, await _program.InvokeAsync("compare", "x.yaml", "--policies", "none,plan"));
        Assert.Contains("none", _program.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("plan", _program.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Interrupted_while_one_starts_it_ends_with_those_before(int before)
    {
        var runs = 0;
        _program.Run = scenario =>
        {
            if (runs++ < before)
            {
                return FakeRun.Over(Sample.Result(scenario));
            }

            _program.Interruption.Request();
            throw new OperationCanceledException();
        };

        Assert.Equal(ExitCode.Interrupted, await _program.InvokeAsync("compare", "x.yaml", "--policies", "none,plan"));
        Assert.Equal(before > 0, _program.Output.Contains("bandwidth", StringComparison.Ordinal));
        Assert.DoesNotContain(_program.Errors, line => line.Contains("bug", StringComparison.Ordinal));
    }
}
