using System.Globalization;
using System.Text.Json.Nodes;
using Mbsa.Vm.Wear;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// The paper's Figure 8: how often the blocks of a disk were written after 180 minutes in which its regions were used very unevenly,
/// without and with wear levelling. Driven by <see cref="WearTrial"/>, not by a scenario:
/// only what the policy does to the counts matters, not when.
/// </summary>
internal static class WearFigure
{
    /// <summary>Writes per block: a million a second for the figure's 180 minutes on its 8 GB.</summary>
    public const long WritesPerBlock = 5150;

    private const int Bins = 200;
    private const ulong Seed = 1;

    // The figure's regions, in GB; the load works in eighths.
    private static readonly (int From, int To)[] _regions = [(0, 1), (1, 2), (2, 3), (3, 5), (5, 6), (6, 7), (7, 8)];

    private static readonly (string Policy, string Colour)[] _policies =
        [("none", "#1f77b4"), ("threshold", "#d62728"), ("due-time", "#2ca02c")];

    /// <summary>Wears a disk out under each policy.</summary>
    public static FigureResult Make(FigureRequest request)
    {
        var progress = new FigureProgress(request.Progress, request.Time,
            "fig8", _policies.Length * (double)request.Blocks * WritesPerBlock);
        var runs = _policies.Select(policy => Task.Run(() => Wear(request.Blocks, policy.Policy, progress))).ToArray();
        Worn[] worn = [.. runs.Select(run => run.GetAwaiter().GetResult())];
        var none = worn[0].Trial.Wear;
        var threshold = worn[1].Trial.Wear;
        var dueTime = worn[2].Trial;
        return new FigureResult
        {
            Title = "Figure 8: writes over the disk, with and without wear levelling",
            Notes =
            [
                "Minutes of random writes to each region: "
                + $"{string.Join(", ", _regions.Select(region => $"{Name(region)} {Minutes(region)}"))}.",
                "* invented: the paper's text has lost the minutes of the first two regions. "
                + "Its 10 minutes for 3-5 GB are shared out evenly.",
                $"Disk of {request.Blocks} blocks (the paper's 8 GB: "
                + $"{FigureRequest.PaperBlocks}), {WritesPerBlock} writes a block, as a million a second on 8 GB.",
                "'threshold' is a reconstruction of the paper's Algorithm 1, whose listing is lost; 'due-time' is this program's own.",
                "Regions and blocks are physical. The paper gives no numbers for this figure, "
                + "only 'very uneven' and 'very even'; the bars are this program's.",
            ],
            Tables = [Regions(worn, request.Blocks), Policies(worn)],
            Bars =
            [
                new("none is uneven: coefficient of variation", IsMax: false, 0.5, none.CoefficientOfVariation),
                new("threshold is even: coefficient of variation", IsMax: true, 0.05, threshold.CoefficientOfVariation),
                new("due-time is even: coefficient of variation", IsMax: true, 0.01, dueTime.Wear.CoefficientOfVariation),
                new("due-time: extra writes", IsMax: true, 1 / 128.0, dueTime.ExtraShare),
            ],
            Chart = Chart(worn, request.Blocks),
            Json = Json(worn, request.Blocks),
        };
    }

    private static Worn Wear(long blocks, string policy, FigureProgress progress)
    {
        using var disk = new BytelessDisk(policy, "", blocks);
        var load = new PaperWearLoad(blocks, blocks * WritesPerBlock, Seed);
        var untold = 0;
        var trial = WearTrial.Run(disk.Disk, Draw, long.MaxValue, blocks * WritesPerBlock);
        return new Worn(policy, disk.Disk.Policy.Parameters, trial, disk.Disk.CountWear().Writes);

        void Draw(Span<long> next)
        {
            load.Draw(next);
            if ((untold += next.Length) >= 1 << 20)
            {
                progress.Add(untold);
                untold = 0;
            }
        }
    }

    private static FigureTable Regions(Worn[] worn, long blocks)
    {
        var table = FigureTable.WithColumns("Writes a block, by region of the disk: mean (least to most)",
            1, ["region", "minutes", .. worn.Select(run => run.Policy)]);
        foreach (var region in _regions)
        {
            table.Add([Name(region), Minutes(region), .. worn.Select(run => Text(RegionWear.Of(Of(run, region, blocks))))]);
        }

        return table;
    }

    private static FigureTable Policies(Worn[] worn)
    {
        var table = FigureTable.WithColumns("The whole disk", 1, "policy", "max:mean", "CV %", "extra writes %", "parameters");
        foreach (var run in worn)
        {
            table.Add(
                run.Policy, FigureTable.Number(run.Trial.MaxOverMean, 3),
                FigureTable.Percent(run.Trial.Wear.CoefficientOfVariation), FigureTable.Percent(run.Trial.ExtraShare),
                run.ParameterCount == 0 ? "0" : $"{run.ParameterCount}: {run.Parameters}");
        }

        return table;
    }

    private static SvgChart Chart(Worn[] worn, long blocks) => new(
        "Writes over the disk (Figure 8)", "place on the disk, GB of 8", "writes of a block",
        [.. Enumerable.Range(0, 9).Select(gb => ((double)gb, gb.ToString(CultureInfo.InvariantCulture)))],
        [.. worn.Zip(_policies, (run, policy) => new ChartSeries(run.Policy, policy.Colour, [.. Binned(run, blocks)]))]);

    /// <summary>Means of as many parts of the disk as the picture has room for.</summary>
    private static IEnumerable<(double X, double Y)> Binned(Worn run, long blocks) => Enumerable.Range(0, Bins).Select(bin =>
    {
        var (first, end) = ((int)(blocks * bin / Bins), (int)(blocks * (bin + 1) / Bins));
        return ((bin + 0.5) * 8 / Bins, RegionWear.Of(run.Writes.AsSpan(first, end - first)).Mean);
    });

    private static JsonObject Json(Worn[] worn, long blocks) => new()
    {
        ["blocks"] = blocks,
        ["writes_per_block"] = WritesPerBlock,
        ["policies"] = new JsonArray([.. worn.Select(run => (JsonNode)new JsonObject
        {
            ["policy"] = run.Policy,
            ["parameters"] = run.Parameters,
            ["parameter_count"] = run.ParameterCount,
            ["max_over_mean"] = run.Trial.MaxOverMean,
            ["cv"] = run.Trial.Wear.CoefficientOfVariation,
            ["extra_writes_share"] = run.Trial.ExtraShare,
            ["regions"] = new JsonArray([.. _regions.Select(region => (JsonNode)Json(region, RegionWear.Of(Of(run, region, blocks))))]),
        })]),
    };

    private static JsonObject Json((int From, int To) region, RegionWear wear) => new()
    {
        ["from_gb"] = region.From,
        ["to_gb"] = region.To,
        ["minutes"] = MinutesOf(region),
        ["minutes_are_invented"] = IsInvented(region),
        ["mean"] = wear.Mean,
        ["min"] = wear.Min,
        ["max"] = wear.Max,
    };

    private static ReadOnlySpan<uint> Of(Worn run, (int From, int To) region, long blocks) =>
        run.Writes.AsSpan((int)(blocks * region.From / 8)..(int)(blocks * region.To / 8));

    private static string Text(RegionWear wear) => $"{FigureTable.Number(wear.Mean, 0)} ({wear.Min} to {wear.Max})";

    private static string Name((int From, int To) region) => $"{region.From}-{region.To} GB";

    private static string Minutes((int From, int To) region) => $"{MinutesOf(region)}{(IsInvented(region) ? "*" : "")}";

    private static bool IsInvented((int From, int To) region) => region.To <= 2;

    private static int MinutesOf((int From, int To) region)
    {
        var minutes = 0;
        foreach (var eighth in PaperWearLoad.Minutes[region.From..region.To])
        {
            minutes += eighth;
        }

        return minutes;
    }

    /// <summary>A disk that was worn.</summary>
    private sealed record Worn(string Policy, string Parameters, WearTrial Trial, uint[] Writes)
    {
        public int ParameterCount => Parameters.Length == 0 ? 0 : Parameters.Split(' ').Length;
    }
}
