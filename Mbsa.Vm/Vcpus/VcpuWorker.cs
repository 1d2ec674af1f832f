using Mbsa.Nvm.Timing;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU: runs its jobs one quantum at a time, on whatever core it is granted. The guest's own scheduler is a round robin over the jobs of
/// the VCPU, one quantum each. The two clocks have a worker each, <see cref="VirtualVcpu"/> and <see cref="WallVcpu"/>, where an I/O is done when it
/// is submitted; where it goes through a virtqueue both have <see cref="VirtioVcpu"/>.
/// </summary>
public abstract class VcpuWorker : IQuantumWorker
{
    private readonly RunningJob[] _jobs;
    private readonly BlockStorage? _storage;
    private int _lastJob;
    private bool _failNext;

    /// <summary>A VCPU that is ready to run.</summary>
    /// <param name="record">Where it counts. It outlives the worker, so that a VCPU that is restarted goes on counting.</param>
    /// <param name="jobs">Its jobs.</param>
    /// <param name="storage">Its view of the VM's disk, disposed with it; null without one.</param>
    /// <param name="nowNs">The scenario's clock now.</param>
    protected VcpuWorker(VcpuRecord record, IReadOnlyList<RunningJob> jobs, BlockStorage? storage, long nowNs)
    {
        Record = record;
        _jobs = [.. jobs];
        _storage = storage;
        _lastJob = _jobs.Length - 1;
        ReadySinceNs = nowNs;
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

    /// <inheritdoc/>
    public virtual Doorbell? Doorbell => null;

    /// <summary>Makes the next quantum throw, as a bug in a guest would.</summary>
    public void FailNextQuantum() => Volatile.Write(ref _failNext, true);

    /// <inheritdoc/>
    public virtual WorkVector Execute(long startNs, long budgetNs)
    {
        ThrowIfFaulty();
        Counters.WaitingNs += Math.Max(0, startNs - ReadySinceNs);
        Counters.Quanta++;
        Current = NextJob(startNs);
        if (Current is not { } job)
        {
            return default;
        }

        budgetNs = Math.Min(budgetNs, job.EndsAtNs - startNs);
        return job.Source is null ? Compute(job, startNs, job.ComputeBudgetNs(budgetNs)) : RunJob(job, startNs, budgetNs);
    }

    /// <inheritdoc/>
    public virtual QuantumOutcome Complete(long endNs)
    {
        var operations = Current is { } job ? CountQuantum(job, endNs) : 0;
        var wakeAtNs = long.MaxValue;
        foreach (var each in _jobs)
        {
            if (!each.IsFinished(endNs))
            {
                // Whose runtime ends in its sleep wakes for that: it would keep the VCPU from its end.
                wakeAtNs = Math.Min(wakeAtNs, Math.Max(endNs, Math.Min(each.NotBeforeNs, each.EndsAtNs)));
            }
        }

        if (wakeAtNs == long.MaxValue)
        {
            return new QuantumOutcome(AfterQuantum.Finished, 0, operations);
        }

        ReadySinceNs = wakeAtNs;
        return new QuantumOutcome(wakeAtNs > endNs ? AfterQuantum.Sleeping : AfterQuantum.Ready, wakeAtNs, operations);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _storage?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Throws when a fault was injected.</summary>
    protected void ThrowIfFaulty()
    {
        if (Volatile.Read(ref _failNext))
        {
            throw new InjectedFaultException();
        }
    }

    /// <summary>What the disk's wear policy did on this VCPU's time since this was last asked.</summary>
    protected WearWork TakeWearWork() => _storage?.TakeWearWork() ?? default;

    /// <summary>Runs I/Os of a job until the budget is used or the job must pause.</summary>
    protected abstract WorkVector RunJob(RunningJob job, long startNs, long budgetNs);

    /// <summary>Computes for a while.</summary>
    protected abstract WorkVector Compute(RunningJob hog, long startNs, double budgetNs);

    /// <summary>Counts the quantum that ended.</summary>
    /// <returns>I/Os completed in it.</returns>
    protected abstract long CountQuantum(RunningJob job, long endNs);

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

    /// <summary>Whether a job can go on now.</summary>
    protected virtual bool MayRun(RunningJob job, long nowNs) => job.NotBeforeNs <= nowNs && !job.IsFinished(nowNs);

    /// <summary>The job whose turn it is; null when none can go on.</summary>
    protected RunningJob? NextJob(long nowNs)
    {
        for (var step = 1; step <= _jobs.Length; step++)
        {
            var index = (_lastJob + step) % _jobs.Length;
            if (MayRun(_jobs[index], nowNs))
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
