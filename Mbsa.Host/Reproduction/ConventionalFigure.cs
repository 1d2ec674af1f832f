using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Report;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// The paper's Figures 4 and 5: a VM over the conventional architecture (claims 6 to 8), where the 42 us of a read go (claim 9),
/// and MBSA beside it (claim 13).
/// </summary>
internal static class ConventionalFigure
{
    /// <summary>"Much better" (section 4.2), as a ratio of bandwidths.</summary>
    private const double MuchBetter = 1.25;

    /// <summary>fio's iodepth (section 4.2).</summary>
    private const int Depth = 32;

    /// <summary>Jobs of fio, as in section 4.1; section 4.2 does not say.</summary>
    private const int Jobs = 4;

    /// <summary>From stub 6 to 7, counted from 0.</summary>
    private const int DeviceStage = 5;

    private const double PaperReadUs = 42;
    private const double PaperDeviceUs = 2;

    private static readonly string _setup =
        $"A VM of 4 VCPUs, {Jobs} jobs of libaio at depth {Depth}, 4 KiB, CR0.WP on the host, "
        + "machine and device 'paper', virtual clock. The paper does not say how many jobs it ran.";

    /// <summary>Figure 4: data-plane and multi-queue.</summary>
    public static async Task<FigureResult> MakeMultiQueueAsync(FigureRequest request)
    {
        var queues = await SpeedAsync(request, "virtio-mq", Experiment(IoPath.VirtioMq)).ConfigureAwait(false);
        var vhost = await VhostAsync(request).ConfigureAwait(false);
        var grid = new SpeedGrid([queues]);
        return new FigureResult
        {
            Title = "Figure 4: a VM over data-plane and multi-queue virtio-blk",
            Notes = [_setup, "The paper's text has no number of this figure, only that Figure 5 is much better."],
            Tables = [grid.Table("The conventional architecture, first combination")],
            Bars = [.. Order.Of(7, vhost, queues, MuchBetter)],
            Chart = grid.Chart("A VM over data-plane and multi-queue (Figure 4)"),
            Json = grid.Json(),
        };
    }

    /// <summary>Figure 5: vhost-blk and bio-based virtio-blk.</summary>
    public static async Task<FigureResult> MakeVhostAsync(FigureRequest request)
    {
        var vhost = await VhostAsync(request).ConfigureAwait(false);
        var host = await HostFigure.Cr0Async(request).ConfigureAwait(false);
        var guest = await GuestFigure.Cr0OptAsync(request).ConfigureAwait(false);
        var read = await OneReadAsync(request).ConfigureAwait(false);
        var otherwise = await OtherwiseAsync(request).ConfigureAwait(false);
        var grid = new SpeedGrid([vhost]);
        var json = grid.Json();
        json["stages_ns"] = new JsonObject(read.Select((ns, stage) => KeyValuePair.Create<string, JsonNode?>(StageTable.Stubs(stage), ns)));
        return new FigureResult
        {
            Title = "Figure 5: a VM over vhost-blk and bio-based virtio-blk",
            Notes = [_setup, "Stages: one 4 KiB read at a time through read(). "
                + "Their sum and the device's part are what the stages were fitted to (docs/CONVENTIONAL.md)."],
            Tables =
            [
                grid.Table("The conventional architecture, second combination"),
                otherwise.Table("The same, if what the paper does not say were otherwise"), Stages(read),
                Comparison(vhost, host, guest),
            ],
            Bars = [],
            Claims = [.. Claims(vhost, host, guest, read)],
            FreeParameters = Fitted(),
            Chart = grid.Chart("A VM over vhost-blk and bio-based virtio-blk (Figure 5)"),
            Json = json,
        };
    }

    private static Task<SpeedRow> VhostAsync(FigureRequest request) =>
        SpeedAsync(request, "vhost-bio", Experiment(IoPath.VhostBio), PaperNumbers.Conventional);

    /// <summary>
    /// What the prediction hangs on that was not in the paper: how many jobs it ran, and how fast a thread copies that is alone.
    /// </summary>
    private static async Task<SpeedGrid> OtherwiseAsync(FigureRequest request)
    {
        var machine = ProfileCatalog.Machine("paper");
        var (host, vhost) = (machine.Paths[IoPath.Host], machine.Paths[IoPath.VhostBio]);
        var slow = machine with
        {
            Paths = new Dictionary<IoPath, PathCosts>(machine.Paths)
            {
                [IoPath.VhostBio] = vhost with
                {
                    Read = host.Read with { OperationNs = vhost.Read.OperationNs },
                    Write = host.Write with { OperationNs = vhost.Write.OperationNs },
                },
            },
        };
        return new SpeedGrid(
        [
            await SpeedAsync(request, "one job", kind => Experiment(IoPath.VhostBio)(kind) with { Jobs = 1 }).ConfigureAwait(false),
            await SpeedAsync(request, "bytes as slow as with four threads",
                kind => Experiment(IoPath.VhostBio)(kind) with { Machine = slow }).ConfigureAwait(false),
        ]);
    }

    private static Func<RequestKind, IoExperiment> Experiment(IoPath path) =>
        kind =>
            new IoExperiment(kind, path) { Protection = ProtectionMethod.Cr0, Engine = IoEngine.Asynchronous, Depth = Depth, Jobs = Jobs };

    private static Task<SpeedRow> SpeedAsync(FigureRequest request, string name,
        Func<RequestKind, IoExperiment> experiment, IReadOnlyList<double>? paper = null) =>
        SpeedRow.RunAsync(request, name, "#9467bd", experiment, paper);

    /// <summary>Nanoseconds that one read spends in each stage.</summary>
    private static async Task<ImmutableArray<double>> OneReadAsync(FigureRequest request)
    {
        var experiment = new IoExperiment(RequestKind.All[0], IoPath.VhostBio) { Protection = ProtectionMethod.Cr0, Jobs = 1 };
        return (await experiment.RunAsync(request).ConfigureAwait(false)).StagesNs;
    }

    private static IEnumerable<Claim> Claims(SpeedRow vhost, SpeedRow host, SpeedRow guest, ImmutableArray<double> read) =>
    [
        .. RequestKind.Names.Select((name, kind) =>
            new Claim(6, $"vhost-bio, {name}, GB/s", ClaimKind.Predicted, PaperNumbers.Conventional[kind], vhost[kind])),
        new Claim(8, "vhost-bio against the host, mean of four, %", ClaimKind.Predicted,
            100 * MeanRatio(PaperNumbers.Conventional, PaperNumbers.Host), 100 * MeanRatio(vhost, host)),
        new Claim(9, "one read over vhost-bio, stub 1 to 12, us", ClaimKind.Calibrated, PaperReadUs, read.Sum() / 1000),
        new Claim(9, "of it in the device, stub 6 to 7, us", ClaimKind.Calibrated, PaperDeviceUs, read[DeviceStage] / 1000),
        new Claim(13, "MBSA over vhost-bio, mean of four", ClaimKind.Predicted,
            MeanRatio(PaperNumbers.Guest, PaperNumbers.Conventional), MeanRatio(guest, vhost)),
    ];

    private static FigureTable Stages(ImmutableArray<double> read)
    {
        var table = FigureTable.WithColumns("Where a read's time goes", 2, "stubs", "stage", "us", "the paper");
        for (var stage = 0; stage < read.Length; stage++)
        {
            table.Add(StageTable.Stubs(stage), StageTable.Names[stage], FigureTable.Fixed(read[stage] / 1000),
                stage == DeviceStage ? FigureTable.Number(PaperDeviceUs) : "");
        }

        table.Add("1-12", "all", FigureTable.Fixed(read.Sum() / 1000), FigureTable.Number(PaperReadUs));
        return table;
    }

    private static FigureTable Comparison(SpeedRow vhost, SpeedRow host, SpeedRow guest)
    {
        var table = FigureTable.WithColumns("Against the others", 1, ["", .. RequestKind.Names, "mean", "the paper"]);
        Add("of the host, %", vhost, host, 100, MeanRatio(PaperNumbers.Conventional, PaperNumbers.Host));
        Add("MBSA over it", guest, vhost, 1, MeanRatio(PaperNumbers.Guest, PaperNumbers.Conventional));
        return table;

        void Add(string name, SpeedRow above, SpeedRow below, double scale, double paper) => table.Add(
            [name, .. RequestKind.All.Select((_, kind) => above[kind] / below[kind])
                .Append(MeanRatio(above, below)).Append(paper).Select(ratio => FigureTable.Number(ratio * scale))]);
    }

    private static double MeanRatio(SpeedRow above, SpeedRow below) =>
        RequestKind.All.Select((_, kind) => above[kind] / below[kind]).Average();

    private static double MeanRatio(IReadOnlyList<double> above, IReadOnlyList<double> below) =>
        above.Zip(below, (one, other) => one / other).Average();

    private static FreeParameter[] Fitted()
    {
        var stages = ProfileCatalog.Machine("paper").Paths[IoPath.VhostBio].Stages!;
        return
        [
            new("waking an idle core (stages.idle of the conventional paths)",
                $"{FigureTable.Number(stages.IdleNs, 1)} ns", "claim 9, 42 us"),
            new("the first request after a wake-up (stages.cold of the conventional paths)",
                $"{FigureTable.Number(stages.ColdNs, 1)} ns", "claim 9, 2 us"),
        ];
    }
}
