namespace Mbsa.Vm.Virtio;

/// <summary>
/// A virtqueue as the device sees it. The driver is not trusted: nothing it wrote is used before it was checked, whatever it writes at the
/// same time, and nothing it can write makes this throw, loop or touch memory outside the guest's. For one thread at a time.
/// </summary>
public sealed class DeviceQueue
{
    private readonly GuestMemory _memory;
    private readonly VirtqueueLayout _layout;
    private readonly Segment[] _segments;
    private ushort _lastAvailable;
    private ushort _used;
    private ushort _signalled;

    /// <summary>A queue that was just enabled. It asks to be notified of the first chain.</summary>
    public DeviceQueue(GuestMemory memory, in VirtqueueLayout layout)
    {
        (_memory, _layout) = (memory, layout);
        _segments = new Segment[layout.Entries];
    }

    /// <summary>What is wrong with it. A queue with a fault gives nothing more until <see cref="Reset"/>.</summary>
    public RingFault Fault { get; private set; }

    /// <summary>Chains offered and not taken yet; 0 with a fault.</summary>
    public int Available
    {
        get
        {
            var offered = (ushort)(_memory.Take16(_layout.AvailableIndex) - _lastAvailable);
            if (offered > _layout.Entries && Fault == RingFault.None)
            {
                Fault = RingFault.BadIndex;
            }

            return Fault == RingFault.None ? offered : 0;
        }
    }

    /// <summary>Takes the next chain.</summary>
    /// <param name="request">What it asks for; its segments are good until the next call.</param>
    /// <returns>Whether there was one, and the queue is still sound.</returns>
    public bool TryTake(out BlockRequest request)
    {
        request = default;
        if (Available == 0)
        {
            return false;
        }

        var head = _memory.Read16(_layout.AvailableEntry(_lastAvailable));
        Fault = Walk(head, out request);
        if (Fault != RingFault.None)
        {
            return false;
        }

        _lastAvailable++;
        return true;
    }

    /// <summary>A stretch of the data of the request taken last.</summary>
    public Span<byte> Data(int segment) => _memory.At(_segments[segment].Address, _segments[segment].LengthBytes);

    /// <summary>Gives a chain back; the driver does not see it before <see cref="Publish"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">What became of it.</param>
    /// <param name="writtenBytes">Bytes of its data that were written.</param>
    public void Complete(in BlockRequest request, BlockStatus status, int writtenBytes)
    {
        _memory.At(request.StatusAddress, 1)[0] = (byte)status;
        var at = _layout.UsedEntry(_used++);
        _memory.Write32(at, request.Head);
        _memory.Write32(at + sizeof(uint), (uint)writtenBytes + 1);
    }

    /// <summary>Shows the driver what was given back.</summary>
    /// <returns>Whether it asked for an interrupt at this point.</returns>
    public bool Publish()
    {
        _memory.Publish16(_layout.UsedIndex, _used);
        Interlocked.MemoryBarrier(); // what the driver asks for must not be read before it can see this
        var wanted = _memory.Take16(_layout.UsedEvent);
        var isDue = VirtqueueLayout.IsEventDue(wanted, _used, _signalled);
        _signalled = _used;
        return isDue;
    }

    /// <summary>Asks to be notified of the next chain, before the device goes to sleep.</summary>
    /// <returns>Whether there is still none; else it came meanwhile, perhaps without a notification.</returns>
    public bool TryEnableKicks()
    {
        _memory.Publish16(_layout.AvailableEvent, _lastAvailable);
        Interlocked.MemoryBarrier();
        return Available == 0;
    }

    /// <summary>A back end takes over from one that failed: what was taken and not shown as used is taken again.</summary>
    public void TakeOver() => (_lastAvailable, _used) = (_signalled, _signalled);

    /// <summary>Begins anew, as the driver does at the same time. What was taken and not given back is forgotten.</summary>
    public void Reset()
    {
        (_lastAvailable, _used, _signalled, Fault) = (0, 0, 0, RingFault.None);
        _memory.Publish16(_layout.UsedIndex, 0);
        _memory.Publish16(_layout.AvailableEvent, 0);
    }

    /// <summary>
    /// Follows a chain, each descriptor read once. Its shape is the one every driver uses: a header, data, a status;
    /// of data alone the device does not insist on anything but that it is there.
    /// </summary>
    private RingFault Walk(ushort head, out BlockRequest request)
    {
        request = default;
        var (index, segments, dataBytes, statusAddress) = (head, 0, 0L, -1);
        var (kind, sector) = (default(BlockRequestKind), 0ul);
        for (var step = 0; ; step++)
        {
            if (step == _layout.Entries)
            {
                return RingFault.EndlessChain;
            }

            if (index >= _layout.Entries)
            {
                return RingFault.BadDescriptor;
            }

            var descriptor = Descriptor.Read(_memory, _layout, index);
            if (Check(descriptor, isFirst: step == 0, mustWrite: segments > 0 && _segments[segments - 1].IsWritable)
                is var fault and not RingFault.None)
            {
                return fault;
            }

            var (address, isWritable) = ((int)descriptor.Address, descriptor.IsWritable);
            var isLast = !descriptor.HasNext;
            if (step == 0)
            {
                (kind, sector) = BlockRequest.ReadHeader(_memory.At(address, BlockRequest.HeaderBytes));
            }
            else if (isLast)
            {
                statusAddress = isWritable && descriptor.LengthBytes == 1 ? address : -1;
            }
            else
            {
                _segments[segments++] = new Segment(address, (int)descriptor.LengthBytes, isWritable);
                dataBytes += descriptor.LengthBytes;
            }

            if (isLast)
            {
                break;
            }

            index = descriptor.Next;
        }

        var isTransfer = kind is BlockRequestKind.In or BlockRequestKind.Out;
        if (statusAddress < 0 || dataBytes > int.MaxValue || (isTransfer && !AllAre(segments, isWritable: kind == BlockRequestKind.In)))
        {
            return RingFault.WrongShape;
        }

        request = new BlockRequest(head, kind, sector, (int)dataBytes, segments, statusAddress);
        return RingFault.None;
    }

    private RingFault Check(in Descriptor descriptor, bool isFirst, bool mustWrite) => descriptor switch
    {
        { Flags: var flags } when (flags & ~(DescriptorFlags.Next | DescriptorFlags.Write)) != 0 => RingFault.NotNegotiated,
        { LengthBytes: 0 } => RingFault.OutOfBounds,
        _ when !_memory.Contains(descriptor.Address, descriptor.LengthBytes) => RingFault.OutOfBounds,
        _ when isFirst && (descriptor.LengthBytes != BlockRequest.HeaderBytes || descriptor.IsWritable) => RingFault.WrongShape,
        _ when mustWrite && !descriptor.IsWritable => RingFault.WrongOrder,
        _ => RingFault.None,
    };

    private bool AllAre(int segments, bool isWritable)
    {
        foreach (ref readonly var segment in _segments.AsSpan(0, segments))
        {
            if (segment.IsWritable != isWritable)
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Segment(int Address, int LengthBytes, bool IsWritable);
}
