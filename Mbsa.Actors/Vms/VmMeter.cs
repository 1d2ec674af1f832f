using System.Collections.Immutable;
using HdrHistogram;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Vms;

/// <summary>Measures one VM: keeps its VCPUs' records, knows where the measured part began, and sums up. Used while no core runs.</summary>
internal sealed class VmMeter
{
    private readonly VmSpec _spec;
    private readonly ImmutableArray<ImmutableArray<JobClone>> _dealt;
    private VcpuCounters _before = new();
    private StageTimes _stagesBefore = new();
    private WearCounts? _wearBefore;
    private WearCounts? _wornBefore;
    private DiskState? _frozen;
    private long _activeFromNs;
    private long? _endedNs;

    /// <summary>A meter over a VM's VCPUs and I/O threads; measures from the VM's start until told otherwise.</summary>
    /// <param name="spec">The VM.</param>
    /// <param name="ioThreads">I/O threads of its disk.</param>
    /// <param name="samplePeriodNs">Where what fio reports of jobs is wanted, time between two samples; null where not.</param>
    public VmMeter(VmSpec spec, int ioThreads, long? samplePeriodNs)
    {
        _spec = spec;
        _dealt = VcpuFactory.Deal(spec);
        var jobs = _dealt.Select(clones => clones.Length).Concat(Enumerable.Repeat(0, ioThreads));
        Records = [.. jobs.Select(clones => new VcpuRecord(clones, samplePeriodNs))];
        Counters = [.. Records.Select(r => r.Counters)];
    }

    /// <summary>A record per VCPU.</summary>
    public ImmutableArray<VcpuRecord> Records { get; }

    /// <summary>Their counters.</summary>
    public ImmutableArray<VcpuCounters> Counters { get; }

    /// <summary>The VM starts.</summary>
    public void Start(long nowNs) => _activeFromNs = nowNs;

    /// <summary>The VM has come to its end, or is stopped; what comes after the first time changes nothing.</summary>
    public void End(long nowNs) => _endedNs ??= nowNs;

    /// <summary>What happens from now on is measured.</summary>
    public void Begin(VmDisk? disk, long nowNs)
    {
        _activeFromNs = nowNs;
        _before = VcpuCounters.Sum(Counters);
        _stagesBefore = SumStages();
        (_wearBefore, _wornBefore) = (disk?.CountWear(), null);
        foreach (var record in Records)
        {
            record.Latency.Reset();
            foreach (var job in record.Jobs)
            {
                job.BeginMeasuring(nowNs);
            }
        }
    }

    /// <summary>
    /// The disk is about to go: the VM migrates, or the power fails, and then counts in DRAM go with it and the disk's own are behind.
    /// </summary>
    public void LoseDisk(VmDisk? disk) => _wornBefore = disk is null ? null : Worn(disk);

    /// <summary>The disk is there again: goes on from the counts it came back with.</summary>
    public void RegainDisk(VmDisk? disk) => _wearBefore = disk?.CountWear();

    /// <summary>Writes down what was measured, after <see cref="LoseDisk"/>.</summary>
    public void SaveTo(BinaryWriter to)
    {
        foreach (var record in Records)
        {
            record.SaveTo(to);
        }

        _before.SaveTo(to);
        to.Write(_activeFromNs);
        to.Write(_endedNs ?? long.MaxValue);
        to.Write(_wornBefore is not null);
        _wornBefore?.SaveTo(to);
    }

    /// <summary>Goes on from what one for the same VM had measured, before <see cref="RegainDisk"/>.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        foreach (var record in Records)
        {
            record.RestoreFrom(from);
        }

        _before.RestoreFrom(from);
        _activeFromNs = from.ReadInt64();
        _endedNs = from.ReadInt64() is var endedNs && endedNs == long.MaxValue ? null : endedNs;
        _wornBefore = from.ReadBoolean() ? WearCounts.RestoreFrom(from) : null;
    }

    /// <summary>The disk goes away: keeps what is known of it.</summary>
    public void Freeze(VmDisk? disk) => _frozen ??= disk is null ? DiskState.None : ReadBack(disk);

    /// <summary>Sums up the measured part.</summary>
    public VmResult Collect(VmDisk? disk, VmState state, double? plannedShare, IReadOnlyList<string> problems, long nowNs)
    {
        Freeze(disk);
        var sum = VcpuCounters.Sum(Counters);
        sum.Subtract(_before);
        var diskState = _frozen ?? DiskState.None;
        return new VmResult
        {
            Spec = _spec,
            State = state,
            ActiveNs = Math.Max(0, (_endedNs ?? nowNs) - Math.Max(_activeFromNs, RampedNs())),
            Read = new DirectionResult(sum.ReadOperations, sum.ReadBytes, Latency(r => r.Reads, r => r.ReadTotals)),
            Write = new DirectionResult(sum.WriteOperations, sum.WriteBytes, Latency(r => r.Writes, r => r.WriteTotals)),
            BatchNs = Latency(r => r.Batches, r => r.BatchTotals),
            StorageCpuNs = sum.StorageNs,
            ComputeCpuNs = sum.ComputeNs,
            WaitingNs = sum.WaitingNs,
            PlannedShare = plannedShare,
            BlocksVerified = diskState.BlocksVerified,
            BlocksWrong = diskState.BlocksWrong,
            Quanta = sum.Quanta,
            Wear = diskState.Wear,
            Stages = Stages(),
            Jobs = Jobs(),
            Problems = diskState.FirstWrong is { } wrong ? [.. problems, $"{_spec.Name}: {wrong}"] : [.. problems],
        };
    }

    /// <summary>When the first I/O of its jobs could count, where all have a ramp time; 0 else.</summary>
    private long RampedNs() => _spec.Jobs.Any(job => job.RampNs == 0) ? 0
        : _dealt.SelectMany((clones, vcpu) => clones.Select((clone, i) => Records[vcpu].Jobs[i].StartNs + clone.Job.RampNs)).Min() ?? 0;

    private ImmutableArray<JobResult> Jobs()
    {
        var groups = JobGroups.Of(_spec.Jobs).SelectMany(job => Enumerable.Repeat(job.Group, job.Job.NumJobs)).ToList();
        var clones = _dealt.SelectMany((clones, vcpu) => clones.Select((clone, i) => (clone, Record: Records[vcpu].Jobs[i])));
        return
        [
            .. clones.OrderBy(each => each.clone.Place).Select(each => new JobResult(
                each.clone.Job.Name,
                each.clone.Index,
                groups[each.clone.Place],
                each.Record.StartNs,
                each.Record.EndNs,
                each.Record.Measured)
            {
                Facts = each.Record.Detail?.Facts(),
            }),
        ];
    }

    private DiskState ReadBack(VmDisk disk)
    {
        disk.ReadBack();
        return disk.State(Worn(disk));
    }

    /// <summary>What was written in the measured part, over all mounts.</summary>
    private WearCounts? Worn(VmDisk disk)
    {
        if (disk.CountWear() is not { } now)
        {
            return _wornBefore;
        }

        var worn = _wearBefore is { } before ? now.Since(before) : now;
        return _wornBefore is { } earlier ? worn.Plus(earlier) : worn;
    }

    private StagesResult? Stages()
    {
        if (_spec.Storage?.Path.IsConventional() != true)
        {
            return null;
        }

        var sum = SumStages();
        sum.Subtract(_stagesBefore);
        var means = ImmutableArray.CreateBuilder<double>(StageTimes.Stages);
        foreach (var sumNs in sum.SumNs)
        {
            means.Add(sum.Requests == 0 ? 0 : sumNs / (double)sum.Requests);
        }

        return new StagesResult(sum.Requests, means.MoveToImmutable());
    }

    private StageTimes SumStages()
    {
        var sum = new StageTimes();
        foreach (var record in Records)
        {
            sum.Add(record.Stages);
        }

        return sum;
    }

    private LatencySummary? Latency(Func<LatencyRecorder, LongHistogram> histogram, Func<LatencyRecorder, LatencyTotals> totals)
    {
        var (all, exact) = (LatencyRecorder.Empty(), new LatencyTotals());
        foreach (var record in Records)
        {
            all.Add(histogram(record.Latency));
            exact.Add(totals(record.Latency));
        }

        return all.TotalCount == 0 ? null : new LatencySummary(
            Min: exact.MinNs,
            Mean: exact.SumNs / (double)all.TotalCount,
            P50: Percentile(50),
            P95: Percentile(95),
            P99: Percentile(99),
            P999: Percentile(99.9),
            Max: exact.MaxNs,
            Samples: all.TotalCount);

        // A bucket may end above the longest or below the shortest of all.
        long Percentile(double percent) => Math.Clamp(all.GetValueAtPercentile(percent), exact.MinNs, exact.MaxNs);
    }
}
