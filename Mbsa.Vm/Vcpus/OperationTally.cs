using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// How many I/Os of each kind (<see cref="OperationTimes.KindOf"/>) a job did in a quantum. A job's reads are all as long as one another,
/// and so are its writes: nothing else has to be counted for each I/O. Where they are not, what each asks of the host is added up.
/// </summary>
internal sealed class OperationTally
{
    private readonly long[] _byKind = new long[4];
    private byte[] _order = [];
    private int _inOrder;
    private int _lengthsInOrder;
    private double[] _aloneInOrder = [];
    private WorkVector _work;
    private double _aloneNs;
    private long _readBytes;
    private long _writeBytes;

    /// <summary>I/Os of a kind.</summary>
    public long this[int kind] => _byKind[kind];

    /// <summary>I/Os of all kinds.</summary>
    public long Total => _byKind[0] + _byKind[1] + _byKind[2] + _byKind[3];

    /// <summary>The kinds of those that were counted in order, one after the other.</summary>
    public ReadOnlySpan<byte> Order => _order.AsSpan(0, _inOrder);

    /// <summary>How long each of those takes alone on the host, in nanoseconds; empty where they are all as long as one another.</summary>
    public ReadOnlySpan<double> AloneNsInOrder => _aloneInOrder.AsSpan(0, _lengthsInOrder);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_byKind);
        (_inOrder, _lengthsInOrder, _work, _aloneNs, _readBytes, _writeBytes) = (0, 0, default, 0, 0, 0);
    }

    /// <summary>Counts I/Os and remembers their order.</summary>
    public void AddInOrder(ReadOnlySpan<IoOperation> operations, OperationTimes times)
    {
        if (_inOrder + operations.Length > _order.Length)
        {
            Array.Resize(ref _order, Math.Max(2 * _order.Length, _inOrder + RunningJob.LongestBatch));
        }

        if (times.HasSeveralLengths)
        {
            AddLengths(operations, times, inOrder: true);
        }

        var order = _order.AsSpan(_inOrder, operations.Length);
        _inOrder += operations.Length;
        var (writes, random, both) = (0, 0, 0);
        for (var i = 0; i < order.Length; i++)
        {
            ref readonly var operation = ref operations[i];
            var (isWrite, isRandom) = (operation.IsWrite ? 1 : 0, operation.IsSequential ? 0 : 1);
            order[i] = (byte)(isWrite << 1 | isRandom);
            writes += isWrite;
            random += isRandom;
            both += isWrite & isRandom;
        }

        _byKind[0] += operations.Length - writes - random + both;
        _byKind[1] += random - both;
        _byKind[2] += writes - both;
        _byKind[3] += both;
    }

    /// <summary>Counts I/Os.</summary>
    public void Add(ReadOnlySpan<IoOperation> operations, OperationTimes times)
    {
        if (times.HasSeveralLengths)
        {
            AddLengths(operations, times, inOrder: false);
        }

        var (writes, sequential, both) = (0, 0, 0);
        foreach (ref readonly var operation in operations)
        {
            var (isWrite, isSequential) = (operation.IsWrite ? 1 : 0, operation.IsSequential ? 1 : 0);
            writes += isWrite;
            sequential += isSequential;
            both += isWrite & isSequential;
        }

        _byKind[OperationTimes.KindOf(isWrite: false, isSequential: true)] += sequential - both;
        _byKind[OperationTimes.KindOf(isWrite: false, isSequential: false)] += operations.Length - writes - sequential + both;
        _byKind[OperationTimes.KindOf(isWrite: true, isSequential: true)] += both;
        _byKind[OperationTimes.KindOf(isWrite: true, isSequential: false)] += writes - both;
    }

    /// <summary>What the I/Os ask of the host.</summary>
    public WorkVector Work(OperationTimes times)
    {
        if (times.HasSeveralLengths)
        {
            return _work;
        }

        var work = default(WorkVector);
        for (var kind = 0; kind < _byKind.Length; kind++)
        {
            var each = times.ByKind[kind];
            work += new WorkVector(_byKind[kind] * each.CoreNs, _byKind[kind] * each.BusBytes, _byKind[kind] * each.NvmNs);
        }

        return work;
    }

    /// <summary>How long the I/Os take one after the other, each alone on the host, in nanoseconds.</summary>
    public double AloneNs(OperationTimes times)
    {
        if (times.HasSeveralLengths)
        {
            return _aloneNs;
        }

        var aloneNs = 0d;
        for (var kind = 0; kind < _byKind.Length; kind++)
        {
            aloneNs += _byKind[kind] * times.AloneNsByKind[kind];
        }

        return aloneNs;
    }

    /// <summary>Adds the I/Os to the counters of a VCPU and of a job.</summary>
    public void AddTo(VcpuCounters counters, JobRecord record, OperationTimes times)
    {
        if (times.HasSeveralLengths)
        {
            AddTo(counters, record, isWrite: false, _byKind[0] + _byKind[1], _readBytes);
            AddTo(counters, record, isWrite: true, _byKind[2] + _byKind[3], _writeBytes);
            return;
        }

        for (var kind = 0; kind < _byKind.Length; kind++)
        {
            var (isWrite, bytes) = ((kind & 2) != 0, _byKind[kind] * (long)times.ByKind[kind].BusBytes);
            AddTo(counters, record, isWrite, _byKind[kind], bytes);
        }
    }

    private static void AddTo(VcpuCounters counters, JobRecord record, bool isWrite, long operations, long bytes)
    {
        counters.Count(isWrite, operations, bytes);
        record.Count(isWrite, operations, bytes);
    }

    private void AddLengths(ReadOnlySpan<IoOperation> operations, OperationTimes times, bool inOrder)
    {
        if (_aloneInOrder.Length < _lengthsInOrder + operations.Length)
        {
            Array.Resize(ref _aloneInOrder, Math.Max(2 * _aloneInOrder.Length, _lengthsInOrder + RunningJob.LongestBatch));
        }

        for (var i = 0; i < operations.Length; i++)
        {
            ref readonly var operation = ref operations[i];
            var work = times.Work(operation);
            var aloneNs = times.AloneNs(work);
            _work += work;
            _aloneNs += aloneNs;
            _readBytes += operation.IsWrite ? 0 : operation.LengthBytes;
            _writeBytes += operation.IsWrite ? operation.LengthBytes : 0;
            if (inOrder)
            {
                _aloneInOrder[_lengthsInOrder++] = aloneNs;
            }
        }
    }
}
