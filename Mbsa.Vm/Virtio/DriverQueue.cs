namespace Mbsa.Vm.Virtio;

/// <summary>
/// A virtqueue as a block driver sees it: chains of three descriptors (header, data, status) that it offers and gets back.
/// It is for one thread at a time: drivers hold the queue's lock.
/// </summary>
/// <typeparam name="TToken">What the driver knows a chain by.</typeparam>
public sealed class DriverQueue<TToken>
    where TToken : class
{
    /// <summary>Descriptors of a request.</summary>
    public const int ChainLength = 3;

    private readonly GuestMemory _memory;
    private readonly VirtqueueLayout _layout;
    private readonly TToken?[] _tokens;
    private ushort _freeHead;
    private ushort _available;
    private ushort _kicked;
    private ushort _lastUsed;

    /// <summary>A queue that is about to be enabled.</summary>
    public DriverQueue(GuestMemory memory, in VirtqueueLayout layout)
    {
        (_memory, _layout) = (memory, layout);
        _tokens = new TToken?[layout.Entries];
        for (var i = 0; i < layout.Entries; i++)
        {
            new Descriptor(0, 0, DescriptorFlags.Next, (ushort)(i + 1)).Write(memory, layout, i);
        }

        Free = layout.Entries;
    }

    /// <summary>Descriptors that no chain uses.</summary>
    public int Free { get; private set; }

    /// <summary>Chains that came back and were not taken yet.</summary>
    public int Returned => (ushort)(_memory.Take16(_layout.UsedIndex) - _lastUsed);

    /// <summary>Offers a request; the device does not see it before <see cref="Publish"/>.</summary>
    /// <param name="token">What it is known by.</param>
    /// <param name="header">Address of its header, filled in.</param>
    /// <param name="data">Address of its data.</param>
    /// <param name="dataBytes">Length of its data, at least 1.</param>
    /// <param name="isWrite">Whether the device reads the data, to write the disk.</param>
    /// <param name="status">Address of its status.</param>
    /// <returns>False when the queue has no room.</returns>
    public bool TryAdd(TToken token, int header, int data, int dataBytes, bool isWrite, int status)
    {
        if (Free < ChainLength)
        {
            return false;
        }

        var head = _freeHead;
        var second = Link(head, new Descriptor((ulong)header, BlockRequest.HeaderBytes, DescriptorFlags.Next, 0));
        var third =
            Link(second, new Descriptor((ulong)data, (uint)dataBytes, DescriptorFlags.Next | (isWrite ? 0 : DescriptorFlags.Write), 0));
        _freeHead = Link(third, new Descriptor((ulong)status, 1, DescriptorFlags.Write, 0));
        Free -= ChainLength;
        _tokens[head] = token;
        _memory.Write16(_layout.AvailableEntry(_available++), head);
        return true;
    }

    /// <summary>Shows the device what was offered.</summary>
    /// <returns>Whether the device asked to be notified at this point.</returns>
    public bool Publish()
    {
        _memory.Publish16(_layout.AvailableIndex, _available);
        Interlocked.MemoryBarrier(); // what the device asks for must not be read before it can see this
        var wanted = _memory.Take16(_layout.AvailableEvent);
        var isDue = VirtqueueLayout.IsEventDue(wanted, _available, _kicked);
        _kicked = _available;
        return isDue;
    }

    /// <summary>Takes the next chain that came back; its descriptors are free again.</summary>
    /// <returns>What it is known by; null when there is none.</returns>
    /// <exception cref="InvalidOperationException">The device gave back what it never got.</exception>
    public TToken? TakeReturned()
    {
        if (Returned == 0)
        {
            return null;
        }

        var head = (int)_memory.Read32(_layout.UsedEntry(_lastUsed++));
        var token = (uint)head < (uint)_layout.Entries ? _tokens[head] : null;
        if (token is null)
        {
            throw new InvalidOperationException($"the device gave back chain {head}, which it never got");
        }

        _tokens[head] = null;
        Release((ushort)head);
        return token;
    }

    /// <summary>Asks for an interrupt at the next chain that comes back.</summary>
    /// <returns>Whether there is still none; else it came meanwhile, perhaps without an interrupt.</returns>
    public bool TryEnableInterrupts()
    {
        _memory.Publish16(_layout.UsedEvent, _lastUsed);
        Interlocked.MemoryBarrier();
        return Returned == 0;
    }

    /// <summary>What a chain is known by; null for one that is not the driver's.</summary>
    internal TToken? TokenOf(ushort head) => head < _tokens.Length ? _tokens[head] : null;

    /// <summary>Fills in a free descriptor.</summary>
    /// <returns>The free descriptor after it, which is the one it leads to.</returns>
    private ushort Link(ushort index, in Descriptor content)
    {
        var next = _memory.Read16(_layout.Descriptor(index) + 14);
        (content with { Next = next }).Write(_memory, _layout, index);
        return next;
    }

    private void Release(ushort head)
    {
        var last = head;
        for (var i = 1; i < ChainLength; i++)
        {
            last = _memory.Read16(_layout.Descriptor(last) + 14);
        }

        new Descriptor(0, 0, DescriptorFlags.Next, _freeHead).Write(_memory, _layout, last);
        _freeHead = head;
        Free += ChainLength;
    }
}
