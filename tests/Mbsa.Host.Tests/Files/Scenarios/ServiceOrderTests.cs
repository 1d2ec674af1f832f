using Mbsa.Actors.Runs;
using Mbsa.Model.Results;

namespace Mbsa.Host.Tests.Files.Scenarios;

/// <summary>
/// What 'order: share | serial' of a scenario does to VMs of four writers each, which fill the NVM of a host of four cores.
/// </summary>
public sealed class ServiceOrderTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_lone_vm_that_shares_is_as_fast_as_without_a_policy()
    {
        var (none, share) = (await RunAsync("policy: none", "paper"), await RunAsync("policy: plan", "paper"));

        Assert.True(Latency(share).P99 <= 1.1 * Latency(none).P99,
            $"p99 is {Latency(share).P99} ns and {Latency(none).P99} ns without a policy");
        Assert.InRange(Operations(share), 0.99 * Operations(none), 1.01 * Operations(none));
        Assert.Equal(share.TraceHash, (await RunAsync("policy: plan, order: share", "paper")).TraceHash);
    }

    [Theory]
    // a writer uses 40 % of the NVM: two fit, and serial service leaves the fifth idle that a third would not fit into
    [InlineData("paper", 1)]
    [InlineData("paper", 2)]
    [InlineData("pcm", 1)] // a writer alone fills it
    [InlineData("pcm", 2)]
    public async Task Serial_service_is_fast_once_it_is_ones_turn_and_sharing_waits_less_for_it(string device, int vms)
    {
        var (share, serial) = (await RunAsync("order: share", device, vms), await RunAsync("order: serial", device, vms));

        // Alone an I/O takes 1454 ns on this core; pcm writes 533 MB/s, a block in 7.7 us.
        var aloneNs = device == "paper" ? 1_454 : 7_700;
        Assert.All(serial.Vms, vm => Assert.InRange(vm.Write.LatencyNs!.P50, 0.98 * aloneNs, 1.02 * aloneNs));
        Assert.True(1.5 * Latency(serial).P50 < Latency(share).P50,
            $"p50 is {Latency(serial).P50} ns one after the other and {Latency(share).P50} ns together");
        Assert.True(Latency(share).P99 < Latency(serial).P99,
            $"p99 is {Latency(share).P99} ns together and {Latency(serial).P99} ns one after the other");
        Assert.InRange(Operations(serial), (device == "paper" ? 0.78 : 0.99) * Operations(share), 1.01 * Operations(share));
        Assert.InRange(Operations(serial.Vms[0]), 0.99 * Operations(serial.Vms[^1]), 1.01 * Operations(serial.Vms[^1]));
        Assert.True(serial.Utilisation.Cpu < 0.51 && share.Utilisation.Cpu > 0.99,
            $"{serial.Utilisation.Cpu} and {share.Utilisation.Cpu} of the cores are held");
    }

    private static LatencySummary Latency(RunResult result) => result.Vms[0].Write.LatencyNs!;

    private static double Operations(RunResult result) => result.Vms.Sum(Operations);

    private static double Operations(VmResult vm) => vm.Write.Operations;

    private async Task<RunResult> RunAsync(string qos, string device, int vms = 1)
    {
        var spec = _scratch.Spec($$"""
            duration: 100ms
            warmup: 20ms
            host: { machine: generic-4core, nvm: { device: {{device}} }, qos: { {{qos}} } }
            vms:
              - { name: w, count: {{vms}}, vcpus: 4, storage: { size: 64MiB }, workload: { rw: randwrite, numjobs: 4 } }
            """);
        var result = await ScenarioRun.Start(spec).Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(result.Problems);
        return result;
    }
}
