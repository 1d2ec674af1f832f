using System.Text.Json;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;

namespace Mbsa.Host.Tests.Reproduction;

public sealed class ReproduceCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-reproduce-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Figure_8_is_printed_drawn_and_written_and_names_what_was_invented()
    {
        using var program = new TestProgram();
        var (pictures, json) = (Path.Combine(_folder, "pictures"), Path.Combine(_folder, "f.json"));

        // A disk this small has 16 spares for 1024 blocks: the bar of evenness is for larger ones.
        var code = await program.InvokeAsync("reproduce", "fig8", "--blocks", "1024", "--out", pictures, "--json", json);

        Assert.Contains("0-1 GB 30*, 1-2 GB 15*, 2-3 GB 40, 3-5 GB 10, 5-6 GB 60, 6-7 GB 5, 7-8 GB 20.",
            program.Output, StringComparison.Ordinal);
        Assert.Contains("* invented", program.Output, StringComparison.Ordinal);
        Assert.Contains("'threshold' is a reconstruction", program.Output, StringComparison.Ordinal);
        Assert.Matches(@"none +2\.\d+ +8\d\.\d+ +0 +0", program.Output);
        Assert.Contains("</svg>", await File.ReadAllTextAsync(Path.Combine(pictures, "fig8.svg")), StringComparison.Ordinal);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var figure = report.RootElement.GetProperty("fig8");
        var regions = figure.GetProperty("policies")[0].GetProperty("regions");
        Assert.Equal([30, 15, 40, 10, 60, 5, 20], regions.EnumerateArray().Select(region => region.GetProperty("minutes").GetInt32()));
        Assert.Equal(2, regions.EnumerateArray().Count(region => region.GetProperty("minutes_are_invented").GetBoolean()));
        // Regions of the unlevelled disk get writes as their minutes say: 5-6 GB twelve times those of 6-7 GB.
        Assert.InRange(regions[4].GetProperty("mean").GetDouble() / regions[5].GetProperty("mean").GetDouble(), 11.9, 12.1);
        var held = figure.GetProperty("bars").EnumerateArray().All(bar => bar.GetProperty("held").GetBoolean());
        Assert.Equal(held ? ExitCode.Ok : ExitCode.Failed, code);
    }

    [Fact]
    public async Task Figure_9_runs_real_scenarios_and_gives_the_same_numbers_twice()
    {
        var first = await Figure9("a.json");

        Assert.Equal(first, await Figure9("b.json"));
        using var report = JsonDocument.Parse(first);
        var figure = report.RootElement.GetProperty("fig9");
        var costs = figure.GetProperty("costs").EnumerateArray().ToArray();
        Assert.Equal([0.026, 0.004, 0.008, 0.028], costs.Where((_, i) => i % 2 == 0)
            .Select(cost => cost.GetProperty("paper_overhead").GetDouble()));
        foreach (var cost in costs.Where(cost => cost.GetProperty("policy").GetString() == "due-time"))
        {
            Assert.InRange(cost.GetProperty("overhead").GetDouble(), 0, 0.01);
            Assert.InRange(cost.GetProperty("extra_writes_share").GetDouble(), 0, 1 / 128.0);
        }

        Assert.InRange(costs[1].GetProperty("overhead").GetDouble(), 0.002, 0.01); // it did level
        var overheads = figure.GetProperty("threshold_curve").EnumerateArray()
        .Select(point => point.GetProperty("overhead").GetDouble()).ToArray();
        Assert.Equal(overheads.OrderDescending(), overheads);
        Assert.True(overheads[0] > 4 * overheads[^1]);
    }

    /// <summary>Figures 2 and 3 (section 4.1) and 7 (section 5.1): every order, and every number within a tenth of the paper's.</summary>
    [Fact]
    public async Task The_host_and_the_guest_come_out_as_in_the_paper()
    {
        using var program = new TestProgram { Real = true };
        var json = Path.Combine(_folder, "f.json");

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("reproduce", "fig7", "fig2", "fig3", "--out", _folder, "--json", json));

        Assert.DoesNotContain("FAILED", program.Output, StringComparison.Ordinal);
        Assert.True(program.Output.IndexOf("Figure 2", StringComparison.Ordinal) < program.Output
            .IndexOf("Figure 7", StringComparison.Ordinal), "in the order of the paper");
        Assert.StartsWith("predicted: 8 numbers by 5 free parameters, mean error 3.7 %, maximum -7.1 % (claim 10: guest of MBSA, RW",
            LastLine(program), StringComparison.Ordinal);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var claims = report.RootElement.GetProperty("summary").GetProperty("claims").EnumerateArray().ToArray();
        Assert.All(claims, claim => Assert.InRange(claim.GetProperty("error").GetDouble(), -0.1, 0.1));
        Assert.All(claims.Where(claim => claim.GetProperty("kind").GetString() == "calibrated"),
            claim => Assert.InRange(claim.GetProperty("error").GetDouble(), -0.001, 0.001));
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2, 10, 10, 10, 10, 14], claims.Select(claim => claim.GetProperty("claim").GetInt32()));
        var page = await File.ReadAllTextAsync(Path.Combine(_folder, "report.html"));
        Assert.Equal(3, page.Split("<svg ").Length - 1);
        Assert.Contains(await File.ReadAllTextAsync(Path.Combine(_folder, "fig7.svg")), page, StringComparison.Ordinal);
    }

    /// <summary>Figures 4 and 5 (section 4.2): the conventional architecture.</summary>
    [Fact]
    public async Task The_conventional_architecture_comes_out_as_in_the_paper()
    {
        using var program = new TestProgram { Real = true };
        var json = Path.Combine(_folder, "f.json");

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("reproduce", "fig4", "fig5", "--out", _folder, "--json", json));

        Assert.DoesNotContain("FAILED", program.Output, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var claims = report.RootElement.GetProperty("summary").GetProperty("claims").EnumerateArray().ToArray();
        Assert.Equal([6, 6, 6, 6, 8, 9, 9, 13], claims.Select(claim => claim.GetProperty("claim").GetInt32()));
        Assert.All(claims, claim => Assert.InRange(claim.GetProperty("error").GetDouble(), -0.05, 0.05));
        var stages = report.RootElement.GetProperty("fig5").GetProperty("stages_ns");
        Assert.Equal(42_000, stages.EnumerateObject().Sum(stage => stage.Value.GetDouble()), 42.0);
        Assert.Equal(2000, stages.GetProperty("6-7").GetDouble(), 10.0);
    }

    [Fact]
    public async Task Numbers_and_report_are_the_same_each_time()
    {
        var first = await Run("once");

        Assert.Equal(first, await Run("twice"));

        async Task<(string, string)> Run(string name)
        {
            using var program = new TestProgram { Real = true };
            var folder = Path.Combine(_folder, name);
            await program.InvokeAsync("reproduce", "fig7", "--out", folder, "--json", Path.Combine(_folder, name + ".json"));
            return (await File.ReadAllTextAsync(Path.Combine(folder, "report.html")),
                await File.ReadAllTextAsync(Path.Combine(_folder, name + ".json")));
        }
    }

    [Theory]
    [InlineData("fig6", "'fig6' is a drawing of an architecture: there is nothing to measure; there are: fig2,")]
    [InlineData("fig8 fig99", "unknown figure 'fig99'")]
    [InlineData("fig99", "unknown figure 'fig99'")]
    [InlineData("fig8 --blocks 7", "--blocks: 7 is no multiple of 8 from 1024 to 2097152")]
    [InlineData("fig8 --blocks 4096 --full", "--full says how large the disk is")]
    [InlineData("fig8 --out /dev/null/x", "--out: cannot make /dev/null/x")]
    public async Task A_mistake_is_one_line_and_exit_code_2(string line, string expected)
    {
        using var program = new TestProgram();

        Assert.Equal(ExitCode.BadInput, await program.InvokeAsync(["reproduce", .. line.Split(' ')]));

        Assert.Contains(expected, Assert.Single(program.Errors), StringComparison.Ordinal);
    }

    private static string LastLine(TestProgram program) => program.Output.TrimEnd().Split('\n')[^1];

    private async Task<string> Figure9(string name)
    {
        using var program = new TestProgram { Real = true };
        var json = Path.Combine(_folder, name);
        await program.InvokeAsync("reproduce", "fig9", "--blocks", "1024", "--out", _folder, "--json", json);
        return await File.ReadAllTextAsync(json);
    }
}
