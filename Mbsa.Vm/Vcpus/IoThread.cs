using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// The back end of a disk on a conventional path, under both clocks: a thread of the host that competes for cores like a VCPU, and whose time is its
/// VM's. It goes in steps, each of which ends where the guest could see what it did:
/// <code>
/// blocked -> Wake -> (Serve -> Interrupt?)* -> blocked
/// </code>
/// Serve takes requests off a ring, moves their bytes and, when the batch is complete, shows them as used; Interrupt follows if the ring says so. It
/// asks for kicks again before it blocks, and looks once more. A request that is longer than a quantum is owed when its quantum is used, and played on in
/// the next ones before anything else; the guest hears of it when nothing is owed any more.
/// </summary>
public sealed class IoThread : IQuantumWorker
{
    private readonly VirtioDisk _disk;
    private readonly VcpuRecord _record;
    private readonly BlockStorage _storage;
    private readonly BlockDevice _device;
    private readonly double _contextSwitchNs;
    private readonly WallPace _pace;
    private readonly ServedRequest[] _batch;
    private WakeUp _wake;
    private Step _step;
    private long _startNs;
    private long _readySinceNs;
    private long _quantumEndsNs = -1;
    private long _quantumNs;
    private double _aloneNs;
    private WorkVector _owed;
    private double _owedNs;
    private bool _isWoken;
    private bool _isCold = true;
    private int _queue;
    private int _inBatch;
    private int _inStepFrom;
    private int _published;

    /// <summary>A back end that is ready to run.</summary>
    /// <param name="disk">The disk, shared with the guest.</param>
    /// <param name="storage">What is behind it; disposed with the worker.</param>
    /// <param name="movedBytesPerBlock">Bytes of each block that are moved.</param>
    /// <param name="record">Where it counts.</param>
    /// <param name="contextSwitchNs">What a context switch takes on the machine, in nanoseconds.</param>
    /// <param name="pace">The clock.</param>
    /// <param name="nowNs">The scenario's clock now.</param>
    public IoThread(VirtioDisk disk, BlockStorage storage, int movedBytesPerBlock, VcpuRecord record, double contextSwitchNs, WallPace pace, long nowNs)
    {
        (_disk, _storage, _record, _contextSwitchNs, _pace, _readySinceNs) = (disk, storage, record, contextSwitchNs, pace, nowNs);
        _device = new BlockDevice(storage, movedBytesPerBlock);
        _batch = new ServedRequest[disk.LongestBatch];
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
        if (_owedNs > 0)
        {
            _step = Step.Serve;
            return PayOwed(budgetNs);
        }

        if (_isWoken)
        {
            (_step, _isWoken, _isCold) = (Step.Wake, false, true);
            return new WorkVector(WakeUp.CostNs(_disk.Costs, _contextSwitchNs, waitedNs, _pace), 0, 0);
        }

        if (_published > 0)
        {
            _step = Step.Interrupt;
            return new WorkVector(_disk.Costs.InterruptNs, 0, 0);
        }

        if (_inBatch == 0 && !TryFindWork())
        {
            _step = Step.Look;
            return default;
        }

        _step = Step.Serve;
        return Serve(budgetNs);
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

    /// <summary>Serves what is on the ring until the batch is complete or the budget used.</summary>
    private WorkVector Serve(long budgetNs)
    {
        var device = Queue.Device;
        var work = new WorkVector(_inBatch == 0 ? _disk.Costs.BatchNs : 0, 0, 0);
        (_inStepFrom, _aloneNs) = (_inBatch, work.CoreNs);
        while (_inBatch < _batch.Length && _aloneNs < budgetNs && device.TryTake(out var request))
        {
            ref var served = ref _batch[_inBatch++];
            served.Request = request;
            served.Token = Queue.Driver.TokenOf(request.Head);
            served.Status = _device.Serve(device, request);
            var beganNs = _aloneNs;
            var whole = Play(ref served);

            // What runs on real cores has taken its time already when it is here.
            if (!_pace.IsReal && OperationInPieces.IsNeeded(_aloneNs - beganNs, _quantumNs))
            {
                (_owed, _owedNs) = (whole, _aloneNs - beganNs);
                _aloneNs = beganNs;
                return work + PayOwed(budgetNs);
            }

            work += whole;
        }

        return work;
    }

    /// <summary>Says when a request passes the back end's stubs, if the step has time for all of it.</summary>
    /// <returns>What it asks of the host.</returns>
    private WorkVector Play(ref ServedRequest served)
    {
        var (costs, times) = (_disk.Costs, served.Token?.Job.Times);
        var work = times is null || served.Status != BlockStatus.Ok ? default
            : times.ByKind[OperationTimes.KindOf(served.Request.IsWrite, served.Token!.Operation.IsSequential)] + times.Of(_storage.TakeWearWork());
        var coldNs = _isCold ? costs.ColdNs : 0;
        _isCold = false;
        served.TakenAtNs = _inBatch == 1 ? 0 : _aloneNs; // what the batch costs is on the way of its first
        served.ParsedAtNs = _aloneNs + costs.ParseNs;
        served.ServedAtNs = served.ParsedAtNs + (times?.AloneNs(work) ?? 0) + coldNs;
        served.CopiedAtNs = served.ServedAtNs + costs.CopyNs;
        _aloneNs = served.CopiedAtNs + costs.UsedNs;
        return work with { CoreNs = costs.ParseNs + work.CoreNs + coldNs + costs.CopyNs + costs.UsedNs };
    }

    /// <summary>Goes on with the last request of the batch, which is longer than a quantum, until the budget is used.</summary>
    private WorkVector PayOwed(long budgetNs)
    {
        var partNs = Math.Min(_owedNs, Math.Max(1, budgetNs - _aloneNs));
        var part = _owed * (partNs / _owedNs);
        (_owed, _owedNs) = (_owed + part * -1, _owedNs - partNs);
        _aloneNs += partNs;
        return part;
    }

    private void EndServe(long endNs, Passage passage)
    {
        var walk = passage.Walk(_startNs, endNs, Math.Max(1, _aloneNs));
        for (var i = _inStepFrom; i < _inBatch; i++)
        {
            _batch[i].Pass(_startNs, _aloneNs, ref walk);
        }

        if (_owedNs > 0)
        {
            _batch[_inBatch - 1].GoBack(_aloneNs);
            (_inStepFrom, _aloneNs) = (_inBatch - 1, 0);
            return;
        }

        var device = Queue.Device;
        if (_inBatch < _batch.Length && device.Available > 0)
        {
            return;
        }

        if (device.Fault != RingFault.None)
        {
            _inBatch = 0; // nothing more can be said to the guest through this queue
            return;
        }

        Publish(device, endNs);
    }

    private void Publish(DeviceQueue device, long endNs)
    {
        for (var i = 0; i < _inBatch; i++)
        {
            ref readonly var served = ref _batch[i];
            served.Token?.Pass(Stub.Returned, endNs);
            served.Token?.Pass(Stub.Interrupted, endNs);
            device.Complete(served.Request, served.Status, served.Status == BlockStatus.Ok && !served.Request.IsWrite ? served.Request.DataBytes : 0);
        }

        _published = device.Publish() ? _inBatch : 0;
        _inBatch = 0;
    }

    private void EndInterrupt(long endNs)
    {
        for (var i = 0; i < _published; i++)
        {
            _batch[i].Token?.Pass(Stub.Interrupted, endNs);
        }

        _published = 0;
        Queue.Target.Interrupt(endNs);
    }

    private QuantumOutcome Follow(long endNs)
    {
        var continuing = new QuantumOutcome(AfterQuantum.Continuing, endNs, 0);
        if (_published > 0 || _inBatch > 0)
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
