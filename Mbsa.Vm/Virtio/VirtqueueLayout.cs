namespace Mbsa.Vm.Virtio;

/// <summary>
/// Where the three parts of a split virtqueue lie in guest memory (Virtual I/O Device Version 1.2, section 2.7), little endian:
/// <code>
/// descriptor table, 16 bytes each:  address 8, length 4, flags 2, next 2                       from a multiple of 16
/// available ring, by the driver:    flags 2, idx 2, ring 2 each, used_event 2                   from a multiple of 2
/// used ring, by the device:         flags 2, idx 2, ring (id 4, length 4) each, avail_event 2   from a multiple of 4
/// </code>
/// </summary>
public readonly record struct VirtqueueLayout
{
    /// <summary>Most entries a queue can have (section 2.7).</summary>
    public const int MaxEntries = 32768;

    private const int DescriptorBytes = 16, UsedElementBytes = 8, HeadBytes = 4;

    /// <summary>Lays out a queue.</summary>
    /// <param name="entries">Its size, a power of two up to <see cref="MaxEntries"/>.</param>
    /// <param name="address">Where it may begin.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not allowed.</exception>
    public VirtqueueLayout(int entries, int address)
    {
        if (entries is < 1 or > MaxEntries || (entries & (entries - 1)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(entries), entries,
                $"a queue has a power of two of entries, at most {MaxEntries}");
        }

        Entries = entries;
        Descriptors = (address + 15) & ~15;
        Available = Descriptors + DescriptorBytes * entries;
        UsedEvent = Available + HeadBytes + sizeof(ushort) * entries;
        Used = (UsedEvent + sizeof(ushort) + 3) & ~3;
        AvailableEvent = Used + HeadBytes + UsedElementBytes * entries;
        End = AvailableEvent + sizeof(ushort);
    }

    /// <summary>Its size.</summary>
    public int Entries { get; }

    /// <summary>Address of the descriptor table.</summary>
    public int Descriptors { get; }

    /// <summary>Address of the available ring.</summary>
    public int Available { get; }

    /// <summary>Address of the available ring's idx: how many chains the driver ever offered, modulo 65536.</summary>
    public int AvailableIndex => Available + sizeof(ushort);

    /// <summary>Address of used_event: the driver wants an interrupt when this used entry is written.</summary>
    public int UsedEvent { get; }

    /// <summary>Address of the used ring.</summary>
    public int Used { get; }

    /// <summary>Address of the used ring's idx: how many chains the device ever gave back, modulo 65536.</summary>
    public int UsedIndex => Used + sizeof(ushort);

    /// <summary>Address of avail_event: the device wants a notification when this available entry is written.</summary>
    public int AvailableEvent { get; }

    /// <summary>The first address behind it.</summary>
    public int End { get; }

    /// <summary>Address of a descriptor.</summary>
    public int Descriptor(int index) => Descriptors + DescriptorBytes * index;

    /// <summary>Address of the available ring's entry for a chain, by its running number.</summary>
    public int AvailableEntry(ushort number) => Available + HeadBytes + sizeof(ushort) * (number & (Entries - 1));

    /// <summary>Address of the used ring's entry for a chain, by its running number.</summary>
    public int UsedEntry(ushort number) => Used + HeadBytes + UsedElementBytes * (number & (Entries - 1));

    /// <summary>
    /// Whether the other side asked to hear of an entry between two values of idx (vring_need_event, section 2.7.10):
    /// the notification is due when idx moved past what it named.
    /// </summary>
    public static bool IsEventDue(ushort wanted, ushort newIndex, ushort oldIndex) =>
        (ushort)(newIndex - wanted - 1) < (ushort)(newIndex - oldIndex);
}
