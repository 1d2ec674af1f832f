using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// How many I/Os of each kind (<see cref="OperationTimes.KindOf"/>) a job did in a quantum. A job's reads are all as long as one another,
/// and so are its writes: nothing else has to be counted for each I/O.
/// </summary>
internal sealed class OperationTally
{
    private readonly long[] _byKind = new long[4];
    private byte[] _order = [];
    private int _inOrder;

    /// <summary>I/Os of a kind.</summary>
    public long this[int kind] => _byKind[kind];

    /// <summary>I/Os of all kinds.</summary>
    public long Total => _byKind[0] + _byKind[1] + _byKind[2] + _byKind[3];

    /// <summary>The kinds of those that were counted in order, one after the other.</summary>
    public ReadOnlySpan<byte> Order => _order.AsSpan(0, _inOrder);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_byKind);
        _inOrder = 0;
    }

    /// <summary>Counts I/Os and remembers their order.</summary>
    public void AddInOrder(ReadOnlySpan<IoOperation> operations)
    {
        if (_inOrder + operations.Length > _order.Length)
        {
            Array.Resize(ref _order, Math.Max(2 * _order.Length, _inOrder + RunningJob.LongestBatch));
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
    public void Add(ReadOnlySpan<IoOperation> operations)
    {
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
        for (var kind = 0; kind < _byKind.Length; kind++)
        {
            var (isWrite, bytes) = ((kind & 2) != 0, _byKind[kind] * (long)times.ByKind[kind].BusBytes);
            counters.Count(isWrite, _byKind[kind], bytes);
            record.Count(isWrite, _byKind[kind], bytes);
        }
    }
}
