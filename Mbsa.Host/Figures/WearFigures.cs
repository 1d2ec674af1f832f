using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;

namespace Mbsa.Host.Figures;

/// <summary>
/// How the disks wore in the measured part, and how long they would last. Of all VMs together: of the worst of their disks, or the sum.
/// </summary>
internal static class WearFigures
{
    /// <summary>A terminal of fewer columns has the line of all disks only.</summary>
    private const int Widest = 140;

    private static readonly Figure[] _all =
    [
        Sum("wear.writes", "writes of the disk's physical blocks, those of the wear policy included", wear => wear.Writes,
            "block writes") with
        {
            Json = "wear.writes",
            Live = (_, disk) => disk?.BlockWrites,
            Instrument = new("mbsa.wear.block_writes", "{write}", IsCounter: true, IsWhole: true),
        },
        Sum("wear.extra", "of these, the wear policy's own", wear => wear.ExtraWrites, "added", Views.Terminal) with
        {
            Json = "wear.extra_writes",
            Better = Better.Less,
            Row = new("writes added by wear levelling", FigureRow.Mean) { When = HasWorn },
            Live = (_, disk) => disk?.ExtraWrites,
            Instrument = new("mbsa.wear.extra_writes", "{write}", IsCounter: true, IsWhole: true),
        },
        Worst("wear.max", Dimension.Count, "writes of the disk's most written block", (wear, _) => wear.Max, "worst block",
            Views.Terminal) with
        {
            Json = "wear.max",
            Row = new("writes of the worst block", FigureRow.Largest) { When = HasWorn },
            Live = (_, disk) => disk?.Worst,
            Instrument = new("mbsa.wear.worst.writes", "{write}", IsWhole: true),
        },
        Worst("wear.mean", Dimension.Count, "writes of a block of the disk, on average", (wear, _) => wear.Mean, "mean") with
        {
            Json = "wear.mean",
            Printer = Readable.Rate,
            Live = (_, disk) => disk?.Mean,
            Instrument = new("mbsa.wear.mean.writes", "{write}"),
        },
        Worst("wear.cv", Dimension.Count, "how uneven the wear is: standard deviation over mean of the writes of a block",
            (wear, _) => wear.CoefficientOfVariation, "variation", Views.Terminal) with
        {
            Json = "wear.cv",
            Printer = Figure.Decimals("0.000"),
            Row = new("variation of wear", FigureRow.Largest) { When = HasWorn },
            Live = (_, disk) => disk?.Variation,
            Instrument = new("mbsa.wear.cv.ratio", "1"),
        },
        Worst("lifetime.used", Dimension.Percent, "writes of the most written block over those that a block bears: 100 % is worn out",
            Used, "of its life", Views.Terminal) with
        {
            Nothing = "the device has no end",
            Json = "wear.lifetime_fraction",
            Printer = Readable.SmallShare,
            Row = new("life used", FigureRow.Largest) { When = HasWorn },
            Live = (_, disk) => disk?.WorstRatio,
            Instrument = new("mbsa.wear.worst.ratio", "1"),
            Warning = (vm, run) => vm.Wear is { } wear && Used(wear, Bears(run, vm)) is >= 1 and var used
                ? $"the disk of {vm.Spec.Name} is worn out: "
                    + $"its most written block was written {Readable.Count(wear.Max)} times in this run, "
                    + $"{used.ToString("0.0", CultureInfo.InvariantCulture)} times what it bears"
                : null,
        },
        new("lifetime.left", Dimension.Time, "time until the first block fails, if it goes on as in this run")
        {
            OfVm = (vm, run) => Left(vm, run),
            OfHost = run => run.Vms.Min(vm => Left(vm, run)),
            Nothing = "no disk, no write, or a device without an end",
            Json = "wear.lifetime_left_seconds",
            Printer = Readable.Age,
            Better = Better.More,
            Columns = [new("first failure in", Views.Wear), new("fails in", Views.Terminal) { MinWidth = Widest, When = IsAnythingWorn }],
            Row = new("first failure in", FigureRow.Smallest) { When = HasWorn },
            Live = (_, disk) => disk?.LeftNs,
            Instrument = new("mbsa.lifetime.left", "s"),
        },
    ];

    /// <summary>Every one of them, in the order they are documented.</summary>
    public static IReadOnlyList<Figure> All => _all;

    /// <summary>"wear.max 12, wear.cv 0.250, ...": the figures of all disks together, for a line; null when nothing was written.</summary>
    public static string? Line(RunResult run) => !IsAnythingWorn(run) ? null : string.Join(", ", All
        .Where(figure => figure.Row is not null)
        .Select(figure => figure.OfHost!(run) is { } value ? $"{figure.Row!.What} {figure.Print(value)}" : null).OfType<string>());

    /// <summary>Time until the first block fails.</summary>
    /// <param name="enduranceWrites">Writes that a block bears.</param>
    /// <param name="worst">Writes of the most written block so far.</param>
    /// <param name="writes">Of these, the ones in the time that was watched.</param>
    /// <param name="watchedNs">That time, in nanoseconds.</param>
    public static double? Left(double enduranceWrites, double worst, double writes, double watchedNs) =>
        double.IsFinite(enduranceWrites) && writes > 0 ? Math.Max(0, enduranceWrites - worst) / writes * watchedNs : null;

    private static double? Left(VmResult vm, RunResult run) => vm.Wear is { } wear
        ? Left(Bears(run, vm), wear.Max, wear.Max, run.MeasuredNs)
        : null;

    private static double? Used(WearResult wear, double bears) => double.IsFinite(bears) && bears > 0 ? wear.Max / bears : null;

    private static double Bears(RunResult run, VmResult vm) => RunFigures.EnduranceWrites(run, vm);

    private static bool HasWorn(VmResult vm) => vm.Wear is { Writes: > 0 };

    private static bool IsAnythingWorn(RunResult run) => run.Vms.Any(HasWorn);

    private static Figure Sum(string name, string meaning, Func<WearResult, double> of, string head, Views also = default) =>
        new(name, Dimension.Count, meaning)
        {
            OfVm = (vm, _) => vm.Wear is { } wear ? of(wear) : null,
            OfHost = run => run.Vms.Sum(vm => vm.Wear is { } wear ? of(wear) : 0),
            CanBeSummed = true,
            Nothing = "no disk",
            Columns = Columns(head, also),
        };

    private static Figure Worst(string name, Dimension dimension, string meaning, Func<WearResult, double, double?> of, string head,
        Views also = default) => new(name, dimension, meaning)
        {
            OfVm = (vm, run) => vm.Wear is { } wear ? of(wear, Bears(run, vm)) : null,
            OfHost = run => run.Vms.Max(vm => vm.Wear is { } wear ? of(wear, Bears(run, vm)) : null),
            Nothing = "no disk",
            Better = Better.Less,
            Columns = Columns(head, also),
        };

    private static FigureColumn[] Columns(string head, Views also) =>
        [new(head, Views.Wear), .. also == default ? (FigureColumn[])[] : [new(head, also) { MinWidth = Widest, When = IsAnythingWorn }]];
}
