using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>Where nobody waits for a core it does not matter how long a quantum is: not to throughput, and not to a percentile.</summary>
public sealed class QuantumLengthTests
{
    [Fact]
    public async Task A_reader_that_never_waits_has_the_same_latencies_whatever_the_quantum()
    {
        var runs = new List<LatencySummaryNs>();
        foreach (var quantumNs in new[] { 5_000, 50_000, 500_000, 5_000_000 })
        {
            var result = await (Burst() with { WarmupNs = 10 * Lab.Millisecond })
                .With(host => host with { QuantumNs = quantumNs }).RunAsync();
            var latency = result.Of("reader").Read.LatencyNs!;
            runs.Add(new LatencySummaryNs(latency.Mean, latency.P50, latency.P99));
        }

        // In a burst of all sixteen the reader has a seventeenth of the NVM: 909.6 ns * 204.8 / 909.6 * 17 = 3482 ns; else it is alone.
        Assert.All(runs, run => Assert.Equal(runs[0].Mean, run.Mean, runs[0].Mean * 0.02));
        Assert.All(runs, run => Assert.InRange(run.P50, 909.6 * 0.99, 909.6 * 1.01));
        Assert.All(runs, run => Assert.InRange(run.P99, 3_482 * 0.98, 3_482 * 1.02));
    }

    /// <summary>A reader beside sixteen writers that write twenty blocks each 800 us in step, all on cores of their own.</summary>
    private static ScenarioSpec Burst()
    {
        var costs = new PathCosts(new OperationCost(500, 0.1), new OperationCost(500, 0.1));
        var writers = Enumerable.Range(0, 16).Select(i => Lab.Vm($"writer-{i}", vcpus: 1) with
        {
            Jobs = [Lab.Job(IoPattern.RandWrite, 1) with { ThinkTimeNs = 800_000, ThinkTimeBlocks = 20 }],
        });
        return (Lab.Scenario([Lab.Vm("reader", vcpus: 1), .. writers]) with
        { DurationNs = 50 * Lab.Millisecond, Lockstep = true }).With(host => host with
        {
            Policy = "none",
            Machine = Lab.Machine(24) with { Paths = new Dictionary<IoPath, PathCosts> { [IoPath.MemoryBus] = costs } },
            Device = Lab.Device(20e9, 5e9),
        });
    }

    private readonly record struct LatencySummaryNs(double Mean, double P50, double P99);
}
