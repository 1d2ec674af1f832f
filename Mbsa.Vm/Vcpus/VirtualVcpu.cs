using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// A VCPU under the virtual clock. A quantum is executed at once; how long it took is known when the timeline says so. Inside a quantum all
/// I/Os of one kind stretch alike, so latencies are counted per kind, not per I/O; only the first I/O is apart: it carries the time its
/// VCPU waited for a core.
/// </summary>
public sealed class VirtualVcpu(VcpuRecord record, IReadOnlyList<RunningJob> jobs, BlockStorage? storage, long nowNs)
    : DirectVcpu(record, jobs, storage, nowNs)
{
    private readonly long[] _operationsByKind = new long[4];
    private double _coreNs;
    private long _startNs;
    private long _waitedNs;
    private int _firstKind;

    /// <inheritdoc/>
    protected override WorkVector RunJob(RunningJob job, long startNs, long budgetNs)
    {
        _startNs = startNs;
        _waitedNs = Math.Max(0, startNs - ReadySinceNs);
        Array.Clear(_operationsByKind);
        _firstKind = -1;
        var times = job.Times!.ByKind;
        var (source, transfer) = (job.Source!, job.Transfer!);
        var (coreNs, bytesLeft) = (0d, job.BytesLeft);
        do
        {
            var operation = source.Next();
            transfer.Move(operation);
            var kind = OperationTimes.KindOf(operation.IsWrite, operation.IsSequential);
            _operationsByKind[kind]++;
            coreNs += times[kind].CoreNs;
            bytesLeft -= operation.LengthBytes;
            if (_firstKind < 0)
            {
                _firstKind = kind;
            }

            if (job.IsPaced && job.Pace(operation.IsWrite, startNs + (long)coreNs))
            {
                break;
            }
        }
        while (coreNs < budgetNs && bytesLeft > 0);

        job.BytesLeft = bytesLeft;
        var work = Work(times, coreNs) + job.Times.Of(TakeWearWork());
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
        var operations = 0L;
        for (var kind = 0; kind < _operationsByKind.Length; kind++)
        {
            operations += _operationsByKind[kind];
            CountKind(job, kind, stretch);
        }

        EndQuantum(job, endNs, 0);
        return operations;
    }

    private void CountKind(RunningJob job, int kind, double stretch)
    {
        var count = _operationsByKind[kind];
        if (count == 0)
        {
            return;
        }

        var isWrite = (kind & 2) != 0;
        var work = job.Times!.ByKind[kind];
        var latencyNs = (long)(work.CoreNs * stretch + 0.5);
        if (kind == _firstKind)
        {
            Latency.Record(isWrite, latencyNs + _waitedNs);
            count--;
        }

        if (count > 0)
        {
            Latency.Record(isWrite, latencyNs, count);
        }

        if (isWrite)
        {
            Counters.WriteOperations += _operationsByKind[kind];
            Counters.WriteBytes += _operationsByKind[kind] * (long)work.BusBytes;
        }
        else
        {
            Counters.ReadOperations += _operationsByKind[kind];
            Counters.ReadBytes += _operationsByKind[kind] * (long)work.BusBytes;
        }
    }

    private WorkVector Work(ReadOnlySpan<WorkVector> times, double coreNs)
    {
        double busBytes = 0, nvmNs = 0;
        for (var kind = 0; kind < times.Length; kind++)
        {
            busBytes += _operationsByKind[kind] * times[kind].BusBytes;
            nvmNs += _operationsByKind[kind] * times[kind].NvmNs;
        }

        return new WorkVector(coreNs, busBytes, nvmNs);
    }
}
