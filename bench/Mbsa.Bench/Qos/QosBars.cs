using System.Globalization;
using Mbsa.Bench.Reporting;
using Mbsa.Metrics;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using static Mbsa.Bench.Qos.QosLab;

namespace Mbsa.Bench.Qos;

/// <summary>The bars of docs/QOS.md. All under the virtual clock: the same figures on every machine.</summary>
internal static class QosBars
{
    /// <summary>Every bar, in the order of the document.</summary>
    public static IReadOnlyList<QosBar> All { get; } =
    [
        new("Jain's index, equal weights, worst 10 ms", 0.999, true, v => v.ToString("0.0000", CultureInfo.InvariantCulture), LeastJain),
        new("error of weight ratios, worst 100 ms, late joiner included", 0.01, false, Show.FinePercent, WorstWeightError),
        new("reservation of 40 % missed, of backlogged 100 ms windows", 0.01, false, Show.FinePercent, MissedWindows),
        new("the same over a whole second: got of what was reserved", 0.99, true, Show.FinePercent, LeastSecond),
        new("ceiling overshoot, worst 10 ms", 0.01, false, Show.FinePercent, WorstOvershoot),
        new("10 ms windows until within 2 % after an event, worst", 2, false,
            v => v.ToString("0", CultureInfo.InvariantCulture), WindowsToRecover),
        new("use of the binding resource, worst of three mixes", 0.98, true, Show.Percent, LeastUse),
        new("p99 of a 64-I/O batch beside 7 antagonists, against alone", 1.2, false, Show.Times, BatchRatio),
        new("throughput given up, against round robin", 0.02, false, Show.FinePercent, GivenUp),
    ];

    private static double LeastJain(Func<ScenarioSpec, RunResult> run)
    {
        var vms = Enumerable.Range(1, 8).Select(i => i % 2 == 0 ? Reader($"vm-{i}", 1 + i / 2) : Writer($"vm-{i}", 1 + i / 2)).ToArray();
        return run(Scenario(500, 10, vms)).Windows.Min(window => Fairness.JainIndex(window.Shares.AsSpan()));
    }

    private static double WorstWeightError(Func<ScenarioSpec, RunResult> run)
    {
        double[] weights = [1, 2, 3, 2];
        var vms = weights.Select((weight, i) => Reader($"vm-{i}").With(new QosSpec { Weight = weight })).ToArray();
        vms[3] = vms[3].Later();
        var result = run(Scenario(1000, 100, vms).At(400, "vm-3", new VmChange.Start()));
        return result.Windows.Max(window =>
        {
            var there = window.StartNs < 400 * Ms ? 3 : 4;
            var (got, due) = (window.Shares.Take(there).Sum(), weights.Take(there).Sum());
            return Enumerable.Range(0, there).Max(i => Math.Abs(window.Shares[i] / got / (weights[i] / due) - 1));
        });
    }

    private static ScenarioSpec Reservation(long windowMs) => Scenario(
        2000, windowMs,
        Reader("reserved").With(Reserved(0.4)), Reader("a"), Writer("b"), Hog("c"), Reader("d"), Writer("e"), Hog("f"));

    private static double MissedWindows(Func<ScenarioSpec, RunResult> run)
    {
        var shares = run(Reservation(100)).Shares("reserved");
        return shares.Count(share => share < 0.99 * 0.4) / (double)shares.Length;
    }

    private static double LeastSecond(Func<ScenarioSpec, RunResult> run) => run(Reservation(1000)).Shares("reserved").Min() / 0.4;

    private static double WorstOvershoot(Func<ScenarioSpec, RunResult> run)
    {
        (VmSpec Vm, Promise Limit)[] limited =
        [
            (Reader("tenth"), new(PromiseUnit.Share, 0.1)),
            (Reader("rate"), new(PromiseUnit.OperationsPerSecond, 40_000)),
            (Writer("bandwidth"), new(PromiseUnit.BytesPerSecond, 100e6)),

            // 100 I/Os and a pause of 20 ms, over and over: who saves up would have a lot.
            (Reader("pausing").Pausing(1000, 20 * Ms), new(PromiseUnit.OperationsPerSecond, 30_000)),
        ];
        var result = run(Scenario(1000, 10, [.. limited.Select(l => l.Vm.With(new QosSpec { Limit = l.Limit })), Reader("other", 1)]));
        return limited.Max(l =>
        {
            var index = result.Vms.IndexOf(result.Vms.Single(v => v.Spec.Name == l.Vm.Name));
            return result.Windows.Max(window => l.Limit.Unit switch
            {
                PromiseUnit.Share => window.Shares[index] / l.Limit.Value,
                PromiseUnit.OperationsPerSecond => window.Operations[index] * 100 / l.Limit.Value,
                _ => window.Operations[index] * 4096.0 * 100 / l.Limit.Value,
            });
        }) - 1;
    }

    /// <summary>A VM joins, another that was limited is let go, weights change, a VM leaves: each at the start of a window.</summary>
    private static double WindowsToRecover(Func<ScenarioSpec, RunResult> run)
    {
        var scenario = Scenario(
                500, 10, Reader("a"), Writer("b"), Reader("limited")
                .With(new QosSpec { Limit = new Promise(PromiseUnit.Share, 0.05) }), Writer("late").Later())
            .At(100, "late", new VmChange.Start())
            .At(200, "limited", new VmChange.SetQos(QosSpec.BestEffort))
            .At(300, "a", new VmChange.SetQos(new QosSpec { Weight = 3 }))
            .At(400, "b", new VmChange.Stop());
        (long FromMs, double[] Due)[] stages =
        [
            (100, [0.95 / 3, 0.95 / 3, 0.05, 0.95 / 3]),
            (200, [0.25, 0.25, 0.25, 0.25]),
            (300, [0.5, 1.0 / 6, 1.0 / 6, 1.0 / 6]),
            (400, [0.6, 0, 0.2, 0.2]),
        ];
        var result = run(scenario);
        return stages.Max(stage =>
        {
            var windows = result.Windows.Where(w => w.StartNs >= stage.FromMs * Ms && w.StartNs < (stage.FromMs + 100) * Ms).ToList();
            var lastOff = windows.FindLastIndex(w =>
                stage.Due.Zip(w.Shares, (due, got) => due > 0 && Math.Abs(got / due - 1) > 0.02).Any(off => off));
            return lastOff + 2;
        });
    }

    /// <summary>Computing beside writing, a reserved VM that pauses, and a limited one beside a few greedy ones.</summary>
    private static double LeastUse(Func<ScenarioSpec, RunResult> run) => new[]
    {
        Scenario(500, 100, Hog("a"), Hog("b"), Writer("c"), Writer("d")),
        Scenario(500, 100, Reader("reserved").With(Reserved(0.5)).Pausing(2000, Ms), Writer("a"), Reader("b"), Hog("c")),
        Scenario(500, 100, Reader("limited")
            .With(new QosSpec { Limit = new Promise(PromiseUnit.Share, 0.1) }), Writer("a"), Writer("b", 1)),
    }.Min(scenario =>
    {
        var result = run(scenario);
        var use = result.Vms.Aggregate(default(ResourceUse), (sum, vm) => sum + vm.Use.Use);
        return use.DominantNs / result.MeasuredNs;
    });

    private static double BatchRatio(Func<ScenarioSpec, RunResult> run)
    {
        var urgent = Reader("urgent", 1).Pausing(64, Ms / 2)
            .With(new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.2), LatencyNs = 300_000 });
        VmSpec[] antagonists = [Writer("a"), Reader("b"), Hog("c"), Writer("d"), Reader("e"), Hog("f"), Writer("g")];
        return (double)run(Scenario(1000, 100, [urgent, .. antagonists])).Vms[0].BatchNs!.P99
            / run(Scenario(1000, 100, urgent)).Vms[0].BatchNs!.P99;
    }

    private static double GivenUp(Func<ScenarioSpec, RunResult> run)
    {
        var scenario = Scenario(500, 100, [.. Enumerable.Range(1, 8).Select(i => Reader($"vm-{i}"))]);
        return 1 - Measuring.Lab.Iops(run(scenario)) / Measuring.Lab.Iops(Measuring.Lab.Run(Measuring.Lab.WithPolicy(scenario, "none")));
    }
}
