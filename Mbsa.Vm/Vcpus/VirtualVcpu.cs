using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU under the virtual clock. A quantum is executed at once; how long it and each of its I/Os took is known when the timeline says so
/// (<see cref="QuantumLatency"/>). A quantum may begin with a piece of an I/O that is longer than one, and end with a piece of the next.
/// </summary>
public sealed class VirtualVcpu(VcpuRecord record, IReadOnlyList<RunningJob> jobs, BlockStorage? storage, long nowNs)
    : DirectVcpu(record, jobs, storage, nowNs)
{
    private readonly OperationTally _done = new();
    private readonly QuantumLatency _latency = new(record.Latency);
    private long _startNs;
    private long _waitedNs;
    private double _aloneNs;
    private WorkVector _leadWork;
    private double _leadNs;
    private double _trailNs;
    private IoOperation _lead;
    private long _leadAskedNs;
    private bool _leadEnds;

    /// <inheritdoc/>
    protected override WorkVector RunJob(RunningJob job, long startNs, long budgetNs)
    {
        _startNs = startNs;
        _waitedNs = Math.Max(0, startNs - ReadySinceNs);
        _done.Clear();
        if (_leadNs > 0)
        {
            (_leadWork, _leadNs, _leadEnds) = (default, 0, false);
        }

        var work = job.InPieces.IsUnderWay ? GoOn(job, budgetNs) : RunOperations(job, budgetNs);
        _aloneNs = _leadNs + _done.AloneNs(job.Times!) + _trailNs;
        if (TakeWearWork() is var worn && worn.Relocations + worn.Records > 0)
        {
            var wear = job.Times!.Of(worn);
            work += wear;
            _aloneNs += job.Times.AloneNs(wear);
        }

        return work;
    }

    /// <inheritdoc/>
    protected override WorkVector Compute(RunningJob hog, long startNs, double budgetNs)
    {
        (_startNs, _aloneNs) = (startNs, budgetNs);
        return new WorkVector(budgetNs, 0, 0);
    }

    /// <inheritdoc/>
    protected override long CountQuantum(RunningJob job, long endNs, Passage passage)
    {
        if (job.Source is null)
        {
            Counters.ComputeNs += endNs - _startNs - passage.AwayNs;
            EndQuantum(job, endNs, _aloneNs);
            return 0;
        }

        Counters.StorageNs += endNs - _startNs - passage.AwayNs;
        var counts = job.Counts(_startNs);
        Latency.Follow(job.Record, counts);
        var operations = _done.Total;
        if (passage.IsEven && _leadNs + _trailNs == 0)
        {
            _latency.RecordEven(_done, job.Times!, (endNs - _startNs) / _aloneNs, _waitedNs);
        }
        else
        {
            RecordInPlace(job, passage.Walk(_startNs, endNs, _aloneNs));
            operations += _leadEnds ? 1 : 0;
        }

        if (counts)
        {
            _done.AddTo(Counters, job.Record, job.Times!);
        }

        EndQuantum(job, endNs, 0);
        Latency.Follow(null, counts: true);
        return operations;
    }

    /// <summary>I/Os that can be done at once because they all begin within the budget, whatever their kinds; at least one.</summary>
    private static int FittingOperations(RunningJob job, double budgetNs) =>
        (int)Math.Clamp(Math.Ceiling(budgetNs / job.LongestOperationNs), 1, RunningJob.LongestBatch);

    /// <summary>
    /// Does the next piece of an I/O that is under way; after its last one the quantum may have something left for others.
    /// </summary>
    private WorkVector GoOn(RunningJob job, long budgetNs)
    {
        (_lead, _leadAskedNs, _trailNs) = (job.InPieces.Operation, job.InPieces.AskedNs, 0);
        _leadWork = Advance(job, budgetNs, out _leadNs);
        _leadEnds = !job.InPieces.IsUnderWay;
        return !_leadEnds || (job.IsPaced && job.Pace(_lead, _startNs + (long)_leadNs))
            ? _leadWork
            : _leadWork + RunOperations(job, budgetNs);
    }

    /// <summary>Runs I/Os until the budget is used, and of one that is longer than the whole budget as much as is left of it.</summary>
    private WorkVector RunOperations(RunningJob job, long budgetNs)
    {
        var (times, transfer, work, aloneNs) = (job.Times!, job.Transfer!, default(WorkVector), _leadNs);
        _trailNs = 0;
        var untilNs = Math.Min(budgetNs, job.UntilNs(_startNs) - _startNs);
        var mayBeLonger = OperationInPieces.IsNeeded(job.LongestOperationNs, budgetNs);
        var pause = false;
        while (!pause && aloneNs < untilNs && job.BytesLeft > 0)
        {
            var batch = job.TakeBatch(job.IsPaced ? 1 : FittingOperations(job, untilNs - aloneNs), _startNs + (long)aloneNs);
            if (batch.IsEmpty)
            {
                break;
            }

            if (mayBeLonger && OperationInPieces.IsNeeded(times.AloneNs(batch[0]), budgetNs))
            {
                job.InPieces.Begin(batch[0]);
                return work + Advance(job, budgetNs - aloneNs, out _trailNs);
            }

            transfer.Foresee(batch);
            transfer.CopyFirst(batch, batch.Length);
            _done.AddInOrder(batch, times);
            work = _done.Work(times);
            aloneNs = times.AloneNs(_leadNs > 0 ? work + _leadWork : work);
            pause = job.IsPaced && job.Pace(batch[0], _startNs + (long)aloneNs);
        }

        return work;
    }

    /// <summary>Records latencies where the quantum's speed changed, or pieces of longer I/Os are at its ends.</summary>
    private void RecordInPlace(RunningJob job, PassageWalk walk)
    {
        if (_leadEnds)
        {
            Latency.Record(_lead.IsWrite, _startNs + (long)(walk.GoTo(_leadNs) + 0.5) - _leadAskedNs);
            Count(job, _lead);
        }

        _latency.Record(_done, job.Times!, ref walk, _leadNs, _leadNs > 0 ? 0 : _waitedNs);
        if (_trailNs > 0)
        {
            var beforeNs = _leadNs + _done.AloneNs(job.Times!);
            job.InPieces.AskedNs = beforeNs > 0 ? _startNs + (long)(walk.GoTo(beforeNs) + 0.5) : _startNs - _waitedNs;
        }
    }

    private static WorkVector Advance(RunningJob job, double roomNs, out double aloneNs)
    {
        var (operation, times) = (job.InPieces.Operation, job.Times!);
        var wholeNs = times.AloneNs(operation);
        var share = job.InPieces.Advance(roomNs, wholeNs, job.Transfer!);
        aloneNs = wholeNs * share;
        return times.Work(operation) * share;
    }
}
