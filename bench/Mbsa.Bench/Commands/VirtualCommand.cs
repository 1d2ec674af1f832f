using System.Collections.Immutable;
using System.Diagnostics;
using Mbsa.Actors.Runs;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>
/// I/Os that the virtual clock plays per second of real time. It plays on one thread at a time, so this is the figure of one core. The run
/// is watched from outside while it goes on: its start, its warm-up and its end are not in the figure.
/// </summary>
internal static class VirtualCommand
{
    private const double BudgetPerSecond = 20e6;

    /// <summary>On a conventional path an I/O is several steps of two workers.</summary>
    private const double ConventionalBudgetPerSecond = 500e3;
    private const double SettleSeconds = 0.5;
    private const long DiskBytes = 1L << 30;

    /// <summary>More than any machine plays while it is watched.</summary>
    private const double EndlessSeconds = 1e6;

    private static readonly JobSpec[] _jobs =
    [
        Lab.Job(IoPattern.Read, 1),
        Lab.Job(IoPattern.RandRead, 1),
        Lab.Job(IoPattern.RandWrite, 1),
        Lab.Job(IoPattern.RandReadWrite, 1),
        Lab.Job(IoPattern.RandRead, 1) with { Distribution = new AccessDistribution(DistributionKind.Zipf, 0.99) },
    ];

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seconds = options.Seconds ?? 1;
        var repetitions = options.Repetitions ?? 3;
        output.WriteLine($"## virtual: I/Os per second of real time, payload none, disks of {DiskBytes >> 20} MiB, 4 emulated cores\n");
        output.WriteLine($"4 KiB, default quantum; {repetitions} runs of {Show.Seconds(seconds)} each, watched while they go on.\n");
        var budgets = new BudgetTable();
        foreach (var vms in new[] { 1, 8 })
        {
            foreach (var job in _jobs)
            {
                foreach (var policy in new[] { "none", "fair" })
                {
                    var scenario = Scenario(vms, job, policy);
                    var samples = new Samples(Enumerable.Range(0, repetitions).Select(_ => PerSecond(scenario, seconds)).ToArray());
                    var what = $"{vms} VM{(vms == 1 ? "" : "s")} x 4 VCPUs, {Name(job)}, policy {policy}";
                    if (vms == 1)
                    {
                        budgets.AtLeast(what, BudgetPerSecond, samples, Show.Millions);
                    }
                    else
                    {
                        budgets.Note(what, samples, Show.Millions); // eight disks of a GiB no longer fit the caches; the budget is for one
                    }
                }
            }
        }

        foreach (var path in new[] { IoPath.VhostBio, IoPath.VirtioMq })
        {
            foreach (var depth in new[] { 1, 32 })
            {
                var job = Lab.Job(IoPattern.RandReadWrite, 1) with
                {
                    Engine = depth == 1 ? IoEngine.Synchronous : IoEngine.Asynchronous,
                    IoDepth = depth,
                };
                var scenario = Scenario(1, job, "fair");
                scenario = scenario with { Vms = [.. scenario.Vms.Select(vm => vm with { Storage = vm.Storage! with { Path = path } })] };
                var samples = new Samples(Enumerable.Range(0, repetitions).Select(_ => PerSecond(scenario, seconds)).ToArray());
                budgets.AtLeast($"1 VM x 4 VCPUs, {Name(job)}, depth {depth}, {(path == IoPath.VhostBio ? "vhost-bio" : "virtio-mq")}",
                    ConventionalBudgetPerSecond, samples, Show.Millions);
            }
        }

        budgets.Print(output);
    }

    /// <summary>I/Os played per second of real time, once the run is under way.</summary>
    public static double PerSecond(ScenarioSpec scenario, double seconds)
    {
        var run = ScenarioRun.Start(scenario.Lasting(EndlessSeconds));
        while (Operations(run) == 0 && !run.Completion.IsCompleted)
        {
            Thread.Sleep(1);
        }

        Thread.Sleep(TimeSpan.FromSeconds(Math.Min(SettleSeconds, seconds))); // until the runtime has compiled for good what is hot
        var (operationsBefore, before) = (Operations(run), Stopwatch.GetTimestamp());
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var (operations, elapsed) = (Operations(run) - operationsBefore, Stopwatch.GetElapsedTime(before));
        run.Interrupt();
        var result = run.Completion.GetAwaiter().GetResult();
        return result.Problems.IsEmpty
            ? operations / elapsed.TotalSeconds
            : throw new BenchException($"the run has problems: {string.Join("; ", result.Problems)}");
    }

    private static ScenarioSpec Scenario(int vms, JobSpec job, string policy)
    {
        ImmutableArray<VmSpec> specs = [.. Enumerable.Range(1, vms).Select(i => Lab.Vm($"vm-{i}", 4, DiskBytes, job))];
        return (Lab.Scenario(ClockKind.Virtual, Lab.Machine(cores: 4), specs) with { WarmupNs = 0 }).WithPolicy(policy);
    }

    private static string Name(JobSpec job) =>
        job.Distribution.Kind == DistributionKind.Zipf
        ? $"{Show.Pattern(job.Pattern)} zipf:{job.Distribution.Parameter}"
        : Show.Pattern(job.Pattern);

    private static long Operations(ScenarioRun run) => run.Snapshot().Vms.Sum(vm => vm.ReadOperations + vm.WriteOperations);
}
