namespace Mbsa.Vm.Virtio;

/// <summary>
/// One entry of a descriptor table (Virtual I/O Device Version 1.2, section 2.7.5): a stretch of guest memory, and what comes after it.
/// </summary>
/// <param name="Address">Where the stretch begins.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Next">The entry after it, if the flags say that there is one.</param>
public readonly record struct Descriptor(ulong Address, uint LengthBytes, DescriptorFlags Flags, ushort Next)
{
    /// <summary>The device writes it.</summary>
    public bool IsWritable => (Flags & DescriptorFlags.Write) != 0;

    /// <summary>The chain goes on behind it.</summary>
    public bool HasNext => (Flags & DescriptorFlags.Next) != 0;

    /// <summary>Reads an entry.</summary>
    public static Descriptor Read(GuestMemory memory, in VirtqueueLayout layout, int index)
    {
        var at = layout.Descriptor(index);
        return new Descriptor(memory.Read64(at), memory.Read32(at + 8), (DescriptorFlags)memory.Read16(at + 12), memory.Read16(at + 14));
    }

    /// <summary>Writes the entry.</summary>
    public void Write(GuestMemory memory, in VirtqueueLayout layout, int index)
    {
        var at = layout.Descriptor(index);
        memory.Write64(at, Address);
        memory.Write32(at + 8, LengthBytes);
        memory.Write16(at + 12, (ushort)Flags);
        memory.Write16(at + 14, Next);
    }
}

/// <summary>Flags of a <see cref="Descriptor"/>.</summary>
[Flags]
public enum DescriptorFlags : ushort
{
    /// <summary>The device reads it, and it is the last of its chain.</summary>
    None = 0,

    /// <summary>VIRTQ_DESC_F_NEXT: the chain goes on.</summary>
    Next = 1,

    /// <summary>VIRTQ_DESC_F_WRITE: the device writes it.</summary>
    Write = 2,

    /// <summary>
    /// VIRTQ_DESC_F_INDIRECT: it holds a table of descriptors. Our device does not offer that feature, so a driver must not use it.
    /// </summary>
    Indirect = 4,
}
