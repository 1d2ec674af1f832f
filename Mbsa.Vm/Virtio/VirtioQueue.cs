namespace Mbsa.Vm.Virtio;

/// <summary>
/// A virtqueue between the VCPUs that share it and the disk's back end. The driver's side is behind one lock, as in the guest;
/// who has to wait for it is worked out from how long each holds it, so that both clocks see the same contention.
/// </summary>
public sealed class VirtioQueue
{
    private readonly List<FrontEnd> _users = [];
    private double _lockFreeAtNs;
    private int _inUse;
    private bool _isGivenUp;

    internal VirtioQueue(GuestMemory memory, in VirtqueueLayout layout)
    {
        (Memory, Layout) = (memory, layout);
        Driver = new DriverQueue<IoRequest>(memory, layout);
        Device = new DeviceQueue(memory, layout);
        Driver.TryEnableInterrupts();
    }

    /// <summary>The queue's lock, for everything on <see cref="Driver"/>.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Where it lies.</summary>
    public VirtqueueLayout Layout { get; }

    /// <summary>Guest memory.</summary>
    public GuestMemory Memory { get; }

    /// <summary>The driver's side.</summary>
    public DriverQueue<IoRequest> Driver { get; private set; }

    /// <summary>The device's side, for the I/O thread.</summary>
    public DeviceQueue Device { get; }

    /// <summary>The front end whose VCPU takes the queue's interrupts: the first that uses it.</summary>
    public FrontEnd Target => _users[0];

    /// <summary>Whether several VCPUs use it, so that they have to wait for one another.</summary>
    public bool IsShared => _users.Count > 1;

    /// <summary>Whether a VCPU that uses it has not come to its end.</summary>
    public bool IsInUse => Volatile.Read(ref _inUse) > 0;

    internal void AddUser(FrontEnd user)
    {
        _users.Add(user);
        _inUse++;
    }

    /// <summary>Takes the lock for a while.</summary>
    /// <param name="atNs">When, on the scenario's clock.</param>
    /// <param name="holdNs">For how long.</param>
    /// <returns>How long the VCPU spins before it has it, in nanoseconds.</returns>
    internal double Hold(double atNs, double holdNs)
    {
        if (!IsShared)
        {
            return 0;
        }

        lock (Lock)
        {
            var waitNs = Math.Max(0, _lockFreeAtNs - atNs);
            _lockFreeAtNs = atNs + waitNs + holdNs;
            return waitNs;
        }
    }

    /// <summary>Puts a request on the ring and shows it.</summary>
    /// <returns>Whether the ring wants a kick.</returns>
    internal bool Offer(IoRequest request)
    {
        var operation = request.Operation;
        lock (Lock)
        {
            return Driver.TryAdd(request, request.HeaderAddress, request.BufferAddress,
                operation.LengthBytes, operation.IsWrite, request.StatusAddress) ? Driver.Publish()
                : throw new InvalidOperationException("a queue has no room for a request it was made for");
        }
    }

    internal void Leave(long nowNs)
    {
        if (Interlocked.Decrement(ref _inUse) == 0)
        {
            Target.Doorbell.Ring(nowNs); // it stayed to take the interrupts of the others
        }
    }

    /// <summary>Tells all who use it, once, that the device gave the queue up.</summary>
    internal void Fail(long nowNs)
    {
        if (_isGivenUp)
        {
            return;
        }

        _isGivenUp = true;
        foreach (var user in _users)
        {
            user.Interrupt(nowNs);
        }
    }

    /// <summary>
    /// A worker of one of its VCPUs begins:
    /// what the VCPU had in flight is abandoned, and a queue that its device gave up begins anew on both sides.
    /// </summary>
    internal void RecoverFor(FrontEnd user)
    {
        lock (Lock)
        {
            var isGivenUp = Device.Fault != RingFault.None;
            for (var head = 0; head < Layout.Entries; head++)
            {
                if (Driver.TokenOf((ushort)head) is { } request && (isGivenUp || request.Job.Owner == user))
                {
                    request.IsAbandoned = true;
                    if (isGivenUp)
                    {
                        request.IsLost = true;
                        request.Job.Owner.Hand(request);
                    }
                }
            }

            if (isGivenUp)
            {
                Driver = new DriverQueue<IoRequest>(Memory, Layout);
                Driver.Publish();
                Driver.TryEnableInterrupts();
                _isGivenUp = false;
                Device.Reset();
            }
        }
    }
}
