using System.Collections.Immutable;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// The front end as one VCPU has it: the queue it submits to, the requests of its jobs, and the way others reach it.
/// It belongs to the guest's memory and outlives the VCPU's worker.
/// </summary>
public sealed class FrontEnd
{
    private readonly Lock _lock = new();
    private readonly Queue<IoRequest> _answers = new();
    private int _answered;
    private bool _isInterrupted;
    private bool _isAsleep;
    private bool _isIn = true;

    internal FrontEnd(VirtioDisk disk, int vcpu) => (Disk, Vcpu) = (disk, vcpu);

    /// <summary>The disk.</summary>
    public VirtioDisk Disk { get; }

    /// <summary>Index of the VCPU.</summary>
    public int Vcpu { get; }

    /// <summary>What wakes the VCPU: an interrupt, or another VCPU that has an answer for it.</summary>
    public Doorbell Doorbell { get; } = new();

    /// <summary>The queue it submits to; null without I/O.</summary>
    public VirtioQueue? Queue { get; internal set; }

    /// <summary>The requests of its jobs, one entry a clone; null for a job without I/O.</summary>
    public ImmutableArray<FrontEndJob?> Jobs { get; internal set; } = [];

    /// <summary>Whether its VCPU is blocked: to reach it takes an interprocessor interrupt.</summary>
    internal bool IsAsleep
    {
        get => Volatile.Read(ref _isAsleep);
        set => Volatile.Write(ref _isAsleep, value);
    }

    /// <summary>Whether an interrupt is pending.</summary>
    internal bool IsInterrupted => Volatile.Read(ref _isInterrupted);

    /// <summary>Answers of other VCPUs' handlers that wait to be taken.</summary>
    internal bool HasAnswers => Volatile.Read(ref _answered) > 0;

    /// <summary>Makes an interrupt pending and wakes the VCPU.</summary>
    internal void Interrupt(long nowNs)
    {
        Volatile.Write(ref _isInterrupted, true);
        Doorbell.Ring(nowNs);
    }

    /// <summary>Takes the pending interrupt, if there is one.</summary>
    internal bool TryTakeInterrupt()
    {
        var wasInterrupted = IsInterrupted;
        Volatile.Write(ref _isInterrupted, false);
        return wasInterrupted;
    }

    /// <summary>Hands over a request of this VCPU that another's handler found done.</summary>
    internal void Hand(IoRequest request)
    {
        lock (_lock)
        {
            _answers.Enqueue(request);
            _answered = _answers.Count;
        }
    }

    /// <summary>Takes the next request that another VCPU's handler found done.</summary>
    internal IoRequest? TakeAnswer()
    {
        lock (_lock)
        {
            _answers.TryDequeue(out var request);
            _answered = _answers.Count;
            return request;
        }
    }

    /// <summary>
    /// The VCPU's worker begins, perhaps after another that failed. It looks at the ring at once, for an interrupt may have gone unheard,
    /// and wakes the I/O thread, for a kick may have; a queue that its device gave up is reset.
    /// </summary>
    internal void Start(long nowNs)
    {
        Queue?.RecoverFor(this);
        IsAsleep = false;
        Volatile.Write(ref _isInterrupted, Queue is not null && Queue.Target == this);
        foreach (var job in Jobs)
        {
            job?.Start(nowNs);
        }

        Disk.Doorbell.Ring(nowNs);
    }

    /// <summary>The VCPU does no more I/O. The last to leave lets the I/O thread go.</summary>
    internal void Leave(long nowNs)
    {
        if (_isIn && Queue is not null)
        {
            _isIn = false;
            Queue.Leave(nowNs);
            Disk.Leave(nowNs);
        }
    }
}
