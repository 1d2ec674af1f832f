using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU whose I/O is done when it is submitted: on the memory bus, or on the host. The two clocks have a worker each:
/// <see cref="VirtualVcpu"/> and <see cref="WallVcpu"/>.
/// </summary>
/// <param name="record">Where it counts. It outlives the worker, so that a VCPU that is restarted goes on counting.</param>
/// <param name="jobs">Its jobs.</param>
/// <param name="storage">Its view of the VM's disk, disposed with it; null without one.</param>
/// <param name="nowNs">The scenario's clock now.</param>
public abstract class DirectVcpu(VcpuRecord record, IReadOnlyList<RunningJob> jobs, BlockStorage? storage, long nowNs)
    : VcpuWorker(record, jobs, nowNs)
{
    private Doorbell? _doorbell;
    private WakeUp _wake;

    /// <summary>What wakes it when a job of another VCPU has ended; null where none waits for another.</summary>
    public override Doorbell? Doorbell => IsOrdered ? _doorbell ??= new Doorbell() : null;

    /// <inheritdoc/>
    public override WorkVector Execute(long startNs, long budgetNs)
    {
        ThrowIfFaulty();
        if (IsOrdered)
        {
            var readySinceNs = ReadySinceNs;
            _wake.TryEnd(Doorbell!, startNs, ref readySinceNs);
            ReadySinceNs = readySinceNs;
        }

        BeginJobs(startNs);
        Counters.WaitingNs += Math.Max(0, startNs - ReadySinceNs);
        Counters.Quanta++;
        Current = NextJob(startNs);
        if (Current is not { } job)
        {
            return default;
        }

        return job.Source is null
            ? Compute(job, startNs, job.ComputeBudgetNs(Math.Min(budgetNs, job.EndsAtNs - startNs)))
            : RunJob(job, startNs, budgetNs);
    }

    /// <inheritdoc/>
    public override QuantumOutcome Complete(long endNs, Passage passage)
    {
        Counters.WaitingNs += passage.AwayNs;
        var operations = Current is { } job ? Count(job, endNs, passage) : 0;
        EndJobs(endNs);
        var (wakeAtNs, isOver) = (long.MaxValue, true);
        foreach (var each in Jobs)
        {
            if (!each.IsFinished(endNs))
            {
                // Whose runtime ends in its sleep wakes for that: it would keep the VCPU from its end.
                (wakeAtNs, isOver) = (Math.Min(wakeAtNs, each.WakeAtNs(endNs)), false);
            }
        }

        if (isOver)
        {
            return new QuantumOutcome(AfterQuantum.Finished, 0, operations);
        }

        ReadySinceNs = wakeAtNs == long.MaxValue ? endNs : wakeAtNs;
        if (wakeAtNs <= endNs)
        {
            return new QuantumOutcome(AfterQuantum.Ready, wakeAtNs, operations);
        }

        _wake.Block(endNs);
        return new QuantumOutcome(IsOrdered ? AfterQuantum.Blocked : AfterQuantum.Sleeping, wakeAtNs, operations);
    }

    /// <summary>Whether all its jobs will have come to their end at a time at which it has not run again.</summary>
    public bool IsFinishedAt(long nowNs)
    {
        foreach (var job in Jobs)
        {
            if (!job.IsFinished(nowNs))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Writes down where it stands, between two quanta, so that one with the same jobs can go on elsewhere;
    /// what it counted is in its record. Also after it was disposed.
    /// </summary>
    public void SaveTo(BinaryWriter to)
    {
        ArgumentNullException.ThrowIfNull(to);
        SaveJobsTo(to);
    }

    /// <summary>Goes on where one with the same jobs stood, on the same clock, before its first quantum.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        RestoreJobsFrom(from);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        storage?.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the disk's wear policy did on this VCPU's time since this was last asked.</summary>
    protected WearWork TakeWearWork() => storage?.TakeWearWork() ?? default;

    /// <summary>
    /// Goes on with the I/O that is under way, and runs others until the budget is used, the job's runtime is over or the job must pause.
    /// </summary>
    protected abstract WorkVector RunJob(RunningJob job, long startNs, long budgetNs);

    /// <summary>Computes for a while.</summary>
    protected abstract WorkVector Compute(RunningJob hog, long startNs, double budgetNs);

    /// <summary>Counts the quantum that ended, for the job's own report too if somebody asked for it.</summary>
    private long Count(RunningJob job, long endNs, Passage passage)
    {
        var heldNs = Counters.StorageNs + Counters.ComputeNs;
        var operations = CountQuantum(job, endNs, passage);
        if (job.Record.Detail is { } detail && job.Counts(endNs))
        {
            detail.Hold(Counters.StorageNs + Counters.ComputeNs - heldNs, isSystem: false);
            job.Record.Sample(job.RampEndsNs, endNs);
        }

        return operations;
    }

    /// <summary>Counts the quantum that ended.</summary>
    /// <returns>I/Os completed in it.</returns>
    protected abstract long CountQuantum(RunningJob job, long endNs, Passage passage);
}
