using Mbsa.Host.Files.Profiles;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Reproduction;

/// <summary>The paper's Figure 7: a guest of MBSA, by kind of request and protection (claims 10 to 12, 14 and 15).</summary>
internal static class GuestFigure
{
    /// <summary>"Much worse" (section 5.1), as a ratio of bandwidths.</summary>
    private const double MuchWorse = 0.75;

    private const double Unchanged = 1e-9;

    /// <summary>
    /// What fio's four readings of the clock cost less in a guest whose clock is stable, in nanoseconds:
    /// 45 instead of 177 (the profile's memory-bus path and docs/PROTECTION.md have the sources).
    /// </summary>
    private const double StableClockNs = 4 * (177.4 - 45);

    private static readonly (ProtectionMethod Method, string Name, string Colour)[] _methods =
    [
        (ProtectionMethod.Pmap, "PMAP", "#2ca02c"), (ProtectionMethod.Pte, "PTE", "#d62728"),
        (ProtectionMethod.Cr0, "CR0", "#1f77b4"), (ProtectionMethod.Cr0Opt, "CR0-Opt", "#ff7f0e"),
    ];

    /// <summary>Runs all of it.</summary>
    public static async Task<FigureResult> MakeAsync(FigureRequest request)
    {
        List<SpeedRow> rows = [];
        foreach (var (method, name, colour) in _methods)
        {
            rows.Add(await RunAsync(request, name, colour, method, ProfileCatalog.Machine("paper")).ConfigureAwait(false));
        }

        var grid = new SpeedGrid(rows);
        var host = await HostFigure.Cr0Async(request).ConfigureAwait(false);
        var exits = await WithSlowExitsAsync(request, "CR0", ProtectionMethod.Cr0).ConfigureAwait(false);
        var exitsOpt = await WithSlowExitsAsync(request, "CR0-Opt", ProtectionMethod.Cr0Opt).ConfigureAwait(false);
        var stable = await RunAsync(request, "CR0-Opt, stable clock", "", ProtectionMethod.Cr0Opt,
            WithStableClock(ProfileCatalog.Machine("paper"))).ConfigureAwait(false);
        return new FigureResult
        {
            Title = "Figure 7: a guest of MBSA, by protection",
            Notes =
            [
                "Path memory-bus, a VM of 4 VCPUs and 4 jobs, 4 KiB, psync, "
                + "machine and device 'paper', virtual clock. No figure of it is in the profile.",
                "The guest's software is the host's, less its protection, "
                + "plus nested paging and the clock that fio reads (docs/PROTECTION.md, which says how far to trust it).",
            ],
            Tables =
            [
                grid.Table("The guest, 4 VCPUs"), new SpeedGrid([stable])
                .Table("The same, if what the paper does not say were otherwise"), GapTable(grid["CR0-Opt"], host),
            ],
            Bars = [.. Bars(grid, exits, exitsOpt)],
            Claims = [.. Claims(grid["CR0-Opt"], host)],
            Chart = grid.Chart("A guest of MBSA (Figure 7)"),
            Json = grid.Json(),
        };
    }

    /// <summary>The guest with CR0-Opt, to which other figures compare.</summary>
    public static Task<SpeedRow> Cr0OptAsync(FigureRequest request) =>
        RunAsync(request, "CR0-Opt", "#ff7f0e", ProtectionMethod.Cr0Opt, ProfileCatalog.Machine("paper"));

    private static Task<SpeedRow> RunAsync(FigureRequest request, string name,
        string colour, ProtectionMethod method, MachineProfile machine) => SpeedRow.RunAsync(
        request, name, colour, kind => new IoExperiment(kind, IoPath.MemoryBus) { Protection = method, Machine = machine },
        method == ProtectionMethod.Cr0Opt ? PaperNumbers.Guest : null);

    /// <summary>On a machine where leaving a guest costs twice as much: only what leaves it can tell.</summary>
    private static Task<SpeedRow> WithSlowExitsAsync(FigureRequest request, string name, ProtectionMethod method)
    {
        var machine = ProfileCatalog.Machine("paper");
        var costs = machine.Protection!;
        return RunAsync(request, $"{name} with exits twice as dear", "", method,
            machine with { Protection = costs with { ExitNs = 2 * costs.ExitNs } });
    }

    private static MachineProfile WithStableClock(MachineProfile machine)
    {
        var guest = machine.Paths[IoPath.MemoryBus];
        var faster = guest with { Read = Faster(guest.Read), Write = Faster(guest.Write) };
        return machine with { Paths = new Dictionary<IoPath, PathCosts>(machine.Paths) { [IoPath.MemoryBus] = faster } };

        static OperationCost Faster(OperationCost cost) => cost with { OperationNs = cost.OperationNs - StableClockNs };
    }

    private static IEnumerable<Bar> Bars(SpeedGrid grid, SpeedRow exits, SpeedRow exitsOpt)
    {
        var (pmap, pte, cr0, opt) = (grid["PMAP"], grid["PTE"], grid["CR0"], grid["CR0-Opt"]);
        var writes = RequestKind.All.Select((kind, i) => (kind, i)).Where(entry => entry.kind.IsWrite).ToArray();
        return
        [
            .. new[] { pmap, pte, cr0 }.SelectMany(other => Order.Of(10, opt, other, min: 1)),
            .. writes.Select(entry =>
                new Bar($"claim 11, {entry.kind.Name}: CR0 over PMAP", IsMax: true, MuchWorse, cr0[entry.i] / pmap[entry.i], Unit: "")),
            .. Order.Of(11, pmap, pte, matters: kind => kind.IsWrite),
            .. Order.Of(11, pte, pmap, matters: kind => !kind.IsWrite),
            .. Order.Of(12, cr0, exits, matters: kind => kind.IsWrite),
            new Bar(
                "claims 12 and 15: CR0-Opt, the most that exits twice as dear change", IsMax: true, Unchanged,
                opt.Speeds.Zip(exitsOpt.Speeds, (one, two) =>
                    Math.Abs(two.GigabytesPerSecond / one.GigabytesPerSecond - 1)).Max(), Unit: ""),
        ];
    }

    private static IEnumerable<Claim> Claims(SpeedRow guest, SpeedRow host) =>
    [
        .. RequestKind.Names.Select((name, kind) =>
            new Claim(10, $"guest of MBSA, {name}, GB/s", ClaimKind.Predicted, PaperNumbers.Guest[kind], guest[kind])),
        new Claim(14, "gap of the guest of MBSA to the host, mean of four, %",
            ClaimKind.Predicted, 100 * PaperGaps().Average(), 100 * Gaps(guest, host).Average()),
    ];

    private static FigureTable GapTable(SpeedRow guest, SpeedRow host)
    {
        var table = FigureTable.WithColumns("Gap to the host, %", 1, ["", .. RequestKind.Names, "mean"]);
        Add("emulator", [.. Gaps(guest, host)]);
        Add("the paper", [.. PaperGaps()]);
        return table;

        void Add(string name, double[] gaps) =>
            table.Add([name, .. gaps.Append(gaps.Average()).Select(gap => FigureTable.Percent(gap, 1))]);
    }

    private static IEnumerable<double> Gaps(SpeedRow guest, SpeedRow host) =>
        RequestKind.All.Select((_, kind) => 1 - guest[kind] / host[kind]);

    private static IEnumerable<double> PaperGaps() => PaperNumbers.Guest.Zip(PaperNumbers.Host, (guest, host) => 1 - guest / host);
}
