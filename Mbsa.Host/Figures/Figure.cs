using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Figures;

/// <summary>
/// Something that is measured of a VM, of all VMs together, of a host, of a tenant: of each where it means something. Expectations,
/// tables, comparisons, reports, the page and the metrics all show what its entry in the <see cref="Catalogue"/> says.
/// </summary>
/// <param name="Name">What it is called, in expectations above all.</param>
/// <param name="Dimension">What it is measured in.</param>
/// <param name="Meaning">What it is, in one line.</param>
internal sealed record Figure(string Name, Dimension Dimension, string Meaning)
{
    /// <summary>Its value for a VM of a run; null when there is no data, as for the latency of no I/O.</summary>
    public Func<VmResult, RunResult, double?>? OfVm { get; init; }

    /// <summary>Its value for all VMs together; null where the word means nothing for them.</summary>
    public Func<RunResult, double?>? OfHost { get; init; }

    /// <summary>Its value for all hosts together, where that is more than that for all VMs; null where there is none.</summary>
    public Func<RunResult, double?>? OfCluster { get; init; }

    /// <summary>Its value for one of several hosts; null where there is none.</summary>
    public Func<ClusterHostResult, double?>? OfOneHost { get; init; }

    /// <summary>Its value for a tenant; null where there is none.</summary>
    public Func<TenantResult, double?>? OfTenant { get; init; }

    /// <summary>Its value for a VM and its disk while the run lasts; null where it is known only at the end.</summary>
    public Func<VmSample, WearSample?, double?>? Live { get; init; }

    /// <summary>What to say when there is no data.</summary>
    public string Nothing { get; init; } = "no I/O";

    /// <summary>The same for a VM, where it depends on the VM.</summary>
    public Func<VmResult, RunResult, string>? NothingOfVm { get; init; }

    /// <summary>What tables and reports have for a VM without data; null for a dash.</summary>
    public double? WithoutData { get; init; }

    /// <summary>Whether it is measured only where there are several hosts.</summary>
    public bool NeedsHosts { get; init; }

    /// <summary>Whether those of several VMs can be added up.</summary>
    public bool CanBeSummed { get; init; }

    /// <summary>Which of two values is the better one.</summary>
    public Better Better { get; init; }

    /// <summary>A value for people; null for the way of its dimension.</summary>
    public Func<double, string>? Printer { get; init; }

    /// <summary>Its columns in the tables of VMs.</summary>
    public IReadOnlyList<FigureColumn> Columns { get; init; } = [];

    /// <summary>Its row in a comparison; null for none.</summary>
    public FigureRow? Row { get; init; }

    /// <summary>Its key in a VM's part of the JSON report, groups before dots: "read.latency_ns.p99"; null for none.</summary>
    public string? Json { get; init; }

    /// <summary>Its instrument among the metrics; null for none.</summary>
    public FigureInstrument? Instrument { get; init; }

    /// <summary>What has to be said of a VM whose value is bad whatever was expected; null when there is nothing to say.</summary>
    public Func<VmResult, RunResult, string?>? Warning { get; init; }

    /// <summary>Why a VM has no data.</summary>
    public string WhyNothing(VmResult vm, RunResult run) => NothingOfVm?.Invoke(vm, run) ?? Nothing;

    /// <summary>Its value for a VM as tables and reports have it.</summary>
    public double? Shown(VmResult vm, RunResult run) => OfVm!(vm, run) ?? WithoutData;

    /// <summary>A value for people.</summary>
    public string Print(double value) => Printer is { } printer ? printer(value) : Dimension switch
    {
        Dimension.Time => Readable.Duration(value),
        Dimension.Size => Readable.Size((long)value),
        Dimension.Bandwidth => Readable.Bandwidth(value),
        Dimension.Iops => Readable.Rate(value),
        Dimension.Percent => Readable.Share(value),
        _ => Readable.Count((long)value),
    };

    /// <summary>What it is measured in, in a word or two.</summary>
    public string Unit => Dimension switch
    {
        Dimension.Time => "time",
        Dimension.Size => "size",
        Dimension.Bandwidth => "bandwidth",
        Dimension.Iops => "I/O rate",
        Dimension.Percent => "share",
        _ => "number",
    };

    /// <summary>"more", "less" or nothing: what is better.</summary>
    public string Wish => Better switch { Better.More => "more", Better.Less => "less", _ => "" };

    /// <summary>What has it: "VM, host".</summary>
    public string Of => string.Join(", ", new[]
    {
        (OfVm is not null, "VM"), (OfHost is not null, "host"), (OfCluster is not null, "cluster"), (OfOneHost is not null, "one host"),
        (OfTenant is not null, "tenant"),
    }.Where(each => each.Item1).Select(each => each.Item2));

    /// <summary>What is printed of a number with this many decimals.</summary>
    public static Func<double, string> Decimals(string format) => value => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>The tables of VMs.</summary>
[Flags]
internal enum Views
{
    /// <summary>The result in a terminal.</summary>
    Terminal = 1,

    /// <summary>The VMs of the report as a page.</summary>
    Page = 2,

    /// <summary>The disks of the report as a page, and of the live page.</summary>
    Wear = 4,
}

/// <summary>A column of a figure.</summary>
/// <param name="Head">Its head.</param>
/// <param name="In">The tables that have it.</param>
internal sealed record FigureColumn(string Head, Views In)
{
    /// <summary>A cell; null for the figure's value. It answers null where there is nothing to say.</summary>
    public Func<VmResult, RunResult, string?>? Cell { get; init; }

    /// <summary>The last row has the value for all VMs.</summary>
    public bool HasTotal { get; init; }

    /// <summary>Whether the column says anything of a run.</summary>
    public Func<RunResult, bool> When { get; init; } = _ => true;

    /// <summary>A terminal of fewer columns leaves it out.</summary>
    public int MinWidth { get; init; }
}

/// <summary>A row of a figure in a comparison.</summary>
/// <param name="What">What it is called there.</param>
/// <param name="OfGroup">Its value for VMs that are alike.</param>
internal sealed record FigureRow(string What, Func<Figure, IReadOnlyList<VmResult>, RunResult, double?> OfGroup)
{
    /// <summary>The mean of a figure.</summary>
    public static double? Mean(Figure figure, IReadOnlyList<VmResult> vms, RunResult run) => vms.Average(vm => figure.Shown(vm, run));

    /// <summary>The largest.</summary>
    public static double? Largest(Figure figure, IReadOnlyList<VmResult> vms, RunResult run) => vms.Max(vm => figure.Shown(vm, run));

    /// <summary>The smallest.</summary>
    public static double? Smallest(Figure figure, IReadOnlyList<VmResult> vms, RunResult run) => vms.Min(vm => figure.Shown(vm, run));

    /// <summary>Whether VMs like this one have it; one without data under any contender has none anyway.</summary>
    public Func<VmResult, bool> When { get; init; } = _ => true;

    /// <summary>All VMs together have such a row too.</summary>
    public bool IsOfHost { get; init; }

    /// <summary>It comes before the others.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>A figure among the metrics.</summary>
/// <param name="Name">Name of the instrument.</param>
/// <param name="Unit">Its unit in UCUM's notation.</param>
/// <param name="IsCounter">It only grows.</param>
/// <param name="IsWhole">It is a whole number.</param>
internal sealed record FigureInstrument(string Name, string Unit, bool IsCounter = false, bool IsWhole = false);

/// <summary>Which of two figures is the better one.</summary>
internal enum Better
{
    /// <summary>It is only good to know.</summary>
    Neither,

    /// <summary>The larger.</summary>
    More,

    /// <summary>The smaller.</summary>
    Less,
}
