using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU under the virtual clock. A quantum is executed at once; how long it took is known when the timeline says so. Inside a quantum all
/// I/Os of one kind stretch alike, so latencies are counted per kind, not per I/O; only the first I/O is apart: it carries the time its
/// VCPU waited for a core.
/// </summary>
public sealed class VirtualVcpu(VcpuRecord record, IReadOnlyList<RunningJob> jobs, BlockStorage? storage, long nowNs)
    : DirectVcpu(record, jobs, storage, nowNs)
{
    private readonly OperationTally _done = new();
    private double _coreNs;
    private long _startNs;
    private long _waitedNs;
    private int _firstKind;

    /// <inheritdoc/>
    protected override WorkVector RunJob(RunningJob job, long startNs, long budgetNs)
    {
        _startNs = startNs;
        _waitedNs = Math.Max(0, startNs - ReadySinceNs);
        _done.Clear();
        _firstKind = -1;
        var (times, transfer) = (job.Times!, job.Transfer!);
        WorkVector work = default;
        bool pause;
        do
        {
            var batch = job.TakeBatch(job.IsPaced ? 1 : FittingOperations(job, budgetNs - work.CoreNs));
            transfer.Foresee(batch);
            transfer.MoveFirst(batch, batch.Length);
            _done.Add(batch);
            _firstKind = _firstKind < 0 ? KindOf(batch[0]) : _firstKind;
            work = _done.Work(times);
            pause = job.IsPaced && job.Pace(batch[0].IsWrite, startNs + (long)work.CoreNs);
        }
        while (!pause && work.CoreNs < budgetNs && job.BytesLeft > 0);

        work += times.Of(TakeWearWork());
        _coreNs = work.CoreNs;
        return work;
    }

    /// <inheritdoc/>
    protected override WorkVector Compute(RunningJob hog, long startNs, double budgetNs)
    {
        (_startNs, _coreNs) = (startNs, budgetNs);
        return new WorkVector(budgetNs, 0, 0);
    }

    /// <inheritdoc/>
    protected override long CountQuantum(RunningJob job, long endNs)
    {
        if (job.Source is null)
        {
            Counters.ComputeNs += endNs - _startNs;
            EndQuantum(job, endNs, _coreNs);
            return 0;
        }

        Counters.StorageNs += endNs - _startNs;
        var stretch = (endNs - _startNs) / _coreNs;
        for (var kind = 0; kind < job.Times!.ByKind.Length; kind++)
        {
            RecordKind(job.Times, kind, stretch);
        }

        _done.AddTo(Counters, job.Times);
        EndQuantum(job, endNs, 0);
        return _done.Total;
    }

    /// <summary>I/Os that can be done at once because they all begin within the budget, whatever their kinds; at least one.</summary>
    private static int FittingOperations(RunningJob job, double budgetNs) =>
        (int)Math.Clamp(Math.Ceiling(budgetNs / job.LongestOperationNs), 1, RunningJob.LongestBatch);

    private static int KindOf(in IoOperation operation) => OperationTimes.KindOf(operation.IsWrite, operation.IsSequential);

    private void RecordKind(OperationTimes times, int kind, double stretch)
    {
        var count = _done[kind];
        if (count == 0)
        {
            return;
        }

        var isWrite = (kind & 2) != 0;
        var latencyNs = (long)(times.ByKind[kind].CoreNs * stretch + 0.5);
        if (kind == _firstKind)
        {
            Latency.Record(isWrite, latencyNs + _waitedNs);
            count--;
        }

        if (count > 0)
        {
            Latency.Record(isWrite, latencyNs, count);
        }
    }
}
