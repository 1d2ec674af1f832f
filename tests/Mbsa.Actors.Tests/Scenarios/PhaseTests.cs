using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>VMs begin at random places of their cycles, so that a seed is another sample of the same experiment.</summary>
public sealed class PhaseTests
{
    private const int Hogs = 8;
    private const int Cores = 4;
    private const double Busy = 0.37;

    private static readonly ulong[] _seeds = [1, 2, 3, 4, 5];

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task Eight_hogs_of_37_percent_use_four_cores_as_the_machine_repairman_says(int jitterPercent)
    {
        var used = new List<double>();
        foreach (var seed in _seeds)
        {
            var result = await (OfHogs(jitterPercent) with { Seed = seed }).RunAsync();
            Assert.InRange(result.Utilisation.Cpu, 0.69, 0.75);
            used.Add(result.Utilisation.Cpu);
        }

        Assert.Equal(_seeds.Length, used.Distinct().Count());
        Assert.Equal(MachineRepairman(), used.Average(), 0.01);
    }

    [Fact]
    public async Task In_lockstep_they_wait_for_one_another_whatever_the_seed()
    {
        // All compute 370 us at half speed and then idle for 630: 740 us of 1370.
        var results = new List<RunResult>();
        foreach (var seed in _seeds)
        {
            results.Add(await (OfHogs(JobSpec.DefaultJitterPercent) with { Seed = seed, Lockstep = true }).RunAsync());
        }

        Assert.All(results, result => Assert.Equal(740 / 1370.0, result.Utilisation.Cpu, 0.01));
        Assert.Single(results.Select(result => result.Utilisation).Distinct());
    }

    [Theory]
    [InlineData(IoPath.MemoryBus)]
    [InlineData(IoPath.VhostBio)]
    public async Task Every_seed_gives_other_figures_of_a_host_that_is_partly_used_and_the_same_ones_again(IoPath path)
    {
        var runs = new List<RunResult>();
        foreach (var seed in _seeds)
        {
            var run = await (Partly(path) with { Seed = seed }).RunAsync();
            Assert.Equal(run.TraceHash, (await (Partly(path) with { Seed = seed }).RunAsync()).TraceHash);
            runs.Add(run);
        }

        foreach (var vm in (string[])["thinks", "batches", "part"])
        {
            Assert.True(runs.Select(run => (run.Of(vm).Read.Operations, run.Of(vm).ComputeCpuNs)).Distinct().Count() >= 3, vm);
        }

        Assert.Equal(_seeds.Length, runs.Select(run => run.Utilisation.Cpu).Distinct().Count());
    }

    [Fact]
    public async Task In_lockstep_every_cycle_is_to_the_nanosecond_whatever_the_seed_and_the_jitter()
    {
        foreach (var seed in _seeds)
        {
            var run = await (Partly(IoPath.MemoryBus) with { Seed = seed, Lockstep = true }).RunAsync();

            // On a core each: an I/O of 2 us every 65, ten every 1120, and 300 us of computing in a millisecond.
            Assert.Equal((3077, 1790), (run.Of("thinks").Read.Operations, run.Of("batches").Read.Operations));
            Assert.Equal(200 * 300_000, run.Of("part").ComputeCpuNs);
        }
    }

    [Fact]
    public async Task Without_jitter_only_the_phases_are_random()
    {
        var hog = new JobSpec { Pattern = IoPattern.Compute, CpuPercent = 30, JitterPercent = 0 };
        var scenario = Lab.Scenario(Lab.Hog("a", vcpus: 1) with { Jobs = [hog] });
        foreach (var seed in _seeds)
        {
            // Twenty whole periods, wherever they begin; a quantum that has not ended is not counted.
            Assert.InRange((await (scenario with { Seed = seed }).RunAsync()).Of("a").ComputeCpuNs, 20 * 300_000 - 25_000, 20 * 300_000);
        }
    }

    [Fact]
    public async Task The_phase_of_a_vm_that_is_started_later_counts_from_its_start()
    {
        const long laterNs = 7_777_777;
        foreach (var vm in Partly(IoPath.MemoryBus).Vms)
        {
            var atOnce = Lab.Scenario(vm);
            var later = (atOnce with { DurationNs = atOnce.DurationNs + laterNs, Vms = [vm with { StartsAtOnce = false }] })
                .At(laterNs, vm.Name, new VmChange.Start());
            var (first, second) = (await atOnce.RunAsync(), await later.RunAsync());
            Assert.Equal(
                (first.Of(vm.Name).Read.Operations, first.Of(vm.Name).ComputeCpuNs, first.Of(vm.Name).BatchNs?.Max),
                (second.Of(vm.Name).Read.Operations, second.Of(vm.Name).ComputeCpuNs, second.Of(vm.Name).BatchNs?.Max));
        }
    }

    [Fact]
    public async Task Phases_leave_the_operations_of_a_job_alone()
    {
        // The same blocks in the same order: what each block got of wear is the same as in lockstep.
        var job = Lab.Job(IoPattern.RandWrite, 1) with
        {
            TimeBased = false,
            IoSizeBytes = 2 << 20,
            ThinkTimeNs = 1000,
            NoRandomMap = true,
        };
        var scenario = Lab.Scenario(Lab.Vm("a", vcpus: 1) with { Jobs = [job] });
        var (random, lockstep) = (await scenario.RunAsync(), await (scenario with { Lockstep = true }).RunAsync());
        Assert.Equal(lockstep.Of("a").Wear, random.Of("a").Wear);
        Assert.NotEqual(lockstep.Of("a").Wear, (await (scenario with { Seed = 2 }).RunAsync()).Of("a").Wear);
    }

    private static ScenarioSpec OfHogs(int jitterPercent) =>
        (Lab.Scenario([.. Enumerable.Range(1, Hogs).Select(i => Lab.Hog($"h-{i}", vcpus: 1) with
        {
            Jobs = [new JobSpec { Pattern = IoPattern.Compute, CpuPercent = (int)(Busy * 100), JitterPercent = jitterPercent }],
        })]) with
        { DurationNs = 1000 * Lab.Millisecond }).With(h => h with { Machine = Lab.Machine(Cores), Policy = "none" });

    private static ScenarioSpec Partly(IoPath path)
    {
        VmSpec Of(string name, JobSpec job) =>
            path == IoPath.MemoryBus ? Lab.Vm(name, vcpus: 1) with { Jobs = [job] } : Lab.ConventionalVm(name, path) with { Jobs = [job] };
        var scenario = Lab.Scenario(
            Of("thinks", Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = 63_000 }),
            Of("batches", Lab.Job(IoPattern.RandRead, 1) with { ThinkTimeNs = 1_100_000, ThinkTimeBlocks = 10 }),
            Lab.Hog("part", vcpus: 1, cpuPercent: 30));
        return scenario with { DurationNs = 200 * Lab.Millisecond };
    }

    /// <summary>
    /// The part of the servers that is used when each of so many customers asks for service, gets it by processor sharing or in turn,
    /// and thinks: the distributions do not matter, only their means do.
    /// </summary>
    private static double MachineRepairman()
    {
        const double load = Busy / (1 - Busy);
        double weight = 1, all = 1, used = 0;
        for (var n = 1; n <= Hogs; n++)
        {
            weight *= (Hogs - n + 1) * load / Math.Min(n, Cores);
            all += weight;
            used += weight * Math.Min(n, Cores);
        }

        return used / all / Cores;
    }
}
