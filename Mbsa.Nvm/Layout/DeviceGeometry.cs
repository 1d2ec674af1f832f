namespace Mbsa.Nvm.Layout;

/// <summary>
/// Where things lie on a device, in blocks of 4096 bytes: <c>GMB, GMB copy, NAT, allocation bitmap, data area</c>,
/// each following the one before.
/// </summary>
/// <param name="DeviceBlocks">Blocks of the whole device.</param>
/// <param name="NatEntries">Child devices that the NAT can hold.</param>
public readonly record struct DeviceGeometry(long DeviceBlocks, int NatEntries)
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Blocks in a large page of the MMU: 2 MiB.</summary>
    public const int LargePageBlocks = 512;

    /// <summary>A block number has 40 bits in a page table: 4 PiB.</summary>
    public const long MaxDeviceBlocks = 1L << 40;

    /// <summary>Child devices a NAT can hold unless asked otherwise: 1 MiB of NAT.</summary>
    public const int DefaultNatEntries = 4096;

    /// <summary>First block of the NAT: after the two copies of the GMB.</summary>
    public const long NatFirstBlock = 2;

    private const int NatEntriesPerBlock = BlockBytes / NatEntry.EntryBytes;

    /// <summary>Blocks of the NAT.</summary>
    public long NatBlocks => CeilingDivide(NatEntries, NatEntriesPerBlock);

    /// <summary>First block of the allocation bitmap.</summary>
    public long BitmapFirstBlock => NatFirstBlock + NatBlocks;

    /// <summary>Blocks of the allocation bitmap: a bit for every block of the device.</summary>
    public long BitmapBlocks => CeilingDivide(DeviceBlocks, BlockBytes * 8);

    /// <summary>First block of the data area, which also holds the page tables.</summary>
    public long DataFirstBlock => BitmapFirstBlock + BitmapBlocks;

    /// <summary>Blocks of the data area.</summary>
    public long DataBlocks => DeviceBlocks - DataFirstBlock;

    /// <summary>Blocks that so many bytes take.</summary>
    public static long BlocksOf(long sizeBytes) => CeilingDivide(sizeBytes, BlockBytes);

    /// <summary>Lays out a device.</summary>
    /// <param name="sizeBytes">Size of the device.</param>
    /// <param name="maxChildDevices">Child devices the NAT must hold, or null for 4096,
    /// less when the NAT would take more than a 64th of the device.</param>
    /// <exception cref="NvmException">The size is no multiple of a block, too large, or leaves no room for data.</exception>
    public static DeviceGeometry Plan(long sizeBytes, int? maxChildDevices)
    {
        if (sizeBytes <= 0 || sizeBytes % BlockBytes != 0 || sizeBytes / BlockBytes > MaxDeviceBlocks)
        {
            throw new NvmException("GMB", $"a device of {sizeBytes} bytes cannot be; "
                + $"its size must be a positive multiple of {BlockBytes}, at most {MaxDeviceBlocks * BlockBytes}");
        }

        if (maxChildDevices <= 0)
        {
            throw new NvmException("NAT", $"a NAT for {maxChildDevices} child devices cannot be; at least 1");
        }

        var blocks = sizeBytes / BlockBytes;
        var entries = maxChildDevices ?? (int)Math.Clamp(blocks / 64 * NatEntriesPerBlock, NatEntriesPerBlock, DefaultNatEntries);
        var geometry = new DeviceGeometry(blocks, entries);
        return geometry.DataBlocks > 0
            ? geometry
            : throw new NvmException("GMB", $"a device of {sizeBytes} bytes is too small: "
                + $"GMB, NAT for {entries} child devices and allocation bitmap alone take {geometry.DataFirstBlock * BlockBytes}");
    }

    private static long CeilingDivide(long value, long divisor) => (value + divisor - 1) / divisor;
}
