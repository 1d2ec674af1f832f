using Mbsa.Actors.Results;
using Mbsa.Host.Scenarios;

namespace Mbsa.Host.Expectations;

/// <summary>Something that is measured of a VM, and of all VMs of a host together where that means something.</summary>
/// <param name="Name">What an expectation calls it.</param>
/// <param name="Dimension">What it is measured in.</param>
/// <param name="OfVm">Its value for a VM over the measured seconds; null when there is no data, as for the latency of no I/O.</param>
/// <param name="OfHost">Its value for the host; null where the word means nothing for a host.</param>
internal sealed record Metric(string Name, Dimension Dimension, Func<VmResult, double, double?>? OfVm, Func<RunResult, double?>? OfHost)
{
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
        Additive("cpu_seconds", Dimension.Time, (v, _) => v.StorageCpuNs + v.ComputeCpuNs),
        Additive("share", Dimension.Percent, (v, _) => v.CoreShare),
        Additive("dominant_share", Dimension.Percent, (v, seconds) => v.DominantShare((long)(seconds * 1e9))),
        Additive("misses", Dimension.Count, (v, _) => v.Use.ReservationMisses),
        new("utilisation.cpu", Dimension.Percent, null, r => r.Utilisation.Cpu),
        new("utilisation.bus", Dimension.Percent, null, r => r.Utilisation.Bus),
        new("utilisation.nvm", Dimension.Percent, null, r => r.Utilisation.Nvm),
    ];

    /// <summary>The metric of a name; null when there is none.</summary>
    public static Metric? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    private static IEnumerable<Metric> Flow(string prefix, Func<VmResult, double> operations, Func<VmResult, double> bytes) =>
    [
        Additive(prefix + "ops", Dimension.Count, (v, _) => operations(v)),
        Additive(prefix + "iops", Dimension.Iops, (v, seconds) => operations(v) / seconds),
        Additive(prefix + "bytes", Dimension.Size, (v, _) => bytes(v)),
        Additive(prefix + "bandwidth", Dimension.Bandwidth, (v, seconds) => bytes(v) / seconds),
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

    private static Metric Additive(string name, Dimension dimension, Func<VmResult, double, double?> ofVm) => new(
        name, dimension, ofVm, run => run.Vms.Aggregate((double?)0, (sum, v) => sum + ofVm(v, run.MeasuredNs / 1e9)));
}
