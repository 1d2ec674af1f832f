using System.Collections.Immutable;
using Mbsa.Cores.Policies;
using Mbsa.Host.Figures;
using Mbsa.Host.Report;
using Mbsa.Host.Watching;
using Mbsa.Host.Wording;
using Mbsa.Metrics;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Page;

/// <summary>Makes what the page shows out of a scenario and how its run stands. Pure: same input, same data.</summary>
internal static class PageView
{
    /// <summary>A figure of a disk asks nothing of its VM.</summary>
    private static readonly VmSample _none = new() { Name = "", State = VmState.Running };
    private static readonly (Figure Figure, FigureColumn Column)[] _ofDisks = [.. Catalogue.LiveWear];

    public static PageScenario Scenario(ScenarioSpec scenario)
    {
        var hosts = scenario.AllHosts.Hosts;
        return new PageScenario
        {
            Name = scenario.Name,
            Description = scenario.Description,
            Seed = scenario.Seed,
            Clock = Words.Of(scenario.Clock),
            Policy = HostWords.Policies(scenario),
            PolicyDescription = string.Join(" ", QosPolicies.All.Where(policy =>
                hosts.Any(host => host.Host.Policy == policy.Name)).Select(policy => policy.Description)),
            Machine = HostWords.Machines(scenario),
            Device = HostWords.Devices(scenario),
            Cores = hosts.Sum(host => host.Host.Machine.Cores),
            Quantum = HostWords.Quanta(scenario),
            WarmupNs = scenario.WarmupNs,
            DurationNs = scenario.DurationNs,
            NvmSizeBytes = hosts.Sum(host => host.Host.NvmSizeBytes),
            EnduranceWrites = PageJson.Figure(hosts.Min(host => host.Host.Device.EnduranceWrites)),
            Vms = [.. scenario.Vms.Select(vm => new PageVm(
                vm.Name,
                vm.Vcpus,
                vm.Storage is { } storage ? KnownNames.NameOf(storage.Path) : null,
                vm.Qos.Weight,
                Readable.Promise(vm.Qos.Reservation),
                Readable.Promise(vm.Qos.Limit)))],
            Hosts = scenario.Cluster is null ? null : [.. hosts.Select(Host)],
        };
    }

    private static PageHost Host(ClusterHostSpec host) => new(
        host.Name, host.Host.Machine.Name, host.Host.Policy, Readable.Length(host.Host.QuantumNs), host.Host.Machine.Cores,
        host.Host.NvmSizeBytes);

    /// <summary>How the run stands.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="earlier">The snapshot before: rates are from there; null for the start of the run.</param>
    /// <param name="now">The snapshot now; when the clock stands where it stood, all rates are 0.</param>
    /// <param name="progress">What a snapshot does not know.</param>
    public static PageFrame Frame(ScenarioSpec scenario, LiveSnapshot? earlier, LiveSnapshot now, PageProgress progress)
    {
        var rows = LiveRates.Between(scenario, earlier, now);
        var use = HostUse.Between(scenario, earlier, now);
        double[] bytes =
            [.. scenario.Vms.Zip(now.Vms).Where(pair => RunFigures.DoesIo(pair.First)).Select(pair => (double)pair.Second.Bytes)];
        return new PageFrame
        {
            ClockNs = now.ClockNs,
            EndNs = now.EndNs,
            Measuring = now.Measuring,
            Ended = progress.Ended,
            ElapsedSeconds = Math.Round(progress.Elapsed.TotalSeconds, 2),
            Use = new PageUse(PageJson.Short(use.Cpu), PageJson.Short(use.Bus), PageJson.Short(use.Nvm)),
            Jain = bytes.Length < 2 ? null : PageJson.Short(Fairness.JainIndex(bytes)),
            AllocatedBytes = now.NvmAllocatedBytes,
            Points = progress.Points,
            NextEvent = progress.NextEvent,
            Vms = new PageVms
            {
                State = [.. now.Vms.Select(vm => vm.State.Word())],
                Iops = [.. rows.Select(row => PageJson.Short(row.ReadIops + row.WriteIops))],
                Bandwidth = [.. rows.Select(row => PageJson.Short(row.BandwidthBytesPerSecond))],
                Share = [.. now.Vms.Select((vm, i) => PageJson.Short(vm.ShareSince(earlier?.Vms[i]) ?? 0))],
                Planned = [.. now.Vms.Select(vm => vm.PlannedShare is { } share ? PageJson.Figure(share) : null)],
                Waiting = [.. rows.Select(row => PageJson.Short(Math.Min(1, row.Waiting)))],
                Read = [.. now.Vms.Select((vm, i) => Percentiles(LatencyBatch.Since(vm.ReadLatency, earlier?.Vms[i].ReadLatency)))],
                Write = [.. now.Vms.Select((vm, i) => Percentiles(LatencyBatch.Since(vm.WriteLatency, earlier?.Vms[i].WriteLatency)))],
            },
            Cluster = now.Cluster is { } cluster ? Cluster(cluster, HostUse.OfEach(scenario, earlier, now), now) : null,
        };
    }

    /// <summary>A part of the time series.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="points">The series.</param>
    /// <param name="from">The first point wanted.</param>
    /// <param name="names">The VMs wanted; others than the scenario's are passed over.</param>
    public static PageSeries Series(ScenarioSpec scenario, ImmutableList<SeriesPoint> points, int from, IReadOnlyCollection<string> names)
    {
        from = Math.Clamp(from, 0, points.Count);
        SeriesPoint[] part = [.. points.Skip(from)];
        var uses = part.Select(point => HostUse.Of(scenario, point)).ToArray();
        return new PageSeries(
            from,
            [.. part.Select(point => Math.Round(point.EndNs / 1e9, 6))],
            [.. uses.Select(use => PageJson.Short(use.Cpu))],
            [.. uses.Select(use => PageJson.Short(use.Bus))],
            [.. uses.Select(use => PageJson.Short(use.Nvm))],
            [.. scenario.Vms.Select((vm, index) => (vm.Name, index)).Where(vm => names.Contains(vm.Name))
                .Select(vm => VmSeries(vm.Name, vm.index, part))]);
    }

    /// <summary>The device and the wear of its disks.</summary>
    public static PageWear Wear(DeviceWear wear)
    {
        string[] vms = [.. wear.Cells.Select(cell => cell.Vm).OfType<string>().Distinct()];
        var places = vms.Select((name, place) => (name, place)).ToDictionary(vm => vm.name, vm => vm.place);
        return new PageWear(
            vms,
            wear.Devices,
            [.. wear.Cells.Select(cell => cell.Vm is { } vm ? places[vm] : cell.IsMetadata ? -2 : -1)],
            [.. wear.Cells.Select(cell => (long)cell.Worst)],
            ["Disk", .. _ofDisks.Select(column => column.Column.Head)],
            [.. wear.Disks.OrderByDescending(disk => disk.Value.Worst).ThenBy(disk => disk.Key, StringComparer.Ordinal)
                .Select(disk => (string[])[disk.Key, .. _ofDisks.Select(column => Cell(column.Figure, disk.Value))])]);
    }

    private static string Cell(Figure figure, WearSample disk) => figure.Live!(_none, disk) is { } value ? figure.Print(value) : "–";

    /// <summary>Entries of the journal.</summary>
    public static IReadOnlyList<PageEvent> Events(IEnumerable<RunEvent> entries) =>
        [.. entries.Select(entry => new PageEvent(entry.Number, entry.ClockNs, KindOf(entry), entry.Text))];

    private static PageCluster Cluster(LiveCluster cluster, ImmutableArray<HostUtilisation> uses, LiveSnapshot now) => new()
    {
        State = [.. cluster.Hosts.Select(host => ClusterText.StateOf(host.IsUp))],
        Cpu = [.. uses.Select(use => PageJson.Short(use.Cpu))],
        Bus = [.. uses.Select(use => PageJson.Short(use.Bus))],
        Nvm = [.. uses.Select(use => PageJson.Short(use.Nvm))],
        AllocatedBytes = [.. cluster.Hosts.Select(host => host.NvmAllocatedBytes)],
        Vms = [.. cluster.Hosts.Select((_, index) => RunningOn(index, cluster, now))],
        HostOfVm = cluster.HostOfVm,
        MigrationsDone = cluster.MigrationsDone,
        MigrationsCancelled = cluster.MigrationsCancelled,
        MigrationsUnderWay = cluster.MigrationsUnderWay,
        MigratedBytes = cluster.MigratedBytes,
        DowntimeNs = cluster.DowntimeNs,
        HostLosses = cluster.HostLosses,
    };

    private static int RunningOn(int host, LiveCluster cluster, LiveSnapshot now) =>
        cluster.HostOfVm.Zip(now.Vms).Count(pair => pair.First == host && pair.Second.State == VmState.Running);

    private static string KindOf(RunEvent entry) => entry switch
    {
        { State: VmState.Failed } => "problem",
        { Kind: RunEventKind.VmState } => "vm",
        { Kind: RunEventKind.Plan } => "plan",
        { Kind: RunEventKind.Refusal } => "refusal",
        { Kind: RunEventKind.Cluster } => "cluster",
        _ => "problem",
    };

    private static PagePercentiles? Percentiles(LatencyBatch? latencies) =>
        latencies is null ? null : new(PageJson.Short(latencies.Quantile(0.5)), PageJson.Short(latencies.Quantile(0.99)));

    private static PageVmSeries VmSeries(string name, int index, SeriesPoint[] points) => new(
        name,
        [.. points.Select(point => PageJson.Figure(point.Vms[index].Share))],
        [.. points.Select(point => PageJson.Figure(point.Vms[index].PlannedShare))],
        [.. points.Select(point => PageJson.Figure(BytesPerSecond(point, index)))],
        [.. points.Select(point => PageJson.Figure(point.Vms[index].P99Ns))]);

    private static double BytesPerSecond(SeriesPoint point, int vm) =>
        (point.Vms[vm].ReadBytes + point.Vms[vm].WriteBytes) * 1e9 / (point.EndNs - point.StartNs);
}

/// <summary>What a snapshot does not know of a run.</summary>
/// <param name="Ended">It is over.</param>
/// <param name="Elapsed">Real time since its start.</param>
/// <param name="Points">Points of its time series.</param>
/// <param name="NextEvent">Number of the next entry of its journal.</param>
internal readonly record struct PageProgress(bool Ended, TimeSpan Elapsed, int Points, long NextEvent);
