using System.Globalization;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Reproduction;

/// <summary>The paper's Figure 3: the host with CR0.WP, by number of threads; more than four on four cores gain little (claim 5).</summary>
internal static class ThreadsFigure
{
    private const int Cores = 4;
    private const double MaxGain = 1.05;
    private const double NearlyAll = 0.95;

    private static readonly int[] _threads = [1, 2, 4, 8, 16];
    private static readonly string[] _colours = ["#1f77b4", "#d62728", "#2ca02c", "#ff7f0e"];

    /// <summary>Runs all of it.</summary>
    public static async Task<FigureResult> MakeAsync(FigureRequest request)
    {
        List<SpeedRow> rows = [];
        foreach (var threads in _threads)
        {
            rows.Add(await SpeedRow.RunAsync(
                request, threads.ToString(CultureInfo.InvariantCulture), "",
                kind => new IoExperiment(kind, IoPath.Host) { Protection = ProtectionMethod.Cr0, Vcpus = threads, Jobs = threads },
                threads == Cores ? PaperNumbers.Host : null).ConfigureAwait(false));
        }

        var grid = new SpeedGrid(rows);
        return new FigureResult
        {
            Title = "Figure 3: the raw device on the host, by number of threads",
            Notes = ["Path host, CR0.WP, psync, 4 KiB, 4 cores. The numbers of threads are ours: "
                + "the paper's text has lost its axis and speaks of four and of more."],
            Tables = [grid.Table("Threads on 4 cores")],
            Bars = [.. Bars(grid)],
            Chart = Chart(grid),
            Json = grid.Json(),
        };
    }

    private static IEnumerable<Bar> Bars(SpeedGrid grid)
    {
        var four = grid["4"];
        foreach (var more in _threads.Where(threads => threads > Cores))
        {
            foreach (var (kind, i) in RequestKind.Names.Select((kind, i) => (kind, i)))
            {
                yield return new Bar($"claim 5, {kind}: {more} threads over 4", IsMax: true,
                    MaxGain, grid[more.ToString(CultureInfo.InvariantCulture)][i] / four[i], Unit: "");
            }
        }

        yield return new Bar("claim 5: CPU at 4 threads", IsMax: false, NearlyAll, four.Speeds.Min(speed => speed.Cpu));
    }

    private static SvgChart Chart(SpeedGrid grid) => new(
        "The raw device on the host (Figure 3)", "threads on 4 cores", "GB/s", [.. grid.Rows.Select((row, i) => ((double)i, row.Name))],
        [.. RequestKind.Names.Select((name, kind) =>
            new ChartSeries(name, _colours[kind], [.. grid.Rows.Select((row, i) => ((double)i, row[kind]))], HasMarkers: true))]);
}
