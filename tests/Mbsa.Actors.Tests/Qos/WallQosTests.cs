using Mbsa.Actors.Tests.Scenarios;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>Promises on real cores and memory: ratios of real I/Os within one run, by the default policy.</summary>
[Collection(WallClock.Name)]
public sealed class WallQosTests
{
    [Fact]
    public async Task Weights_of_1_to_3_are_kept_within_5_percent()
    {
        var scenario = Wall(Lab.Vm("a"), Lab.Vm("b", weight: 3));
        Assert.InRange(await MedianAsync(scenario, run => run.OperationsPerSecond("b") / run.OperationsPerSecond("a") / 3), 0.95, 1.05);
    }

    [Fact]
    public async Task A_reservation_of_half_the_host_is_kept_within_5_percent_against_six_antagonists()
    {
        var reserved = Lab.Vm("reserved") with { Qos = new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.5) } };
        var antagonists = Enumerable.Range(0, 6).Select(i => i % 2 == 0 ? Lab.Vm($"antagonist-{i}") : Lab.Hog($"antagonist-{i}"));
        var scenario = Wall([reserved, .. antagonists]);
        Assert.InRange(await MedianAsync(scenario,
            run => run.Of("reserved").Use.Use.CoresNs / run.Vms.Sum(vm => vm.Use.Use.CoresNs)), 0.475, 0.7);
    }

    [Theory]
    [InlineData(PromiseUnit.OperationsPerSecond, 40_000)]
    [InlineData(PromiseUnit.BytesPerSecond, 100e6)]
    public async Task Limits_are_kept_within_3_percent(PromiseUnit unit, double value)
    {
        var limited = Lab.Vm("limited", vcpus: 2) with { Qos = new QosSpec { Limit = new Promise(unit, value) } };
        var perSecond = unit == PromiseUnit.OperationsPerSecond ? value : value / 4096;
        var scenario = Wall(limited, Lab.Vm("other"));
        List<double> reached = [];
        while (reached.Count < 5)
        {
            reached.Add((await scenario.RunAsync()).OperationsPerSecond("limited") / perSecond);
        }

        // Never more, however busy the machine; and as much as that where the machine lets it.
        Assert.True(reached.Max() is >= 0.97 and <= 1.03, string.Join(", ", reached));
    }

    private static Task<double> MedianAsync(ScenarioSpec scenario, Func<RunResult, double> ratio) =>
        WallClock.MedianAsync(async () => ratio(await scenario.RunAsync()));

    /// <summary>Half a second: windows of a noisy machine have to be short against it.</summary>
    private static ScenarioSpec Wall(params VmSpec[] vms) =>
        (Lab.Scenario(vms) with { Clock = ClockKind.Wall, DurationNs = 500 * Lab.Millisecond, WarmupNs = 50 * Lab.Millisecond })
        .With(host => host with
        {
            Payload =
            PayloadKind.Full,
            QuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Wall),
            Machine = Lab.Machine(cores: 2)
        });
}
