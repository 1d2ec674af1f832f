using Mbsa.Vm.Paths;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// What a VCPU does with an interrupt of its queue: takes back what is done, hands on what others submitted, and asks for interrupts again.
/// What came back while it did is taken in another turn.
/// </summary>
internal sealed class InterruptHandler(FrontEnd frontEnd)
{
    private readonly VirtioQueue? _queue = frontEnd.Queue;
    private readonly StageCosts _costs = frontEnd.Disk.Costs;
    private int _toTake;

    /// <summary>Whether a turn has ended and another must follow.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Others that slept and that requests were handed to; 0 again when they are signalled.</summary>
    public int ToSignal { get; set; }

    /// <summary>Core time into the step at which the guest's handler is entered, in nanoseconds.</summary>
    public double EntersAtNs { get; private set; }

    /// <summary>Begins a turn.</summary>
    /// <param name="startNs">When the step begins.</param>
    /// <param name="owedNs">Core time of the step before the handler.</param>
    /// <param name="isEntering">Whether the guest is just being entered, and leaves and enters not once more for it.</param>
    /// <returns>Core time of the turn, in nanoseconds.</returns>
    public double Begin(long startNs, double owedNs, bool isEntering)
    {
        var handlerNs = 0d;
        if (!IsBegun)
        {
            frontEnd.TryTakeInterrupt();
            var trapNs = isEntering ? 0 : _costs.ExitNs + _costs.EnterNs;
            (owedNs, handlerNs) = (owedNs + trapNs, _costs.NotifyNs + trapNs);
            if (_queue!.Device.Fault is not RingFault.None and var fault)
            {
                throw new InputException($"the disk has to be reset: its queue has a fault ({fault})");
            }
        }

        EntersAtNs = owedNs;
        _toTake = _queue!.Driver.Returned;
        var takeNs = _toTake * _costs.CompleteNs;
        return handlerNs + takeNs + (_toTake == 0 ? 0 : _queue.Hold(startNs + owedNs, _toTake * _costs.LockNs));
    }

    /// <summary>Takes the next of this VCPU's own requests that came back; those of others on the way to it are handed on.</summary>
    /// <returns>The request; null when the turn has taken all that were there when it began.</returns>
    public IoRequest? TryTake(long enteredNs, long endNs)
    {
        for (; _toTake > 0; _toTake--)
        {
            IoRequest? request;
            lock (_queue!.Lock)
            {
                request = _queue.Driver.TakeReturned();
            }

            if (request is null)
            {
                _toTake = 0;
                return null;
            }

            request.Pass(Stub.Entered, enteredNs);
            if (request.Job.Owner == frontEnd)
            {
                _toTake--;
                return request;
            }

            HandOn(request, endNs);
        }

        return null;
    }

    /// <summary>Ends the turn and asks for interrupts again.</summary>
    public void End()
    {
        lock (_queue!.Lock)
        {
            IsBegun = !_queue.Driver.TryEnableInterrupts();
        }
    }

    private void HandOn(IoRequest request, long endNs)
    {
        var owner = request.Job.Owner;
        owner.Hand(request);
        ToSignal += owner.IsAsleep ? 1 : 0;
        owner.IsAsleep = false;
        owner.Doorbell.Ring(endNs);
    }
}
