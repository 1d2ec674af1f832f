using Mbsa.Host.Wording;
using Mbsa.Model.Results;

namespace Mbsa.Host.Expectations;

/// <summary>Something that is measured of a VM, of all VMs together, of a host, of a tenant: of each where it means something.</summary>
/// <param name="Name">What an expectation calls it.</param>
/// <param name="Dimension">What it is measured in.</param>
/// <param name="OfVm">Its value for a VM of a run; null when there is no data, as for the latency of no I/O.</param>
/// <param name="OfHost">Its value for all VMs together; null where the word means nothing for them.</param>
internal sealed record Metric(string Name, Dimension Dimension, Func<VmResult, RunResult, double?>? OfVm, Func<RunResult, double?>? OfHost)
{
    /// <summary>Its value for all hosts together, where that is more than that for all VMs; null where there is none.</summary>
    public Func<RunResult, double?>? OfCluster { get; init; }

    /// <summary>Its value for one of several hosts; null where there is none.</summary>
    public Func<ClusterHostResult, double?>? OfOneHost { get; init; }

    /// <summary>Its value for a tenant; null where there is none.</summary>
    public Func<TenantResult, double?>? OfTenant { get; init; }

    /// <summary>What to say when there is no data.</summary>
    public string Nothing { get; init; } = "no I/O";

    /// <summary>The same for a VM, where it depends on the VM.</summary>
    public Func<VmResult, RunResult, string>? NothingOfVm { get; init; }

    /// <summary>Why a VM has no data.</summary>
    public string WhyNothing(VmResult vm, RunResult run) => NothingOfVm?.Invoke(vm, run) ?? Nothing;

    /// <summary>Every metric, in the order they are documented.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        .. Flow("", v => v.Read.Operations + v.Write.Operations, v => v.Read.Bytes + v.Write.Bytes),
        .. Latencies("", v => v.Read.LatencyNs, v => v.Write.LatencyNs),
        .. Flow("read.", v => v.Read.Operations, v => v.Read.Bytes),
        .. Latencies("read.", v => v.Read.LatencyNs, _ => null),
        .. Flow("write.", v => v.Write.Operations, v => v.Write.Bytes),
        .. Latencies("write.", _ => null, v => v.Write.LatencyNs),
        .. Latencies("batch.", v => v.BatchNs, _ => null),
        Additive("cpu_seconds", Dimension.Time, (v, _) => v.CpuNs),
        Additive("share", Dimension.Percent, (v, _) => v.CoreShare),
        Additive("dominant_share", Dimension.Percent, (v, run) => v.DominantShare(run.MeasuredNs)),
        new("misses", Dimension.Count, (v, _) => Judged.Misses(v), Judged.Misses)
        {
            OfTenant = Judged.Misses,
            Nothing = Judged.NoWindow,
            NothingOfVm = Judged.WhyNever,
        },
        Additive("blocks_verified", Dimension.Count, (v, _) => v.BlocksVerified),
        Additive("blocks_wrong", Dimension.Count, (v, _) => v.BlocksWrong),
        Use("cpu", use => use.Cpu),
        Use("bus", use => use.Bus),
        Use("nvm", use => use.Nvm),
        .. ClusterMetrics.All,
    ];

    /// <summary>The metric of a name; null when there is none.</summary>
    public static Metric? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>Whether it is measured only where there are several hosts.</summary>
    public bool NeedsHosts { get; init; }

    private static Metric Use(string resource, Func<HostUtilisation, double> of) =>
        new($"utilisation.{resource}", Dimension.Percent, null, run => of(run.Utilisation)) { OfOneHost = host => of(host.Utilisation) };

    private static IEnumerable<Metric> Flow(string prefix, Func<VmResult, double> operations, Func<VmResult, double> bytes) =>
    [
        Additive(prefix + "ops", Dimension.Count, (v, _) => operations(v)),
        Rate(prefix + "iops", Dimension.Iops, operations),
        Additive(prefix + "bytes", Dimension.Size, (v, _) => bytes(v)),
        Rate(prefix + "bandwidth", Dimension.Bandwidth, bytes),
    ];

    /// <summary>
    /// Both directions together are only known by direction. Their mean follows exactly; of a percentile the worse of the two is taken, which is
    /// never below the true one: if 99 % of the reads took at most a and 99 % of the writes at most b, 99 % of all took at most the larger.
    /// </summary>
    private static IEnumerable<Metric> Latencies(string prefix, Func<VmResult, LatencySummary?> read, Func<VmResult, LatencySummary?> write)
    {
        Metric Worst(string name, Func<LatencySummary, double> of) =>
            new(prefix + name, Dimension.Time, (v, _) => Larger(read(v) is { } r ? of(r) : null, write(v) is { } w ? of(w) : null), null);
        return
        [
            Worst("p50", l => l.P50),
            Worst("p95", l => l.P95),
            Worst("p99", l => l.P99),
            Worst("p999", l => l.P999),
            Worst("max", l => l.Max),
            new(prefix + "latency.mean", Dimension.Time, (v, _) => Mean(read(v), write(v), v), null),
        ];
    }

    private static double? Larger(double? a, double? b) => a is { } x && b is { } y ? Math.Max(x, y) : a ?? b;

    /// <summary>Weighted by operations, not samples: under the wall clock the two directions may be sampled unequally.</summary>
    private static double? Mean(LatencySummary? read, LatencySummary? write, VmResult vm)
    {
        if (read is null || write is null)
            return (read ?? write)?.Mean;
        double reads = vm.Read.Operations, writes = vm.Write.Operations;
        return ((read.Mean * reads) + (write.Mean * writes)) / (reads + writes);
    }

    /// <summary>Of a VM per second that it was active; of all together per second of the measured part.</summary>
    private static Metric Rate(string name, Dimension dimension, Func<VmResult, double> count) =>
        new(name, dimension, (v, _) => v.ActiveNs > 0 ? count(v) * 1e9 / v.ActiveNs : null, run => run.Vms.Sum(count) * 1e9 / run.MeasuredNs)
        {
            NothingOfVm = (_, _) => "it was never active",
        };

    private static Metric Additive(string name, Dimension dimension, Func<VmResult, RunResult, double?> ofVm) =>
        new(name, dimension, ofVm, run => run.Vms.Aggregate((double?)0, (sum, v) => sum + ofVm(v, run)));
}
