using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU: runs its jobs one quantum at a time, on whatever core it is granted. The guest's own scheduler is a round robin over the jobs of
/// the VCPU, one quantum each. Where an I/O is done when it is submitted it is a <see cref="DirectVcpu"/>,
/// where it goes through a virtqueue a <see cref="VirtioVcpu"/>.
/// </summary>
public abstract class VcpuWorker : IQuantumWorker
{
    private readonly RunningJob[] _jobs;
    private readonly JobOrder? _order;
    private int _lastJob;
    private bool _failNext;

    /// <summary>A VCPU that is ready to run.</summary>
    /// <param name="record">Where it counts. It outlives the worker, so that a VCPU that is restarted goes on counting.</param>
    /// <param name="jobs">Its jobs.</param>
    /// <param name="nowNs">The scenario's clock now.</param>
    protected VcpuWorker(VcpuRecord record, IReadOnlyList<RunningJob> jobs, long nowNs)
    {
        Record = record;
        _jobs = [.. jobs];
        _lastJob = _jobs.Length - 1;
        ReadySinceNs = nowNs;
        _order = _jobs.FirstOrDefault()?.Turn?.Order;
        foreach (var job in _jobs)
        {
            job.Turn?.WakeBy(ringNs => Doorbell?.Ring(ringNs));
        }
    }

    /// <summary>Where it counts.</summary>
    public VcpuRecord Record { get; }

    /// <summary>What it did so far.</summary>
    protected VcpuCounters Counters => Record.Counters;

    /// <summary>How long its I/Os took.</summary>
    protected LatencyRecorder Latency => Record.Latency;

    /// <summary>Since when it has been ready to run: the end of its last quantum, or the end of its sleep.</summary>
    protected long ReadySinceNs { get; set; }

    /// <summary>The job of the current quantum; null when its turn came just as its runtime ended.</summary>
    protected RunningJob? Current { get; set; }

    /// <summary>Its jobs.</summary>
    protected ReadOnlySpan<RunningJob> Jobs => _jobs;

    /// <summary>Whether jobs of its VM wait for others, or end with others.</summary>
    protected bool IsOrdered => _order is not null;

    /// <inheritdoc/>
    public virtual Doorbell? Doorbell => null;

    /// <inheritdoc/>
    /// <remarks>Who may be woken by others comes ready, to look whether somebody did.</remarks>
    public long ReadyFromNs => IsOrdered ? long.MinValue : ReadySinceNs;

    /// <summary>Makes the next quantum throw, as a bug in a guest would.</summary>
    public void FailNextQuantum() => Volatile.Write(ref _failNext, true);

    /// <inheritdoc/>
    public abstract WorkVector Execute(long startNs, long budgetNs);

    /// <inheritdoc/>
    public abstract QuantumOutcome Complete(long endNs, Passage passage);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Throws when a fault was injected.</summary>
    protected void ThrowIfFaulty()
    {
        if (Volatile.Read(ref _failNext))
        {
            throw new InjectedFaultException();
        }
    }

    /// <summary>Counts an I/O of a job that is complete, unless it is one of its ramp time.</summary>
    protected void Count(RunningJob job, in IoOperation operation)
    {
        if (!Latency.IsMuted)
        {
            Counters.Count(operation.IsWrite, 1, operation.LengthBytes);
            job.Record.Count(operation.IsWrite, 1, operation.LengthBytes);
        }
    }

    /// <summary>
    /// For the job's own report, if somebody asked for it: the core was held for the job whose turn it is. What a guest does while it is
    /// nobody's is its only job's, if it has one only; interrupts for others come also when that has ended.
    /// </summary>
    protected void HoldForJob(long startNs, long endNs, long heldNs, bool isSystem)
    {
        var job = Current ?? (_jobs.Length == 1 ? _jobs[0] : null);
        if (job is { Record.Detail: { } detail } && job.HasBegun && job.Counts(endNs) && !job.IsFinished(startNs))
        {
            detail.Hold(heldNs, isSystem);
        }
    }

    /// <summary>Tells the job of its end, and counts the batch that ended with it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="endNs">When the quantum ended.</param>
    /// <param name="computedNs">Nominal core time computed in it; 0 for I/O.</param>
    protected void EndQuantum(RunningJob job, long endNs, double computedNs)
    {
        if (job.EndQuantum(endNs, computedNs) is { } batchNs)
        {
            Latency.RecordBatch(batchNs);
        }
    }

    /// <summary>Before a quantum: jobs whose turn has come begin.</summary>
    protected void BeginJobs(long nowNs)
    {
        foreach (var job in _jobs)
        {
            job.BeginIfLetGo(nowNs);
            if (job.HasBegun && job.StartNs <= nowNs)
            {
                job.Record.Start(job.StartNs);
            }
        }
    }

    /// <summary>After a quantum: takes note of jobs that ended, and lets those begin that waited for them.</summary>
    protected void EndJobs(long nowNs)
    {
        foreach (var job in _jobs)
        {
            if (job.IsOver(nowNs) && job.Record.EndNs is null)
            {
                job.Record.End(nowNs);
                job.Turn?.End(nowNs);
            }
        }

        if (_order is not null)
        {
            _order.Settle(nowNs);
            BeginJobs(nowNs);
        }
    }

    /// <summary>Writes down whose turn it is and where each job stands, between two quanta.</summary>
    private protected void SaveJobsTo(BinaryWriter to)
    {
        to.Write(_lastJob);
        to.Write(ReadySinceNs);
        to.Write(Volatile.Read(ref _failNext));
        _order?.SaveTo(to);
        foreach (var job in _jobs)
        {
            job.SaveTo(to);
        }
    }

    /// <summary>Goes on where one with the same jobs stood.</summary>
    private protected void RestoreJobsFrom(BinaryReader from)
    {
        _lastJob = from.ReadInt32();
        ReadySinceNs = from.ReadInt64();
        Volatile.Write(ref _failNext, from.ReadBoolean());
        _order?.RestoreFrom(from);
        foreach (var job in _jobs)
        {
            job.RestoreFrom(from);
        }
    }

    /// <summary>The job that has these requests; null when it is another VCPU's.</summary>
    private protected QueuedJob? JobOf(FrontEndJob requests)
    {
        foreach (var job in _jobs)
        {
            if (job is QueuedJob queued && queued.Requests == requests)
            {
                return queued;
            }
        }

        return null;
    }

    /// <summary>The job whose turn it is; null when none can go on.</summary>
    protected RunningJob? NextJob(long nowNs)
    {
        for (var step = 1; step <= _jobs.Length; step++)
        {
            var index = (_lastJob + step) % _jobs.Length;
            if (_jobs[index].MayRun(nowNs))
            {
                _lastJob = index;
                return _jobs[index];
            }
        }

        return null;
    }
}

/// <summary>A fault that a scenario asked for.</summary>
public sealed class InjectedFaultException() : Exception("a fault was injected by the scenario");
