using CsCheck;
using Mbsa.Actors.Tests.Qos;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Results;

/// <summary>
/// What is used counts when it is used:
/// nobody gets more than there is, however long I/Os and quanta are and wherever windows and the measured part end.
/// </summary>
public sealed class SharesTests
{
    private const double All = 1 + 1e-9;

    [Theory]
    [InlineData("none")]
    [InlineData("plan")]
    public async Task Nothing_is_above_100_percent_with_blocks_of_64_mib_and_quanta_of_5_ms(string policy)
    {
        // A block takes the NVM for 27 ms; the warm-up ends in the middle of one, and each window too.
        var run = await Host(5_000_000, Large("a"), Large("b"), QosLab.Writer("c"), Lab.Hog("hog", 2, 37))
            .Under(policy).For(200, 7, 10).RunAsync();
        Check(run);
        Assert.InRange(run.Utilisation.Nvm, 0.95, All);
        // in every window in which it was at it, not in those in which an I/O ended
        Assert.True(run.Windows.Count(window => window.Shares[0] > 0) > 15);
    }

    [Fact]
    public async Task What_a_quantum_used_before_the_measured_part_does_not_count_in_it_and_what_it_used_until_its_end_does()
    {
        // One quantum of 5 ms follows another: the measured part is 3 ms from the middle of the first to the middle of the second.
        var run = await (Host(5_000_000, Lab.Hog("hog", 1)) with
        { WarmupNs = 3_500_000, DurationNs = 3_000_000, WindowNs = 1_000_000 }).RunAsync();
        Assert.Equal(0.25, run.Utilisation.Cpu, 1e-12);
        Assert.Equal(3_000_000, run.Of("hog").CpuNs);
        Assert.Equal((1.0, 0.25), (run.Of("hog").CoreShare, run.Of("hog").DominantShare(run.MeasuredNs)));
        Assert.All(run.Windows, window => Assert.Equal(0.25, window.Shares[0], 1e-9));
    }

    [Fact]
    public async Task What_is_cut_off_was_used_until_then()
    {
        var run = await (Host(5_000_000, Lab.Hog("stopped", 1), Lab.Hog("hog", 1)) with { DurationNs = 10_000_000 })
            .At(2_000_000, "stopped", new VmChange.Stop()).Failing(7, 1).RunAsync();
        Assert.Equal(2_000_000, run.Of("stopped").CpuNs);
        Assert.Equal(2_000_000 / 4.0, run.Of("stopped").Use.Use.CoresNs, 1e-3);
        Assert.Equal(9_000_000, run.Of("hog").CpuNs);
        Check(run);
    }

    [Theory]
    [InlineData(25, 3, 5)]
    [InlineData(30, 3, 10)]
    [InlineData(4, 1, 4)]
    public async Task The_last_window_may_be_short_and_is_as_long_as_it_says(long ms, int windows, long lastMs)
    {
        var run = await Host(25_000, Lab.Hog("hog", 4)).For(ms, 3, 10).RunAsync();
        Assert.Equal((windows, lastMs * Lab.Millisecond, ms * Lab.Millisecond),
            (run.Windows.Length, run.Windows[^1].EndNs - run.Windows[^1].StartNs, run.Windows[^1].EndNs));
        Assert.All(run.Windows, window => Assert.Equal(1.0, window.Shares[0], 1e-9));
    }

    [Fact]
    public async Task A_run_that_is_over_early_ends_its_last_window()
    {
        var once = Lab.Vm("once", vcpus: 1, sizeBytes: 64 << 20) with
        { Jobs = [Lab.Job(IoPattern.Read, 1) with { TimeBased = false, IoSizeBytes = 7000 * 4096 }] };
        var run = await Host(25_000, once).For(100, 0, 10).RunAsync();
        Assert.Equal([(0L, 10_000_000L), (10_000_000, 14_000_000)], run.Windows.Select(window => (window.StartNs, window.EndNs)));
        Assert.Equal(7000, run.Windows.Sum(window => window.Operations[0]));
    }

    [Fact]
    public async Task Means_are_exact_over_all_vcpus()
    {
        // A core of its own for each VCPU: every I/O takes 12,345 ns, and a batch three times that.
        var vm = Lab.Vm("a", vcpus: 3) with { Jobs = [Lab.Job(IoPattern.RandRead, 3) with { ThinkTimeNs = 1000, ThinkTimeBlocks = 3 }] };
        var run = await Lab.Scenario(vm).With(host => host with { Machine = Lab.Machine(4, 12_345) }).RunAsync();
        Assert.Equal((12_345.0, 3 * 12_345.0), (run.Of("a").Read.LatencyNs!.Mean, run.Of("a").BatchNs!.Mean));
    }

    [Fact]
    public async Task No_latency_is_too_long_to_be_shown_as_it_was()
    {
        const long operationNs = 67_108_864_000;
        var vm = Lab.Vm("a", vcpus: 1) with { Jobs = [Lab.Job(IoPattern.RandRead, 1)] };
        var run = await (Host(1_000_000_000, vm).With(host => host with { Machine = Lab.Machine(4, operationNs) }) with
        { DurationNs = 3 * operationNs }).RunAsync();
        var latency = run.Of("a").Read.LatencyNs!;
        Assert.Equal((operationNs, (double)operationNs, operationNs), (latency.Min, latency.Mean, latency.Max));
        Assert.Equal((operationNs, operationNs), (latency.P50, latency.P999));
    }

    [Fact]
    public void Nothing_is_above_100_percent_in_random_runs() =>
        Gen.Select(VmGen.Array[1, 5], OneOf("none", "cap", "fair", "mclock", "plan"),
            OneOf(5_000L, 25_000, 1_000_000, 5_000_000), Gen.Int[0, 9_999_999],
            OneOf(1_000_000L, 3_333_333, 10_000_000)).Sample(
            (vms, policy, quantumNs, warmupNs, windowNs) =>
            {
                var scenario = (Host(quantumNs, [.. vms.Select((vm, i) => vm($"vm-{i}"))]) with
                { WarmupNs = warmupNs, DurationNs = 30_000_000, WindowNs = windowNs }).Under(policy);
                Check(scenario.RunAsync().GetAwaiter().GetResult());
            },
            iter: 60, threads: 1);

    private static Gen<Func<string, VmSpec>> VmGen =>
        Gen.Select(Gen.Int[0, 3], OneOf(512, 4096, 65_536, 1 << 20, 16 << 20, 64 << 20), Gen.Int[1, 4], OneOf(0L, 1000, 300_000), Gen.Bool)
        .Select((kind, blockBytes, vcpus, pauseNs, conventional) => (Func<string, VmSpec>)(name => kind == 0
            ? Lab.Hog(name, vcpus, 37)
            : (conventional && blockBytes <= 65_536
                ? Lab.ConventionalVm(name, Mbsa.Vm.Paths.IoPath.VhostBio, vcpus: vcpus, sizeBytes: 64 << 20)
                : Lab.Vm(name, vcpus: vcpus, sizeBytes: 64 << 20)) with
            {
                Jobs =
                [
                    Lab.Job(kind == 1 ? IoPattern.RandRead : kind == 2 ? IoPattern.Write : IoPattern.RandReadWrite, vcpus) with
                    {
                        ReadBlockBytes = blockBytes,
                        WriteBlockBytes = blockBytes,
                        ThinkTimeNs = pauseNs,
                    },
                ],
            }));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static ScenarioSpec Host(long quantumNs, params VmSpec[] vms) => Lab.Scenario(vms).With(host => host with
    {
        Machine = QosLab.Machine(4, 2000, 2000, busBytesPerSecond: 10e9) with { Paths = Lab.Machine().Paths },
        Device = Lab.Device(8e9, 2.5e9),
        NvmSizeBytes = 1L << 30,
        QuantumNs = quantumNs,
    });

    private static VmSpec Large(string name) => Lab.Vm(name, vcpus: 2, sizeBytes: 64 << 20) with
    {
        Jobs = [Lab.Job(IoPattern.Write, 2) with { ReadBlockBytes = 64 << 20, WriteBlockBytes = 64 << 20 }],
    };

    private static void Check(RunResult run)
    {
        double ns = run.MeasuredNs;
        var cores = run.Scenario.Host.Machine.Cores;
        Assert.All([run.Utilisation.Cpu, run.Utilisation.Bus, run.Utilisation.Nvm], use => Assert.InRange(use, 0, All));
        Assert.Equal(run.Utilisation.Cpu * ns * cores, run.Vms.Sum(vm => vm.CpuNs), 1e-3 * cores);
        Assert.Equal(run.Utilisation.Bus * ns, run.Vms.Sum(vm => vm.Use.Use.BusNs), 1e-3);
        Assert.Equal(run.Utilisation.Nvm * ns, run.Vms.Sum(vm => vm.Use.Use.NvmNs), 1e-3);
        Assert.All(run.Vms, vm =>
        {
            Assert.InRange(vm.DominantShare(run.MeasuredNs), 0, All);
            Assert.InRange(vm.CoreShare, 0, All);
            Assert.InRange(vm.CpuNs, 0, run.MeasuredNs * cores);
            Assert.InRange(vm.Use.Use.CoresNs * cores, 0, vm.CpuNs * All + 1e-3);
        });
        Assert.All(run.Windows.SelectMany(window => window.Shares), share => Assert.InRange(share, 0, All));
    }
}
