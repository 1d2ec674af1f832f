using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Mbsa.Actors.Runs;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Model.Results;

namespace Mbsa.Host.Tests.Cluster;

/// <summary><c>host</c> is <c>hosts</c> with one entry: the same figures of every VM, digit for digit, and the same trace.</summary>
public sealed class OneHostTests
{
    private static readonly JsonSerializerOptions _everyDigit =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Theory]
    [InlineData("bare-host")]
    [InlineData("cpu-hog")]
    [InlineData("equal-vms")]
    [InlineData("mixed-tenants")]
    [InlineData("qos-latency")]
    [InlineData("power-failure")]
    [InlineData("qos-admission")]
    [InlineData("qos-late-joiner")]
    [InlineData("qos-limits")]
    [InlineData("three-paths")]
    [InlineData("verify")]
    public async Task A_host_in_a_list_of_one_is_the_same_host(string scenario)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "scenarios", $"{scenario}.yaml"));
        using var scratch = new ScratchScenario();
        var alone = await RunAsync(scratch, text);
        var listed = await RunAsync(scratch, text
            .Replace("\nhost:", "\nhosts:", StringComparison.Ordinal)
            .Replace("power: ", "host: h-1, power: ", StringComparison.Ordinal));

        Assert.Null(alone.Cluster);
        Assert.Single(listed.Cluster!.Hosts);
        Assert.All(alone.Vms.Zip(listed.Vms), vm => Assert.Equal(Figures(vm.First), Figures(vm.Second)));
        Assert.Equal((alone.TraceHash, alone.MeasuredNs, alone.Utilisation), (listed.TraceHash, listed.MeasuredNs, listed.Utilisation));
        Assert.Equal(alone.TraceHash, listed.Cluster.Hosts[0].TraceHash);
        Assert.Equal(JsonSerializer.Serialize(alone.Windows, _everyDigit), JsonSerializer.Serialize(listed.Windows, _everyDigit));
        Assert.Equal(alone.Problems.AsEnumerable(), listed.Problems);
        Assert.Equal(
            alone.PowerFailures.Select(failure => (failure.AtNs, failure.AtNs + failure.OutageNs,
                failure.VmsBack, failure.DisksRecovered, failure.RecordsRecovered)),
            listed.Cluster.Losses.Select(loss => (loss.AtNs, loss.BackAtNs!.Value,
                loss.VmsBack, loss.DisksRecovered, loss.RecordsRecovered)));
    }

    private static string Figures(VmResult vm) => JsonSerializer.Serialize(vm, _everyDigit);

    private static async Task<RunResult> RunAsync(ScratchScenario scratch, string text) =>
        await ScenarioRun.Start(scratch.Spec(Short(text))).Completion.WaitAsync(TimeSpan.FromSeconds(120));

    /// <summary>A fifth of a second with windows, warmed up: what differs at all differs in it.</summary>
    private static string Short(string text)
    {
        var expectations = text.IndexOf("\nexpect:", StringComparison.Ordinal);
        text = Regex.Replace(expectations < 0 ? text : text[..(expectations + 1)], "(?m)^(duration|windows|warmup):.*\n", "");
        return $"duration: 200ms\nwarmup: 7ms\nwindows: 30ms\n{text}";
    }
}
