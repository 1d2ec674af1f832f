using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Results;

/// <summary>How long a VM was there in the measured part: what its rates are per.</summary>
public sealed class ActiveTimeTests
{
    private const long Ms = Lab.Millisecond;

    [Fact]
    public async Task It_is_from_the_start_or_the_beginning_of_the_measured_part_to_the_end_of_either()
    {
        VmSpec[] vms = [Lab.Vm("all", vcpus: 1), Late("late"), Lab.Vm("stopped", vcpus: 1), Once("batch"), Late("never")];
        var scenario = Lab.Scenario(vms) with { WarmupNs = 5 * Ms, DurationNs = 20 * Ms };
        var run = await scenario.At(8 * Ms, "late", new VmChange.Start()).At(13 * Ms, "stopped", new VmChange.Stop()).RunAsync();
        // a batch of 20 ms of which 5 were warm-up
        Assert.Equal([20 * Ms, 12 * Ms, 13 * Ms, 15 * Ms, 0], run.Vms.Select(vm => vm.ActiveNs));
        Assert.Equal(VmState.Finished, run.Of("batch").State);
        Assert.Equal(500_000, Iops(run.Of("late")), 5_000.0); // a core of its own: 2 us each
        Assert.Equal(500_000, Iops(run.Of("stopped")), 5_000.0);
        Assert.Equal(500_000, Iops(run.Of("batch")), 5_000.0);
    }

    [Fact]
    public async Task What_finished_before_the_measured_part_was_not_active_in_it()
    {
        var run = await (Lab.Scenario(Lab.Vm("other"), Once("batch", operations: 100)) with
        { WarmupNs = 5 * Ms, DurationNs = 5 * Ms }).RunAsync();
        Assert.Equal((VmState.Finished, 0L, 5 * Ms), (run.Of("batch").State, run.Of("batch").ActiveNs, run.Of("other").ActiveNs));
    }

    [Fact]
    public async Task A_pause_without_power_is_active_time_and_who_stays_without_is_active_to_the_end()
    {
        var back = await (Lab.Scenario(Lab.Vm("a")) with { DurationNs = 20 * Ms }).Failing(5, 10).RunAsync();
        Assert.Equal(20 * Ms, back.Of("a").ActiveNs);
        var gone = await (Lab.Scenario(Lab.Vm("a")) with { DurationNs = 20 * Ms }).Failing(5, 100).RunAsync();
        Assert.Equal((VmState.NoPower, 20 * Ms), (gone.Of("a").State, gone.Of("a").ActiveNs));
    }

    private static VmSpec Once(string name, int operations = 10_000) => Lab.Vm(name, vcpus: 1, sizeBytes: 64 << 20) with
    {
        Jobs = [Lab.Job(IoPattern.Read, 1) with { TimeBased = false, IoSizeBytes = operations * 4096L }],
    };

    private static VmSpec Late(string name) => Lab.Vm(name, vcpus: 1) with { StartsAtOnce = false };

    private static double Iops(VmResult vm) => (vm.Read.Operations + vm.Write.Operations) * 1e9 / vm.ActiveNs;
}
