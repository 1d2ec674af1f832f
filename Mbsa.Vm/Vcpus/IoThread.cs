using Mbsa.Nvm.Timing;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

// One step is one Execute and its Complete; what a step did can be seen by the guest when it ends, and not before.
//
//            rung                 requests on a ring
//    asleep -----> Wake ---> awake -------------> Serve <--+ while the batch has room and the ring has more,
//       ^                     | ^                   |  +---+ or its last request is owed
//       |                     | |  the batch is shown as used
//       |                     | +-------------------+
//       |                     | |                   |  the ring wants an interrupt
//       |                     | +--- Interrupt <----+
//       |                     |
//       +-------- Look -------+ no request on any ring, and none came after kicks were asked for again
//
//    _isWoken          [a doorbell ended the sleep, Wake begins)
//    _batch.Count > 0  [a request is taken, the batch is shown as used or the ring has a fault)
//    _batch.IsOwed     [Serve begins with a request longer than its quantum, a Serve ends with all of it played)
//    _published        [a batch is shown and the ring wants an interrupt, Interrupt ends)
//    _quantumEndsNs    [a quantum's first step begins, the next quantum's does)

/// <summary>
/// The back end of a disk on a conventional path, under both clocks: a thread of the host that competes for cores like a VCPU,
/// and whose time is its VM's. Serve takes requests off a ring, moves their bytes and, when the batch is complete, shows them as used;
/// Interrupt follows if the ring says so. It asks for kicks again before it blocks, and looks once more.
/// </summary>
public sealed class IoThread : IQuantumWorker
{
    private readonly VirtioDisk _disk;
    private readonly VcpuRecord _record;
    private readonly BlockStorage _storage;
    private readonly double _contextSwitchNs;
    private readonly WallPace _pace;
    private readonly ServedBatch _batch;
    private WakeUp _wake;
    private Step _step;
    private long _startNs;
    private long _readySinceNs;
    private long _quantumEndsNs = -1;
    private long _quantumNs;
    private bool _isWoken;
    private int _queue;
    private int _published;

    /// <summary>A back end that is ready to run.</summary>
    /// <param name="disk">The disk, shared with the guest.</param>
    /// <param name="storage">What is behind it; disposed with the worker.</param>
    /// <param name="copiedBytesPerBlock">Bytes of each block that are moved.</param>
    /// <param name="record">Where it counts.</param>
    /// <param name="contextSwitchNs">What a context switch takes on the machine, in nanoseconds.</param>
    /// <param name="pace">The clock.</param>
    /// <param name="nowNs">The scenario's clock now.</param>
    public IoThread(VirtioDisk disk, BlockStorage storage, int copiedBytesPerBlock,
        VcpuRecord record, double contextSwitchNs, WallPace pace, long nowNs)
    {
        (_disk, _storage, _record, _contextSwitchNs, _pace, _readySinceNs) = (disk, storage, record, contextSwitchNs, pace, nowNs);
        _batch = new ServedBatch(disk, storage, copiedBytesPerBlock, pace);
        foreach (var queue in disk.Queues)
        {
            queue.Device.TakeOver();
            queue.Target.Interrupt(nowNs); // one that failed may have shown something and not said so
        }
    }

    /// <inheritdoc/>
    public Doorbell Doorbell => _disk.Doorbell;

    private enum Step
    {
        Look,
        Wake,
        Serve,
        Interrupt,
    }

    private VirtioQueue Queue => _disk.Queues[_queue];

    /// <inheritdoc/>
    public WorkVector Execute(long startNs, long budgetNs)
    {
        _startNs = startNs;
        _isWoken |= _wake.TryEnd(Doorbell, startNs, ref _readySinceNs);
        var waitedNs = Math.Max(0, startNs - _readySinceNs);
        _record.Counters.WaitingNs += waitedNs;
        if (startNs + budgetNs != _quantumEndsNs)
        {
            (_quantumEndsNs, _quantumNs) = (startNs + budgetNs, budgetNs);
            _record.Counters.Quanta++;
        }

        var work = Begin(budgetNs, waitedNs);
        _pace.Fill(startNs, work.CoreNs);
        return work;
    }

    /// <inheritdoc/>
    public QuantumOutcome Complete(long endNs, Passage passage)
    {
        _record.Counters.WaitingNs += passage.AwayNs;
        _record.Counters.StorageNs += endNs - _startNs - passage.AwayNs;
        _readySinceNs = endNs;
        switch (_step)
        {
            case Step.Serve:
                EndServe(endNs, passage);
                break;
            case Step.Interrupt:
                EndInterrupt(endNs);
                break;
        }

        return Follow(endNs);
    }

    /// <inheritdoc/>
    public void Dispose() => _storage.Dispose();

    private WorkVector Begin(long budgetNs, long waitedNs)
    {
        if (_batch.IsOwed)
        {
            _step = Step.Serve;
            return _batch.PayOwed(budgetNs);
        }

        if (_isWoken)
        {
            (_step, _isWoken) = (Step.Wake, false);
            _batch.ComeCold();
            return new WorkVector(WakeUp.CostNs(_disk.Costs, _contextSwitchNs, waitedNs, _pace), 0, 0);
        }

        if (_published > 0)
        {
            _step = Step.Interrupt;
            return new WorkVector(_disk.Costs.InterruptNs, 0, 0);
        }

        if (_batch.Count == 0 && !TryFindWork())
        {
            _step = Step.Look;
            return default;
        }

        _step = Step.Serve;
        return _batch.Serve(Queue, budgetNs, _quantumNs);
    }

    /// <summary>Looks for a queue with requests, the others before the one it served last.</summary>
    private bool TryFindWork()
    {
        for (var step = 1; step <= _disk.Queues.Length; step++)
        {
            var index = (_queue + step) % _disk.Queues.Length;
            if (_disk.Queues[index].Device.Available > 0)
            {
                _queue = index;
                return true;
            }
        }

        return false;
    }

    private void EndServe(long endNs, Passage passage)
    {
        _batch.EndStep(_startNs, endNs, passage);
        var device = Queue.Device;
        if (_batch.IsOwed || (!_batch.IsFull && device.Available > 0))
        {
            return;
        }

        if (device.Fault != RingFault.None)
        {
            _batch.Clear(); // nothing more can be said to the guest through this queue
            return;
        }

        _published = _batch.Publish(device, endNs);
    }

    private void EndInterrupt(long endNs)
    {
        _batch.Interrupt(_published, endNs);
        _published = 0;
        Queue.Target.Interrupt(endNs);
    }

    private QuantumOutcome Follow(long endNs)
    {
        var continuing = new QuantumOutcome(AfterQuantum.Continuing, endNs, 0);
        if (_published > 0 || _batch.Count > 0)
        {
            return continuing;
        }

        foreach (var queue in _disk.Queues)
        {
            if (queue.Device.Available > 0)
            {
                return continuing;
            }

            if (queue.Device.Fault != RingFault.None)
            {
                queue.Fail(endNs);
            }
        }

        foreach (var queue in _disk.Queues)
        {
            if (!queue.Device.TryEnableKicks())
            {
                return continuing;
            }
        }

        if (!_disk.IsInUse)
        {
            return new QuantumOutcome(AfterQuantum.Finished, 0, 0);
        }

        _wake.Block(endNs);
        return new QuantumOutcome(AfterQuantum.Blocked, long.MaxValue, 0);
    }
}
