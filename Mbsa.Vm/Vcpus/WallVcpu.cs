using System.Runtime.CompilerServices;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU under the wall clock: real bytes, real time. Counts are exact; latencies are taken of one I/O in a batch unless every one is
/// asked for, because a timestamp after each read ends the overlap of one read with the next. I/Os that are longer than a batch are copied
/// in pieces, with a look at the clock after each, and go on in the VCPU's next quantum if this one is over.
/// </summary>
/// <remarks>
/// What happens for each I/O is compiled for good at once, from here to the stores, in place of step by step while it runs:
/// that takes the runtime a second or two on cores that all have work, and a short run would measure it.
/// </remarks>
public sealed class WallVcpu(
    VcpuRecord record, IReadOnlyList<RunningJob> jobs, BlockStorage? storage, RunClock clock, DeviceDelay delay, bool timeEveryIo)
    : DirectVcpu(record, jobs, storage, clock.NowNs)
{
    /// <summary>Bytes between two looks at the clock, so that large I/Os do not overrun a quantum by much.</summary>
    private const int LargestBatchBytes = 256 << 10;

    /// <summary>The same within an I/O that is longer: some 10 us, so that the fence and the look are a few parts in a thousand.</summary>
    private const int PieceBytes = 64 << 10;

    /// <summary>
    /// Step of the sampled place within a batch. Odd, so that every place has its turn and none is tied to a quantum's start.
    /// </summary>
    private const int SampleStep = 7;

    private readonly OperationTally _done = new();
    private int _sample;
    private long _startNs;
    private WorkVector _pieces;
    private long _longDone;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override WorkVector RunJob(RunningJob job, long startNs, long budgetNs)
    {
        _startNs = startNs;
        _done.Clear();
        (_pieces, _longDone) = (default, 0);
        Latency.Follow(job.Record, job.Counts(startNs));
        var lastEndNs = Math.Min(startNs, ReadySinceNs);
        try
        {
            if (Math.Max(job.Spec.ReadBlockBytes, job.Spec.WriteBlockBytes) > LargestBatchBytes)
            {
                RunOneByOne(job, lastEndNs, startNs + budgetNs);
            }
            else
            {
                RunBatches(job, lastEndNs, Math.Min(startNs + budgetNs, job.UntilNs(startNs)));
            }
        }
        finally
        {
            if (!Latency.IsMuted)
            {
                _done.AddTo(Counters, job.Record, job.Times!); // what was done before a fault was done
            }
        }

        return _done.Work(job.Times!) + _pieces;
    }

    /// <inheritdoc/>
    protected override WorkVector Compute(RunningJob hog, long startNs, double budgetNs)
    {
        _startNs = startNs;
        _done.Clear();
        _longDone = 0;
        while (clock.NowNs - startNs < budgetNs)
        {
            Thread.SpinWait(16);
        }

        return new WorkVector(budgetNs, 0, 0);
    }

    /// <inheritdoc/>
    protected override long CountQuantum(RunningJob job, long endNs, Passage passage)
    {
        if (job.Source is null)
        {
            Counters.ComputeNs += endNs - _startNs;
            EndQuantum(job, endNs, endNs - _startNs);
        }
        else
        {
            Counters.StorageNs += endNs - _startNs;
            EndQuantum(job, endNs, 0);
            Latency.Follow(null, counts: true);
        }

        return _done.Total + _longDone;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunBatches(RunningJob job, long lastEndNs, long untilNs)
    {
        var batchLength = job.IsPaced ? 1 : BatchLength(job.Spec);
        bool pause;
        do
        {
            var batch = job.TakeBatch(batchLength, lastEndNs);
            if (batch.IsEmpty)
            {
                return;
            }

            pause = RunBatch(job, batch, lastEndNs);
            lastEndNs = clock.NowNs;
        }
        while (!pause && lastEndNs < untilNs);
    }

    /// <summary>
    /// Runs I/Os of which some are so long that they are copied in pieces.
    /// When the job's runtime is over none begins, but the last one goes on.
    /// </summary>
    private void RunOneByOne(RunningJob job, long lastEndNs, long untilNs)
    {
        bool pause;
        do
        {
            if (!job.InPieces.IsUnderWay)
            {
                var next = job.TakeBatch(1, lastEndNs);
                if (next.IsEmpty)
                {
                    return;
                }

                if (next[0].LengthBytes <= LargestBatchBytes)
                {
                    pause = RunBatch(job, next, lastEndNs);
                    lastEndNs = clock.NowNs;
                    continue;
                }

                job.InPieces.Begin(next[0]);
                job.InPieces.AskedNs = lastEndNs;
            }

            pause = GoOn(job, untilNs, out lastEndNs);
        }
        while (!pause && lastEndNs < Math.Min(untilNs, job.UntilNs(_startNs)));
    }

    /// <summary>Copies pieces of the I/O that is under way until it is done or the quantum is over.</summary>
    /// <returns>Whether the job must pause.</returns>
    private bool GoOn(RunningJob job, long untilNs, out long lastEndNs)
    {
        var (inPieces, operation) = (job.InPieces, job.InPieces.Operation);
        var work = job.Times!.Work(operation);
        do
        {
            var before = inPieces.CopiedBytes;
            _pieces += work * inPieces.Advance(PieceBytes, operation.LengthBytes, job.Transfer!);
            if (!delay.IsNone)
            {
                delay.AfterTransfer(operation.IsWrite, inPieces.CopiedBytes - before);
                DelayWear(TakeWearWork());
            }

            lastEndNs = clock.NowNs;
        }
        while (inPieces.IsUnderWay && lastEndNs < untilNs);
        if (inPieces.IsUnderWay)
        {
            return true;
        }

        _longDone++;
        Count(job, operation);
        Latency.Record(operation.IsWrite, lastEndNs - inPieces.AskedNs);
        return job.BytesLeft <= 0 || (job.IsPaced && job.Pace(operation, lastEndNs));
    }

    /// <summary>Runs up to a batch of I/Os and times one of them, or every one.</summary>
    /// <param name="job">The job.</param>
    /// <param name="batch">The I/Os.</param>
    /// <param name="lastEndNs">When the previous I/O ended; for the first of a quantum, since when the VCPU was ready.</param>
    /// <returns>Whether the job must pause.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool RunBatch(RunningJob job, ReadOnlySpan<IoOperation> batch, long lastEndNs)
    {
        job.Transfer!.Foresee(batch);
        if (timeEveryIo)
        {
            for (var i = 0; i < batch.Length; i++)
            {
                lastEndNs = Time(job.Transfer, batch[i..], lastEndNs);
            }
        }
        else
        {
            _sample = (_sample + SampleStep) & (RunningJob.LongestBatch - 1);
            var sample = _sample % batch.Length;
            if (sample > 0)
            {
                Copy(job.Transfer, batch, sample);
                lastEndNs = clock.NowNs;
            }

            lastEndNs = Time(job.Transfer, batch[sample..], lastEndNs);
            Copy(job.Transfer, batch[(sample + 1)..], batch.Length - sample - 1);
        }

        _done.Add(batch, job.Times!);
        return job.BytesLeft <= 0 || (job.IsPaced && job.Pace(batch[0], lastEndNs));
    }

    /// <summary>Does the first of these I/Os and records how long it took.</summary>
    /// <returns>When it ended.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Time(IoTransfer transfer, ReadOnlySpan<IoOperation> operations, long startNs)
    {
        Copy(transfer, operations, 1);
        var endNs = clock.NowNs;
        Latency.Record(operations[0].IsWrite, endNs - startNs);
        return endNs;
    }

    /// <summary>Does the first of these I/Os.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(IoTransfer transfer, ReadOnlySpan<IoOperation> operations, int count)
    {
        if (delay.IsNone)
        {
            transfer.CopyFirst(operations, count);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            transfer.CopyFirst(operations[i..], 1);
            delay.AfterTransfer(operations[i].IsWrite, operations[i].LengthBytes);
            DelayWear(TakeWearWork());
        }
    }

    /// <summary>What wear levelling moved takes as long on a slower device as what the guest moves.</summary>
    private void DelayWear(WearWork work)
    {
        if (work.Relocations + work.Records > 0)
        {
            delay.AfterTransfer(false, (int)work.Relocations * BlockStorage.BlockBytes);
            delay.AfterTransfer(true, (int)work.Relocations * BlockStorage.BlockBytes + (int)work.Records * WearWork.RecordBytes);
        }
    }

    private static int BatchLength(JobSpec job) =>
        Math.Clamp(LargestBatchBytes / Math.Max(job.ReadBlockBytes, job.WriteBlockBytes), 1, RunningJob.LongestBatch);
}
