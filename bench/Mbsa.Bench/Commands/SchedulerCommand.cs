using System.Collections.Immutable;
using Mbsa.Actors.Runs;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Cores.Policies;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>
/// Throughput given up to the scheduler at its default quantum, against a quantum so long that scheduling hardly happens.
/// Taken in many short rounds of four runs, the two quanta like a palindrome:
/// what grows or falls evenly over a round, as a shared machine's speed does, is in both sums.
/// </summary>
internal static class SchedulerCommand
{
    private const double Budget = 0.02;
    private const long LongQuantumNs = 10_000_000;

    /// <summary>
    /// More than the caches hold. On smaller disks a long quantum makes a VM the only user of the cache for as long,
    /// so that most of its I/Os hit: then this would measure what VMs take from each other by sharing a cache, whoever schedules them.
    /// Still larger ones take too long to make for so many runs.
    /// </summary>
    private const long DiskBytes = 256L << 20;

    /// <summary>
    /// A quantum counts when it ends, so a long one at either end of the measured part is in or out: 10 ms in 5 s is 0.2 %.
    /// </summary>
    private const double VirtualSeconds = 5;

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seconds = options.Seconds ?? 0.25;
        var repetitions = options.Repetitions ?? 20;
        var virtualSeconds = Math.Min(VirtualSeconds, seconds * 20);
        output.WriteLine("## scheduler: throughput lost at the default quantum, against one of 10 ms\n");
        output.WriteLine($"4 KiB random reads, policy {QosPolicies.Default}. Wall: "
            + $"{repetitions} rounds of four runs of {Show.Seconds(seconds)}, quanta as in abba and baab in turns.");
        output.WriteLine($"Virtual: I/Os per second of the scenario's clock over {Show.Seconds(virtualSeconds)}, the same in every run.\n");
        var budgets = new BudgetTable();
        foreach (var vms in new[] { 1, 8 })
        {
            var what = vms == 1 ? "one busy VM" : $"{vms} VMs";
            var virtualClock = Scenario(ClockKind.Virtual, vms, cores: 4).Lasting(virtualSeconds);
            var lost = 1 - Lab.Run(virtualClock).Iops() / Lab.Run(virtualClock.WithQuantum(LongQuantumNs)).Iops();
            budgets.AtMost($"virtual, {what}, {Show.Microseconds(Lab.VirtualQuantumNs)}", Budget, new Samples([lost]), Show.FinePercent);
            var speeds = Rounds(repetitions, quantumNs =>
                VirtualCommand.PerSecond(virtualClock.WithQuantum(quantumNs), seconds), Lab.VirtualQuantumNs);
            budgets.Note($"virtual, {what}, {Show.Microseconds(Lab.VirtualQuantumNs)}: speed of the simulation given up",
                speeds, Show.FinePercent);
            var wallClock = Scenario(ClockKind.Wall, vms, Environment.ProcessorCount).Lasting(seconds).Touched();
            var walls = Rounds(repetitions, quantumNs => Lab.Run(wallClock.WithQuantum(quantumNs)).Iops(), Lab.WallQuantumNs);
            budgets.Note($"wall, {what}, {Show.Microseconds(Lab.WallQuantumNs)}: lost against the long quantum", walls, Show.FinePercent);
            using (var bare = new BareSwitching(vms, DiskBytes))
            {
                var control = Rounds(repetitions, quantumNs =>
                    bare.MeasureIops(Environment.ProcessorCount, quantumNs, seconds), Lab.WallQuantumNs);
                budgets.Note($"wall, {what}, {Show.Microseconds(Lab.WallQuantumNs)}: lost by a bare loop that changes disks as often",
                    control, Show.FinePercent);
                budgets.AtMost($"wall, {what}, {Show.Microseconds(Lab.WallQuantumNs)}: the scheduler's part",
                    Budget, new Samples([1 - (1 - walls.Median) / (1 - control.Median)]), Show.FinePercent);
            }

            budgets.AtMost($"wall, {what}, {Show.Microseconds(Lab.WallQuantumNs)}: core time spent deciding",
                Budget, Deciding(wallClock, repetitions), Show.FinePercent);
        }

        budgets.Print(output);
    }

    /// <summary>Share of the cores' time that went into deciding who runs next, as the cores themselves measure it.</summary>
    private static Samples Deciding(ScenarioSpec scenario, int repetitions) => new(Enumerable.Range(0, repetitions).Select(_ =>
    {
        var run = ScenarioRun.Start(scenario);
        run.Completion.GetAwaiter().GetResult();
        var end = run.Snapshot();
        return end.SchedulerOverheadNs / (double)(end.ClockNs * scenario.OnRealCores().Host.Machine.Cores);
    }));

    /// <summary>Shares of the throughput lost at the default quantum.</summary>
    private static Samples Rounds(int repetitions, Func<long, double> measure, long defaultQuantumNs)
    {
        var (shorts, longs) = (new Samples(), new Samples());
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var (outer, inner) = repetition % 2 == 0 ? (defaultQuantumNs, LongQuantumNs) : (LongQuantumNs, defaultQuantumNs);
            var before = measure(outer);
            var within = measure(inner) + measure(inner);
            var without = before + measure(outer);
            (outer == LongQuantumNs ? longs : shorts).Add(without);
            (outer == LongQuantumNs ? shorts : longs).Add(within);
        }

        return shorts.LossAgainst(longs);
    }

    private static ScenarioSpec Scenario(ClockKind clock, int vms, int cores)
    {
        ImmutableArray<VmSpec> specs =
            [.. Enumerable.Range(1, vms).Select(i => Lab.Vm($"vm-{i}", cores, DiskBytes, Lab.Job(IoPattern.RandRead, 1)))];
        return Lab.Scenario(clock, Lab.Machine(cores), specs);
    }
}
