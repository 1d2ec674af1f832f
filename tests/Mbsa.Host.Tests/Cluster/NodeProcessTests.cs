using System.Text.Json;

namespace Mbsa.Host.Tests.Cluster;

/// <summary>Three real nodes, each a process: killed, asked to leave, started again, and given runs.</summary>
public sealed class NodeProcessTests : IDisposable
{
    private const string Scenario = """
        name: real
        duration: 1500ms
        hosts: { count: 6, machine: generic-4core, nvm: { size: 64MiB, device: dram } }
        epoch: 25ms
        vms:
          - { name: vm, count: 12, vcpus: 2, storage: { size: 4MiB }, workload: { rw: randrw, bs: 4k, numjobs: 2 } }
        events:
          - { at: 300ms, vm: vm-1, migrate: anywhere }
          - { at: 600ms, host: h-2, power: off, for: 100ms }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-nodes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_is_the_same_when_a_node_is_killed_when_one_leaves_and_when_one_is_started_again()
    {
        var scenario = Path.Combine(_folder, "real.yaml");
        await File.WriteAllTextAsync(scenario, Scenario);
        var alone = await RunAsync(scenario, "alone");
        await using var first = await NodeProcess.StartAsync(null);
        await using var second = await NodeProcess.StartAsync(first.Address);
        var third = await NodeProcess.StartAsync(first.Address);
        await using (third)
        {
            Assert.Equal(alone, await RunAsync(scenario, "undisturbed", "--cluster", second.Address));

            var killed = RunAsync(scenario, "killed", "--cluster", second.Address);
            await UntilAsync(() => first.Output.Split("began").Length > 3); // its own line, and two runs
            await Task.Delay(500);
            third.Kill();
            Assert.Equal(alone, await killed);
        }

        await using var again = await NodeProcess.StartAsync(first.Address);
        var left = RunAsync(scenario, "left", "--cluster", first.Address);
        await UntilAsync(() => first.Output.Split("began").Length > 4);
        await Task.Delay(500);
        Assert.Equal(0, await again.LeaveAsync());
        Assert.Equal(alone, await left);
        Assert.Contains("left", again.Output, StringComparison.Ordinal);
    }

    /// <returns>The report, byte for byte.</returns>
    private async Task<string> RunAsync(string scenario, string name, params string[] more)
    {
        var report = Path.Combine(_folder, name + ".json");
        var (exitCode, output) = await NodeProcess.RunAsync(["run", scenario, "--quiet", "--json", report, .. more]);
        Assert.True(exitCode == 0, output);
        var text = await File.ReadAllTextAsync(report);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(12, json.RootElement.GetProperty("vms").GetArrayLength());
        return text;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var left = 1200; !holds(); left--)
        {
            Assert.True(left > 0, "it did not come");
            await Task.Delay(50);
        }
    }
}
