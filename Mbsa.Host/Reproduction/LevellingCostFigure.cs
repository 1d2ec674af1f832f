using System.Globalization;
using System.Text.Json.Nodes;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// The paper's Figure 9: what wear levelling costs 30 minutes of random writes, by the size of the data set; and what a higher threshold
/// changes. Run as scenarios under the virtual clock on the profile <c>paper</c>: a VM of 4 VCPUs, 4 KiB writes, protection cr0-opt.
/// </summary>
/// <remarks>
/// A block is due only after some hundred writes, so a short run on 8 GB would see no levelling at all and would call it free.
/// Instead disk, data set and duration are all made smaller by the same factor.
/// The rate does not depend on the size of a disk under the virtual clock, so each block gets the writes it would get in the paper's 30
/// minutes, beginning with a new disk, and every ratio stays what it is.
/// </remarks>
internal static class LevellingCostFigure
{
    private const long PaperDurationNs = 30L * 60 * 1_000_000_000;
    private const double MaxOverhead = 0.01;

    private static readonly (int Gb, double PaperOverhead)[] _dataSets = [(1, 0.026), (2, 0.004), (4, 0.008), (8, 0.028)];

    private static readonly string[] _policies = ["threshold", "due-time"];

    private static readonly int[] _thresholds = [1, 2, 4, 8, 16, 32];

    /// <summary>Runs all scenarios.</summary>
    public static async Task<FigureResult> MakeAsync(FigureRequest request)
    {
        var progress = new FigureProgress(request.Progress, request.Time, "fig9",
            _dataSets.Length * (1.0 + _policies.Length) + _thresholds.Length);
        List<Cost> costs = [];
        Run? unlevelledCurve = null;
        foreach (var (gb, paper) in _dataSets)
        {
            var none = await RunAsync(request, progress, gb, "none").ConfigureAwait(false);
            unlevelledCurve ??= none;
            foreach (var policy in _policies)
            {
                costs.Add(new Cost(gb, policy, paper, none, await RunAsync(request, progress, gb, policy).ConfigureAwait(false)));
            }
        }

        List<Cost> curve = [];
        foreach (var threshold in _thresholds)
        {
            var run = await RunAsync(request, progress, _dataSets[0].Gb, "threshold", $"threshold={threshold}").ConfigureAwait(false);
            curve.Add(new Cost(_dataSets[0].Gb, threshold.ToString(CultureInfo.InvariantCulture), double.NaN, unlevelledCurve!, run));
        }

        return new FigureResult
        {
            Title = "Figure 9: what wear levelling costs random writes",
            Notes =
            [
                $"One VM of 4 VCPUs, 4 KiB random writes, machine and device 'paper', protection cr0-opt, virtual clock.",
                FormattableString.Invariant($"Disk, data set and the paper's 30 minutes are all {1 / request.Scale:0.##} times smaller, ")
                + "so that a block has the writes it has in the paper.",
                "Charged are the blocks moved and the records written. "
                + "Not charged are the policy's instructions (under real threads, see docs/PERFORMANCE.md)",
                "and a count of 8 bytes persisted every 128th write of a block. "
                + "'threshold' is a reconstruction of the paper's Algorithm 1, whose listing is lost.",
                "Of the paper's four figures the height is reproduced, not the order: "
                + "here the cost falls with the data set, for the more of the disk is written the less uneven it is.",
                "Thresholds: section 5.2 says that a higher one means fewer swaps, less overhead and less evenness, and gives no numbers.",
            ],
            Tables = [CostTable(costs), CurveTable(curve)],
            Bars = [.. Bars(costs, curve)],
            Chart = Chart(costs),
            Json = new JsonObject
            {
                ["scale"] = request.Scale,
                ["costs"] = new JsonArray([.. costs.Select(cost => (JsonNode)cost.ToJson("policy"))]),
                ["threshold_curve"] = new JsonArray([.. curve.Select(cost => (JsonNode)cost.ToJson("threshold"))]),
            },
        };
    }

    private static IEnumerable<Bar> Bars(List<Cost> costs, List<Cost> curve)
    {
        foreach (var cost in costs.Where(cost => cost.Policy == "due-time"))
        {
            yield return new Bar($"due-time, {cost.Gb} GB: overhead", IsMax: true, MaxOverhead, cost.Overhead);
        }

        foreach (var (lower, higher) in curve.Zip(curve.Skip(1)))
        {
            yield return new Bar($"threshold {higher.Policy}: overhead, no more than at {lower.Policy}",
                IsMax: true, lower.Overhead, higher.Overhead);
            yield return new Bar($"threshold {higher.Policy}: CV, no less than at {lower.Policy}", IsMax: false, lower.Cv, higher.Cv);
        }
    }

    private static async Task<Run> RunAsync(FigureRequest request, FigureProgress progress, int gb, string policy, string parameters = "")
    {
        var result = await request.Start(Scenario(request, gb, policy, parameters)).Completion.ConfigureAwait(false);
        if (result.Problems.Length > 0)
        {
            throw new InvalidOperationException($"the scenario with wear policy '{policy}' went wrong: {result.Problems[0]}");
        }

        progress.Add(1);
        var vm = result.Vms[0];
        return new Run(vm.Write.Operations * 1e9 / result.MeasuredNs, vm.Wear!);
    }

    private static ScenarioSpec Scenario(FigureRequest request, int gb, string policy, string parameters)
    {
        const int vcpus = 4;
        var storage = new StorageSpec(IoPath.MemoryBus, request.Blocks * BlockStorage.BlockBytes, policy, parameters)
        { Protection = ProtectionMethod.Cr0Opt };
        var vm = new VmSpec
        {
            Name = "vm",
            Vcpus = vcpus,
            Storage = storage,
            Jobs = [new JobSpec { Pattern =
                IoPattern.RandWrite, NumJobs = vcpus, TimeBased = true, Size = new Extent(storage.SizeBytes / 8 * gb) }],
        };
        return new ScenarioSpec
        {
            Name = "fig9",
            DurationNs = (long)(PaperDurationNs * request.Scale),
            Host = PaperHost.For([vm]),
            Vms = [vm],
        };
    }

    private static FigureTable CostTable(List<Cost> costs)
    {
        var table = FigureTable.WithColumns("Cost by data set", 2, "data set", "policy", "kIOPS without",
            "kIOPS with", "overhead %", "paper %", "extra writes %", "CV % of the whole disk");
        foreach (var cost in costs)
        {
            table.Add(
                $"{cost.Gb} GB", cost.Policy, FigureTable.Number(cost.Without.Iops / 1000, 1),
                FigureTable.Number(cost.With.Iops / 1000, 1), FigureTable.Percent(cost.Overhead, 3),
                cost.Policy == "threshold"
                ? FigureTable.Percent(cost.PaperOverhead)
                : "", FigureTable.Percent(cost.ExtraShare, 3), FigureTable.Percent(cost.Cv));
        }

        return table;
    }

    private static FigureTable CurveTable(List<Cost> curve)
    {
        var table = FigureTable.WithColumns($"Higher thresholds, {_dataSets[0].Gb} GB",
            1, "threshold", "extra writes %", "overhead %", "CV %");
        foreach (var cost in curve)
        {
            table.Add(cost.Policy, FigureTable.Percent(cost.ExtraShare, 3),
                FigureTable.Percent(cost.Overhead, 3), FigureTable.Percent(cost.Cv));
        }

        return table;
    }

    private static SvgChart Chart(List<Cost> costs) => new(
        "Cost of wear levelling (Figure 9)", "data set", "throughput lost, %",
        [.. _dataSets.Select((set, i) => ((double)i, $"{set.Gb} GB"))],
        [
            new ChartSeries("the paper", "#1f77b4",
                [.. _dataSets.Select((set, i) => ((double)i, set.PaperOverhead * 100))], HasMarkers: true),
            .. _policies.Zip(["#d62728", "#2ca02c"], (policy, colour) => new ChartSeries(
                policy, colour, [.. costs.Where(cost => cost.Policy == policy)
                    .Select((cost, i) => ((double)i, cost.Overhead * 100))], HasMarkers: true)),
        ]);

    /// <summary>What a run measured.</summary>
    private sealed record Run(double Iops, WearResult Wear);

    /// <summary>A run with levelling beside the one without.</summary>
    private sealed record Cost(int Gb, string Policy, double PaperOverhead, Run Without, Run With)
    {
        public double Overhead => 1 - With.Iops / Without.Iops;

        public double ExtraShare => With.Wear.ExtraWrites / (double)(With.Wear.Writes - With.Wear.ExtraWrites);

        public double Cv => With.Wear.CoefficientOfVariation;

        public JsonObject ToJson(string nameOfPolicy)
        {
            var json = new JsonObject
            {
                ["data_set_gb"] = Gb,
                [nameOfPolicy] = Policy,
                ["iops_without"] = Without.Iops,
                ["iops_with"] = With.Iops,
                ["overhead"] = Overhead,
                ["extra_writes_share"] = ExtraShare,
                ["cv"] = Cv,
            };
            if (!double.IsNaN(PaperOverhead))
            {
                json["paper_overhead"] = PaperOverhead;
            }

            return json;
        }
    }
}
