using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// The requests that an I/O thread took off a ring and has not shown as used, and when in its step each passes the back end's stubs.
/// A request that is longer than a quantum is owed when its quantum is used, and played on in the next ones before anything else;
/// the guest hears of it when nothing is owed any more.
/// </summary>
internal sealed class ServedBatch(VirtioDisk disk, BlockStorage storage, int copiedBytesPerBlock, WallPace pace)
{
    private readonly BlockDevice _device = new(storage, copiedBytesPerBlock);
    private readonly ServedRequest[] _requests = new ServedRequest[disk.LongestBatch];
    private int _inStepFrom;
    private double _aloneNs;
    private WorkVector _owed;
    private double _owedNs;
    private bool _isCold = true;

    /// <summary>Requests in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it takes no more.</summary>
    public bool IsFull => Count == _requests.Length;

    /// <summary>Whether the rest of its last request has yet to be played.</summary>
    public bool IsOwed => _owedNs > 0;

    /// <summary>The thread was asleep: its next request finds the caches cold.</summary>
    public void ComeCold() => _isCold = true;

    /// <summary>Serves what is on the ring until the batch is complete or the budget used.</summary>
    public WorkVector Serve(VirtioQueue queue, long budgetNs, long quantumNs)
    {
        var device = queue.Device;
        var work = new WorkVector(Count == 0 ? disk.Costs.BatchNs : 0, 0, 0);
        (_inStepFrom, _aloneNs) = (Count, work.CoreNs);
        while (Count < _requests.Length && _aloneNs < budgetNs && device.TryTake(out var request))
        {
            ref var served = ref _requests[Count++];
            served.Request = request;
            served.Token = queue.Driver.TokenOf(request.Head);
            served.Status = _device.Serve(device, request);
            var beganNs = _aloneNs;
            var whole = Play(ref served);

            // What runs on real cores has taken its time already when it is here.
            if (!pace.IsReal && OperationInPieces.IsNeeded(_aloneNs - beganNs, quantumNs))
            {
                (_owed, _owedNs) = (whole, _aloneNs - beganNs);
                _aloneNs = beganNs;
                return work + PayOwed(budgetNs);
            }

            work += whole;
        }

        return work;
    }

    /// <summary>Goes on with the last request, which is longer than a quantum, until the budget is used.</summary>
    public WorkVector PayOwed(long budgetNs)
    {
        var partNs = Math.Min(_owedNs, Math.Max(1, budgetNs - _aloneNs));
        var part = _owed * (partNs / _owedNs);
        (_owed, _owedNs) = (_owed + part * -1, _owedNs - partNs);
        _aloneNs += partNs;
        return part;
    }

    /// <summary>The step ended: its requests pass the stubs that they reached.</summary>
    public void EndStep(long startNs, long endNs, Passage passage)
    {
        var walk = passage.Walk(startNs, endNs, Math.Max(1, _aloneNs));
        for (var i = _inStepFrom; i < Count; i++)
        {
            _requests[i].Pass(startNs, _aloneNs, ref walk);
        }

        if (IsOwed)
        {
            _requests[Count - 1].GoBack(_aloneNs);
            (_inStepFrom, _aloneNs) = (Count - 1, 0);
        }
    }

    /// <summary>Shows the batch as used and begins another.</summary>
    /// <returns>How many are to be interrupted for; 0 when the ring wants no interrupt.</returns>
    public int Publish(DeviceQueue device, long endNs)
    {
        for (var i = 0; i < Count; i++)
        {
            ref readonly var served = ref _requests[i];
            served.Token?.Pass(Stub.Returned, endNs);
            served.Token?.Pass(Stub.Interrupted, endNs);
            var isRead = served.Status == BlockStatus.Ok && !served.Request.IsWrite;
            device.Complete(served.Request, served.Status, isRead ? served.Request.DataBytes : 0);
        }

        var published = device.Publish() ? Count : 0;
        Count = 0;
        return published;
    }

    /// <summary>The guest is interrupted for the batch that was shown last.</summary>
    public void Interrupt(int published, long endNs)
    {
        for (var i = 0; i < published; i++)
        {
            _requests[i].Token?.Pass(Stub.Interrupted, endNs);
        }
    }

    /// <summary>Begins another; of this one nobody hears.</summary>
    public void Clear() => Count = 0;

    /// <summary>Says when a request passes the back end's stubs, if the step has time for all of it.</summary>
    /// <returns>What it asks of the host.</returns>
    private WorkVector Play(ref ServedRequest served)
    {
        var (costs, times) = (disk.Costs, served.Token?.Job.Times);
        var work = times is null || served.Status != BlockStatus.Ok ? default
            : times.Work(served.Token!.Operation) + times.Of(storage.TakeWearWork());
        var coldNs = _isCold ? costs.ColdNs : 0;
        _isCold = false;
        served.TakenAtNs = Count == 1 ? 0 : _aloneNs; // what the batch costs is on the way of its first
        served.ParsedAtNs = _aloneNs + costs.ParseNs;
        served.ServedAtNs = served.ParsedAtNs + (times?.AloneNs(work) ?? 0) + coldNs;
        served.CopiedAtNs = served.ServedAtNs + costs.CopyNs;
        _aloneNs = served.CopiedAtNs + costs.UsedNs;
        return work with { CoreNs = costs.ParseNs + work.CoreNs + coldNs + costs.CopyNs + costs.UsedNs };
    }
}
