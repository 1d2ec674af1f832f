using System.Globalization;
using System.Text.Json.Nodes;
using Mbsa.Cores.Policies;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// The figure that the paper did not have:
/// it ends where storage has become CPU work, so that a VM's storage is as fast as the processor's load lets it be.
/// A VM that reads and writes at random places is promised 40 % of the paper's machine; VMs that only compute are added one by one.
/// </summary>
internal static class FutureFigure
{
    private const int MaxHogs = 8;
    private const int Vcpus = 4;
    private const double Reserved = 0.4;
    private const double Kept = 0.99;
    private const long DiskBytes = 256L << 20;
    private const long DurationNs = 300_000_000;
    private const long WarmupNs = 100_000_000;

    private static readonly string[] _colours = ["#7f7f7f", "#8c564b", "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"];

    /// <summary>Runs all of it.</summary>
    public static async Task<FigureResult> MakeAsync(FigureRequest request)
    {
        var ways = Ways().ToList();
        var progress = new FigureProgress(request.Progress, request.Time, "future", ways.Count * (MaxHogs + 1));
        List<Line> lines = [];
        foreach (var (name, policy, path) in ways)
        {
            List<VmResult> points = [];
            for (var hogs = 0; hogs <= MaxHogs; hogs++)
            {
                var result = await request.Start(Scenario(policy, path, hogs)).Completion.ConfigureAwait(false);
                points.Add(result.Vms[0]);
                progress.Add(1);
            }

            lines.Add(new Line(name, policy, path, points));
        }

        return new FigureResult
        {
            Title = "The future: storage beside VMs that compute, with and without QoS",
            Notes =
            [
                $"A VM of {Vcpus} VCPUs, randrw 70/30 in 4 KiB, is promised {Reserved:P0} of the paper's machine of 4 cores; "
                + $"each hog computes on {Vcpus} VCPUs.",
                "The paper names this as future work (section 6) and has no numbers. "
                + "Policies keep what they can of the promise; docs/QOS.md has what each is.",
            ],
            Tables =
            [
                Table("Bandwidth of the VM, MB/s, by number of hogs", lines, Megabytes),
                Table("Its p99, microseconds", lines, vm => P99Us(vm).ToString("0.0", CultureInfo.InvariantCulture)),
                Table("Its share of the host, %", lines, vm => (vm.DominantShare(DurationNs) * 100)
                    .ToString("0.0", CultureInfo.InvariantCulture)),
            ],
            Bars = [.. Bars(lines)],
            Chart = new SvgChart(
                "Storage beside VMs that compute", "VMs that compute", "MB/s",
                [.. Enumerable.Range(0, MaxHogs + 1).Select(hogs => ((double)hogs, hogs.ToString(CultureInfo.InvariantCulture)))],
                [.. lines.Select((line, i) => new ChartSeries(line.Name, _colours[i],
                    [.. line.Points.Select((vm, hogs) => ((double)hogs, BytesPerSecond(vm) / 1e6))], HasMarkers: true))]),
            Json = new JsonObject { ["lines"] = new JsonArray([.. lines.Select(line => (JsonNode)Json(line))]) },
        };
    }

    /// <summary>Each policy over the memory bus, and the conventional stack without and with ours.</summary>
    private static IEnumerable<(string Name, string Policy, IoPath Path)> Ways()
    {
        foreach (var policy in KnownNames.Policies)
        {
            yield return ($"memory-bus, {policy}", policy, IoPath.MemoryBus);
        }

        yield return ("vhost-bio, none", "none", IoPath.VhostBio);
        yield return ($"vhost-bio, {QosPolicies.Default}", QosPolicies.Default, IoPath.VhostBio);
    }

    private static IEnumerable<Bar> Bars(List<Line> lines)
    {
        var ours = lines.First(line => line is { Policy: QosPolicies.Default, Path: IoPath.MemoryBus });
        var none = lines.First(line => line is { Policy: "none", Path: IoPath.MemoryBus });
        yield return new Bar($"{ours.Name}: least of the promised share, any number of hogs",
            IsMax: false, Kept, ours.Points.Min(vm => vm.DominantShare(DurationNs)) / Reserved);
        yield return new Bar($"{none.Name}: what {MaxHogs} hogs leave of the promised share",
            IsMax: true, 0.5, none.Points[MaxHogs].DominantShare(DurationNs) / Reserved);
        yield return new Bar(
            $"{ours.Name} over {none.Name}: bandwidth beside {MaxHogs} hogs", IsMax: false, 2,
            BytesPerSecond(ours.Points[MaxHogs]) / BytesPerSecond(none.Points[MaxHogs]), Unit: "");
    }

    private static ScenarioSpec Scenario(string policy, IoPath path, int hogs)
    {
        var storage = new StorageSpec(path, DiskBytes);
        var vm = new VmSpec
        {
            Name = "storage",
            Vcpus = Vcpus,
            Storage = storage,
            Qos = new QosSpec { Reservation = new Promise(PromiseUnit.Share, Reserved) },
            Jobs =
            [
                new JobSpec
                {
                    Name = "storage", Pattern = IoPattern.RandReadWrite, ReadPercent = 70, NumJobs = Vcpus, TimeBased = true,
                    Engine = path == IoPath.MemoryBus ? IoEngine.Synchronous : IoEngine.Asynchronous,
                    IoDepth = path == IoPath.MemoryBus ? 1 : 8,
                },
            ],
        };
        return new ScenarioSpec
        {
            Name = "future",
            DurationNs = DurationNs,
            WarmupNs = WarmupNs,
            Host = PaperHost.For([vm]) with { Policy = policy },
            Vms =
            [
                vm,
                .. Enumerable.Range(1, hogs).Select(i => new VmSpec
                {
                    Name = $"hog-{i}",
                    Vcpus = Vcpus,
                    Jobs = [new JobSpec { Name = $"hog-{i}", Pattern = IoPattern.Compute, NumJobs = Vcpus }],
                }),
            ],
        };
    }

    private static FigureTable Table(string title, List<Line> lines, Func<VmResult, string> cell)
    {
        var table = FigureTable.WithColumns(title, 1,
            ["path, policy", .. Enumerable.Range(0, MaxHogs + 1).Select(hogs => hogs.ToString(CultureInfo.InvariantCulture))]);
        foreach (var line in lines)
        {
            table.Add([line.Name, .. line.Points.Select(cell)]);
        }

        return table;
    }

    private static JsonObject Json(Line line) => new()
    {
        ["path"] = KnownNames.NameOf(line.Path),
        ["policy"] = line.Policy,
        ["by_hogs"] = new JsonArray([.. line.Points.Select(vm => (JsonNode)new JsonObject
        {
            ["bandwidth_bytes_per_second"] = BytesPerSecond(vm),
            ["p99_ns"] = Math.Max(vm.Read.LatencyNs?.P99 ?? 0, vm.Write.LatencyNs?.P99 ?? 0),
            ["share"] = vm.DominantShare(DurationNs),
        })]),
    };

    private static double BytesPerSecond(VmResult vm) => (vm.Read.Bytes + vm.Write.Bytes) * 1e9 / DurationNs;

    private static string Megabytes(VmResult vm) => (BytesPerSecond(vm) / 1e6).ToString("0", CultureInfo.InvariantCulture);

    private static double P99Us(VmResult vm) => Math.Max(vm.Read.LatencyNs?.P99 ?? 0, vm.Write.LatencyNs?.P99 ?? 0) / 1e3;

    /// <summary>One way to run it.</summary>
    /// <param name="Name">For people.</param>
    /// <param name="Policy">The QoS policy.</param>
    /// <param name="Path">How the VM's I/O reaches the NVM.</param>
    /// <param name="Points">The VM's result, by number of hogs from 0.</param>
    private sealed record Line(string Name, string Policy, IoPath Path, IReadOnlyList<VmResult> Points);
}
