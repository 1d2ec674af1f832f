using Mbsa.Host.Files.Profiles;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Reproduction;

/// <summary>The paper's Figure 2: the raw device on the host, by kind of request, protection and engine (claims 1 to 4).</summary>
internal static class HostFigure
{
    private static readonly (ProtectionMethod Method, string Name, string Sync, string Async)[] _methods =
    [
        (ProtectionMethod.Pmap, "PMAP", "#2ca02c", "#98df8a"),
        (ProtectionMethod.Pte, "PTE", "#d62728", "#ff9896"),
        (ProtectionMethod.Cr0, "CR0", "#1f77b4", "#aec7e8"),
    ];

    /// <summary>Runs all of it.</summary>
    public static async Task<FigureResult> MakeAsync(FigureRequest request)
    {
        List<SpeedRow> rows = [];
        foreach (var (method, name, sync, async) in _methods)
        {
            var isCr0 = method == ProtectionMethod.Cr0;
            rows.Add(await RunAsync(request, $"{name} psync", sync, method,
                IoEngine.Synchronous, isCr0 ? PaperNumbers.Host : null).ConfigureAwait(false));
            rows.Add(await RunAsync(
                request, $"{name} libaio", async, method, IoEngine.Asynchronous,
                isCr0
                ? [.. PaperNumbers.Host.Zip(PaperNumbers.SyncOverAsync, (speed, ratio) => speed / ratio)]
                : null).ConfigureAwait(false));
        }

        var grid = new SpeedGrid(rows);
        return new FigureResult
        {
            Title = "Figure 2: the raw device on the host, by protection and engine",
            Notes =
            [
                "Path host, 4 threads, 4 KiB, machine and device 'paper', virtual clock. "
                + "libaio at depth 1: on this path an I/O is done when it is submitted.",
                "CR0 psync is what the profile was fitted to, CR0 libaio SR the context switch; "
                + "all other bars are predicted. The paper's libaio is its psync by the ratio it gives.",
            ],
            Tables = [grid.Table("The host, 4 threads")],
            Bars = [.. Bars(grid)],
            Claims = [.. Claims(grid)],
            FreeParameters = Fitted(),
            Chart = grid.Chart("The raw device on the host (Figure 2)"),
            Json = grid.Json(),
        };
    }

    /// <summary>The host with CR0.WP and psync, to which other figures compare.</summary>
    public static Task<SpeedRow> Cr0Async(FigureRequest request) =>
        RunAsync(request, "host, CR0", "#1f77b4", ProtectionMethod.Cr0, IoEngine.Synchronous, PaperNumbers.Host);

    private static Task<SpeedRow> RunAsync(FigureRequest request, string name,
        string colour, ProtectionMethod method, IoEngine engine, IReadOnlyList<double>? paper) =>
        SpeedRow.RunAsync(request, name, colour,
            kind => new IoExperiment(kind, IoPath.Host) { Protection = method, Engine = engine }, paper);

    private static IEnumerable<Bar> Bars(SpeedGrid grid)
    {
        var (pmap, pte, cr0) = (grid["PMAP psync"], grid["PTE psync"], grid["CR0 psync"]);
        var sync = _methods.SelectMany(method => Order.Of(2, grid[$"{method.Name} psync"], grid[$"{method.Name} libaio"]));
        return
        [
            .. sync,
            .. Order.Of(3, cr0, pmap, matters: kind => kind.IsWrite),
            .. Order.Of(3, pmap, pte, matters: kind => kind.IsWrite),
            .. Order.Of(4, cr0, pte, min: 1, matters: kind => !kind.IsWrite),
            .. Order.Of(4, pte, pmap, matters: kind => !kind.IsWrite),
        ];
    }

    private static IEnumerable<Claim> Claims(SpeedGrid grid)
    {
        var (sync, async) = (grid["CR0 psync"], grid["CR0 libaio"]);
        var kinds = RequestKind.Names.Select((name, i) => (name, i)).ToArray();
        return
        [
            .. kinds.Select(kind =>
                new Claim(1, $"host, {kind.name}, GB/s", ClaimKind.Calibrated, PaperNumbers.Host[kind.i], sync[kind.i])),
            .. kinds.Select(kind => new Claim(
                2, $"host, {kind.name}, psync over libaio", kind.i == 0
                ? ClaimKind.Calibrated
                : ClaimKind.Predicted, PaperNumbers.SyncOverAsync[kind.i], sync[kind.i] / async[kind.i])),
        ];
    }

    private static FreeParameter[] Fitted()
    {
        var machine = ProfileCatalog.Machine("paper");
        var host = machine.Paths[IoPath.Host];
        return
        [
            new("software of an I/O on the host (paths.host.read.operation, .write.operation)",
                $"{FigureTable.Number(host.Read.OperationNs, 1)} ns", "claim 1, SR and SW"),
            new("a byte from or to DRAM, four threads at once (perByte of host and memory-bus)",
                $"{FigureTable.Number(host.Read.NsPerByte, 3)} ns", "claim 1, SR and SW"),
            new("a random place, read (paths.host.read.random)", $"{FigureTable.Number(host.Read.RandomNs, 1)} ns", "claim 1, RR"),
            new("a random place, written (paths.host.write.random)", $"{FigureTable.Number(host.Write.RandomNs, 1)} ns", "claim 1, RW"),
            new("a context switch (contextSwitch)", $"{FigureTable.Number(machine.ContextSwitchNs, 1)} ns", "claim 2, SR"),
        ];
    }
}
