using Mbsa.Host.Wording;
using Mbsa.Metrics;
using Mbsa.Model.Results;

namespace Mbsa.Host.Figures;

/// <summary>
/// Every figure there is. A new one is an entry here, or in one of the parts, and the place where it is counted; docs/FIGURES.md lists
/// them.
/// </summary>
internal static class Catalogue
{
    /// <summary>Below this a terminal has no room for what is only good to know.</summary>
    public const int WideTerminal = 92;

    /// <summary>Every figure, in the order in which they are documented and shown.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        .. Flow(Direction.Both),
        .. Latencies("", "", v => v.Read.LatencyNs, v => v.Write.LatencyNs),
        .. Flow(Direction.Read),
        .. Latencies("read.", "read", v => v.Read.LatencyNs, _ => null),
        .. Flow(Direction.Write),
        .. Latencies("write.", "write", _ => null, v => v.Write.LatencyNs),
        .. Latencies("batch.", "batch", v => v.BatchNs, _ => null),
        .. ShareFigures.All,
        .. WearFigures.All,
        .. ClusterFigures.All,
    ];

    /// <summary>The figure of a name; null when there is none.</summary>
    public static Figure? Find(string name) => All.FirstOrDefault(figure => figure.Name == name);

    /// <summary>The columns that a table of a run has.</summary>
    public static IEnumerable<(Figure Figure, FigureColumn Column)> Columns(Views view, RunResult run) =>
        from figure in All
        from column in figure.Columns
        where column.In.HasFlag(view) && column.When(run)
        select (figure, column);

    /// <summary>A cell for a VM; null where there is nothing to say.</summary>
    public static string? Cell(this (Figure Figure, FigureColumn Column) column, VmResult vm, RunResult run) =>
        column.Column.Cell is { } cell ? cell(vm, run) : column.Figure.Shown(vm, run) is { } value ? column.Figure.Print(value) : null;

    /// <summary>The cell for all VMs.</summary>
    public static string Total(this (Figure Figure, FigureColumn Column) column, RunResult run) =>
        column.Column.HasTotal && column.Figure.OfHost!(run) is { } value ? column.Figure.Print(value) : "";

    /// <summary>What has to be said of the VMs of a run whatever was expected, a line each.</summary>
    public static IEnumerable<string> Warnings(RunResult run) =>
        from vm in run.Vms
        from figure in All
        let text = figure.Warning?.Invoke(vm, run)
        where text is not null
        select text;

    /// <summary>The columns that the table of disks has while the run lasts.</summary>
    public static IEnumerable<(Figure Figure, FigureColumn Column)> LiveWear =>
        from figure in All
        where figure.Live is not null
        from column in figure.Columns
        where column.In.HasFlag(Views.Wear)
        select (figure, column);

    /// <summary>The instruments of the figures; times are in seconds there.</summary>
    public static IEnumerable<VmInstrument> Instruments =>
        from figure in All
        where figure.Instrument is not null
        let unit = figure.Dimension == Dimension.Time ? 1e9 : 1
        select new VmInstrument(figure.Instrument!.Name, figure.Instrument.Unit, figure.Meaning,
            (vm, disk) => figure.Live!(vm, disk) / unit)
        {
            IsCounter = figure.Instrument.IsCounter,
            IsWhole = figure.Instrument.IsWhole,
        };

    /// <summary>A figure that is added up over VMs; without data for one there is none for all.</summary>
    public static Figure Additive(string name, Dimension dimension, string meaning, Func<VmResult, RunResult, double?> ofVm) =>
        new(name, dimension, meaning)
        {
            OfVm = ofVm,
            OfHost = run => run.Vms.Aggregate((double?)0, (sum, vm) => sum + ofVm(vm, run)),
            CanBeSummed = true,
        };

    private static IEnumerable<Figure> Flow(Direction direction)
    {
        var (prefix, what, views) = direction switch
        {
            Direction.Read => ("read.", "reads", default),
            Direction.Write => ("write.", "writes", default),
            _ => ("", "I/Os", Views.Terminal | Views.Page),
        };
        double Operations(VmResult v) =>
            (direction == Direction.Write ? 0 : v.Read.Operations) + (direction == Direction.Read ? 0 : v.Write.Operations);
        double Bytes(VmResult v) => (direction == Direction.Write ? 0 : v.Read.Bytes) + (direction == Direction.Read ? 0 : v.Write.Bytes);
        var isBoth = direction == Direction.Both;
        return
        [
            Additive($"{prefix}ops", Dimension.Count, $"{what} completed", (v, _) => Operations(v)) with
            {
                Json = $"{prefix}ops",
                Columns = [new("ops", views) { HasTotal = true, MinWidth = WideTerminal }],
            },
            Additive($"{prefix}bytes", Dimension.Size, $"bytes of {what}", (v, _) => Bytes(v)) with
            {
                Json = isBoth ? null : $"{prefix}bytes",
            },
            Rate($"{prefix}iops", Dimension.Iops, $"{what} per second in which the VM was active", Operations) with
            {
                Json = $"{prefix}iops",
                Columns = [new("IOPS", views) { HasTotal = true }],
                Row = isBoth ? new("IOPS", FigureRow.Mean) { When = vm => RunFigures.DoesIo(vm.Spec) } : null,
            },
            Rate($"{prefix}bandwidth", Dimension.Bandwidth, $"bytes of {what} per second in which the VM was active", Bytes) with
            {
                Json = $"{prefix}bandwidth_bytes_per_second",
                Columns = [new("bandwidth", views) { HasTotal = true }],
                Row = isBoth ? new("bandwidth", FigureRow.Mean) { When = _ => false, IsOfHost = true } : null,
            },
        ];
    }

    /// <summary>Of a VM per second that it was active; of all together per second of the measured part.</summary>
    private static Figure Rate(string name, Dimension dimension, string meaning, Func<VmResult, double> count) =>
        new(name, dimension, meaning)
        {
            OfVm = (v, _) => v.ActiveNs > 0 ? count(v) * 1e9 / v.ActiveNs : null,
            OfHost = run => run.MeasuredNs > 0 ? run.Vms.Sum(count) * 1e9 / run.MeasuredNs : 0,
            NothingOfVm = (_, _) => "it was never active",
            WithoutData = 0,
            CanBeSummed = true,
            Better = Better.More,
        };

    /// <summary>
    /// Both directions together are only known by direction. Their mean follows exactly; of a percentile the worse of the two is taken,
    /// which is never below the true one: if 99 % of the reads took at most a and 99 % of the writes at most b, 99 % of all took at most
    /// the larger.
    /// </summary>
    private static IEnumerable<Figure> Latencies(
        string prefix, string what, Func<VmResult, LatencySummary?> read, Func<VmResult, LatencySummary?> write)
    {
        var (of, json) = what switch
        {
            "" => ("an I/O", null),
            "batch" => ("a batch of I/Os between two think times", "batch_latency_ns"),
            _ => ($"a {what}", $"{what}.latency_ns"),
        };
        Figure Worst(string name, string meaning, Func<LatencySummary, double> value, bool min = false) =>
            Latency(name, name, $"{meaning} {of}", vm => (read(vm), write(vm)) switch
            {
                ({ } r, { } w) => min ? Math.Min(value(r), value(w)) : Math.Max(value(r), value(w)),
                var (r, w) => (r ?? w) is { } only ? value(only) : null,
            });
        Figure Latency(string name, string key, string meaning, Func<VmResult, double?> value) =>
            new(prefix + name, Dimension.Time, meaning)
            {
                OfVm = (vm, _) => value(vm),
                Better = Better.Less,
                Json = json is null ? null : $"{json}.{key}",
            };

        return
        [
            Worst("min", "the shortest latency of", l => l.Min, min: true),
            Latency("latency.mean", "mean", $"the mean latency of {of}", vm => Mean(read(vm), write(vm), vm)),
            Worst("p50", "the median latency of", l => l.P50),
            Worst("p95", "the 95th percentile of the latency of", l => l.P95),
            Worst("p99", "the 99th percentile of the latency of", l => l.P99) with
            {
                Columns = what is "read" or "write" ? [Pair(what, read, write)] : [],
                Row = what switch
                {
                    "" => new("p99", FigureRow.Largest) { When = vm => RunFigures.DoesIo(vm.Spec) },
                    "batch" => new("p99 of a batch", FigureRow.Largest),
                    _ => null,
                },
            },
            Worst("p999", "the 99.9th percentile of the latency of", l => l.P999),
            Worst("max", "the longest latency of", l => l.Max),
        ];
    }

    private static FigureColumn Pair(string what, Func<VmResult, LatencySummary?> read, Func<VmResult, LatencySummary?> write) =>
        new($"{what} p50/p99", Views.Terminal | Views.Page)
        {
            Cell = (vm, _) => (read(vm) ?? write(vm)) is { } latency ? Readable.DurationPair(latency.P50, latency.P99) : null,
            When = run => run.Vms.Any(vm => (what == "read" ? vm.Read : vm.Write).Operations > 0),
        };

    /// <summary>Weighted by operations, not samples: under the wall clock the two directions may be sampled unequally.</summary>
    private static double? Mean(LatencySummary? read, LatencySummary? write, VmResult vm)
    {
        if (read is null || write is null)
        {
            return (read ?? write)?.Mean;
        }

        double reads = vm.Read.Operations, writes = vm.Write.Operations;
        return ((read.Mean * reads) + (write.Mean * writes)) / (reads + writes);
    }

    private enum Direction
    {
        Both,
        Read,
        Write,
    }
}
