using System.Collections.Immutable;
using Mbsa.Cores.Queue;
using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Board;

/// <summary>One VM on the board: written by whoever decides about it, read by anybody.</summary>
internal sealed class LiveVm(string name)
{
    private ImmutableArray<VcpuRecord> _vcpus = [];
    private volatile VmState _state = VmState.Waiting;
    private volatile Func<DiskWear?>? _wear;
    private volatile Share? _plannedShare;
    private double _coresNs;
    private double _busNs;
    private double _nvmNs;
    private long _throttledNs;
    private long _misses;
    private long _observedNs;

    public string Name => name;

    public VmState State
    {
        get => _state;
        set => _state = value;
    }

    public ImmutableArray<VcpuRecord> Vcpus
    {
        get => _vcpus;
        set => ImmutableInterlocked.InterlockedExchange(ref _vcpus, value);
    }

    public Func<DiskWear?>? Wear
    {
        get => _wear;
        set => _wear = value;
    }

    public double? PlannedShare
    {
        get => _plannedShare?.Value;
        set => _plannedShare = value is { } share ? new Share(share) : null;
    }

    public long Operations => Vcpus.Sum(vcpu => vcpu.Counters.ReadOperations + vcpu.Counters.WriteOperations);

    /// <summary>Written by one thread, read by any: what is read of it can be a moment apart.</summary>
    public void ShowUse(in UsageCounts counts, int misses, long nowNs)
    {
        Volatile.Write(ref _coresNs, counts.UseSoFar.CoresNs);
        Volatile.Write(ref _busNs, counts.UseSoFar.BusNs);
        Volatile.Write(ref _nvmNs, counts.UseSoFar.NvmNs);
        Volatile.Write(ref _throttledNs, counts.ThrottledNs);
        Volatile.Write(ref _misses, misses);
        Volatile.Write(ref _observedNs, nowNs);
    }

    public VmSample Snapshot()
    {
        var vcpus = Vcpus;
        var sum = VcpuCounters.Sum(vcpus.Select(vcpu => vcpu.Counters));
        return new VmSample
        {
            Name = name,
            State = State,
            ReadOperations = sum.ReadOperations,
            WriteOperations = sum.WriteOperations,
            ReadBytes = sum.ReadBytes,
            WriteBytes = sum.WriteBytes,
            StorageCpuNs = sum.StorageNs,
            ComputeCpuNs = sum.ComputeNs,
            WaitingNs = sum.WaitingNs,
            Quanta = sum.Quanta,
            ObservedNs = Volatile.Read(ref _observedNs),
            CoresUsedNs = Volatile.Read(ref _coresNs),
            BusUsedNs = Volatile.Read(ref _busNs),
            NvmUsedNs = Volatile.Read(ref _nvmNs),
            ThrottledNs = Volatile.Read(ref _throttledNs),
            ReservationMisses = Volatile.Read(ref _misses),
            PlannedShare = PlannedShare,
            ReadLatency = sum.ReadOperations > 0 ? Latency(vcpus, vcpu => vcpu.Latency.LiveReads) : null,
            WriteLatency = sum.WriteOperations > 0 ? Latency(vcpus, vcpu => vcpu.Latency.LiveWrites) : null,
        };
    }

    private static LatencyBatch Latency(ImmutableArray<VcpuRecord> vcpus, Func<VcpuRecord, LatencyCounts> direction)
    {
        Span<long> counts = stackalloc long[LatencyBuckets.Count];
        var sumNs = 0L;
        foreach (var vcpu in vcpus)
        {
            sumNs += direction(vcpu).AddTo(counts);
        }

        return LatencyBatch.FromCounts(counts, sumNs);
    }

    private sealed record Share(double Value);
}
