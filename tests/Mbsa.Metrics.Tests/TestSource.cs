using System.Collections.Immutable;
using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Metrics.Tests;

/// <summary>A source whose sample the test sets, and which counts how often it is asked.</summary>
internal sealed class TestSource(params ImmutableArray<HostSample> hosts) : IMetricsSource
{
    private RunSample _sample = new(hosts);

    /// <summary>The hosts of the sample.</summary>
    public ImmutableArray<HostSample> Current
    {
        get => _sample.Hosts;
        set => _sample = _sample with { Hosts = value };
    }

    /// <summary>What happened between them; null when there is one.</summary>
    public ClusterSample? Cluster
    {
        get => _sample.Cluster;
        set => _sample = _sample with { Cluster = value };
    }

    public Exception? Failure { get; set; }

    public int Asked { get; private set; }

    public RunSample Sample()
    {
        Asked++;
        return Failure is null ? _sample : throw Failure;
    }

    /// <summary>Instruments of VMs and their disks, of each kind.</summary>
    public static IReadOnlyList<VmInstrument> Instruments { get; } =
    [
        new("mbsa.cpu.waiting_time", "s", "Time waited.", (vm, _) => vm.WaitingNs / 1e9) { IsCounter = true },
        new("mbsa.cpu.throttled_time", "s", "Time throttled.", (vm, _) => vm.ThrottledNs / 1e9) { IsCounter = true },
        new("mbsa.reservation.misses", "{miss}", "Misses.", (vm, _) => vm.ReservationMisses) { IsCounter = true, IsWhole = true },
        new("mbsa.wear.block_writes", "{write}", "Writes of blocks.", (_, disk) => disk?.BlockWrites) { IsCounter = true, IsWhole = true },
        new("mbsa.wear.extra_writes", "{write}", "Writes that were added.", (_, disk) => disk?.ExtraWrites) { IsCounter = true,
            IsWhole = true },
        new("mbsa.wear.worst.writes", "{write}", "Writes of the worst block.", (_, disk) => disk?.Worst) { IsWhole = true },
        new("mbsa.wear.mean.writes", "{write}", "Writes of a block.", (_, disk) => disk?.Mean),
        new("mbsa.wear.worst.ratio", "1", "Life used.", (_, disk) => disk?.WorstRatio),
    ];

    public static HostSample Host(string name, params ImmutableArray<VmSample> vms) => new()
    {
        Host = name,
        ClockSeconds = 1.5,
        Vms = vms,
        Wear = vms.ToImmutableDictionary(vm => vm.Name, vm => new WearSample(vm.WriteOperations + 4, 4, 9, 2.5, 9e-6)),
        CpuUtilisation = 0.75,
        BusUtilisation = 0.5,
        NvmUtilisation = 0.25,
        NvmAllocatedBytes = 4096,
        NvmSizeBytes = 8L << 30,
        JainIndex = 0.99,
        AdmissionRefusals = 2,
        Plans = 5,
        SchedulerOverheadSeconds = 0.5,
    };

    /// <summary>A value of its own for everything that happens between hosts.</summary>
    public static ClusterSample Between() => new()
    {
        MigrationsDone = 11,
        MigrationsCancelled = 2,
        MigrationsUnderWay = 3,
        MigratedBytes = 5 << 20,
        DowntimeSeconds = 0.375,
        HostLosses = 4,
    };

    /// <summary>A VM with a value of its own in every field, all multiples of a factor.</summary>
    public static VmSample Vm(string name, long times = 1) => new()
    {
        Name = name,
        State = VmState.Running,
        ReadOperations = 10 * times,
        WriteOperations = 20 * times,
        ReadBytes = 40_960 * times,
        WriteBytes = 81_920 * times,
        StorageCpuNs = 125_000_000 * times,
        ComputeCpuNs = 250_000_000 * times,
        WaitingNs = 62_500_000 * times,
        ThrottledNs = 31_250_000 * times,
        Quanta = 7 * times,
        PlannedShare = 0.3,
        AchievedShare = 0.29,
        ReservationMisses = 3 * times,
        ReadLatency = Latency(4_200, 10 * times),
        WriteLatency = Latency(12_345, 20 * times),
    };

    public static LatencyBatch Latency(long latencyNs, long count)
    {
        long[] counts = new long[LatencyBuckets.Count];
        counts[LatencyBuckets.IndexOf(latencyNs)] = count;
        return LatencyBatch.FromCounts(counts, latencyNs * count);
    }
}
