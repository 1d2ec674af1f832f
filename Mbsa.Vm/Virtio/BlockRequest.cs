using System.Buffers.Binary;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// What a chain of descriptors asks a virtio block device for (Virtual I/O Device Version 1.2, section 5.2.6):
/// a header of 16 bytes that the device reads (type 4, reserved 4, sector 8), the data, and one byte of status that it writes.
/// </summary>
/// <param name="Head">The chain's first descriptor: its name.</param>
/// <param name="Kind">What to do; a value outside the enumeration is one the device does not know.</param>
/// <param name="Sector">The first sector of 512 bytes.</param>
/// <param name="DataBytes">Length of the data.</param>
/// <param name="Segments">Stretches of guest memory that the data lies in.</param>
/// <param name="StatusAddress">Where the status goes.</param>
public readonly record struct BlockRequest(ushort Head, BlockRequestKind Kind, ulong Sector, int DataBytes, int Segments, int StatusAddress)
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bytes of a sector.</summary>
    public const int SectorBytes = 512;

    private const int SectorOffset = 8;

    /// <summary>Whether the device writes to the disk.</summary>
    public bool IsWrite => Kind == BlockRequestKind.Out;

    /// <summary>Writes a header.</summary>
    public static void WriteHeader(Span<byte> header, BlockRequestKind kind, ulong sector)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)kind);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header[SectorOffset..], sector);
    }

    /// <summary>Reads a header.</summary>
    public static (BlockRequestKind Kind, ulong Sector) ReadHeader(ReadOnlySpan<byte> header) => (
        (BlockRequestKind)BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[SectorOffset..]));
}

/// <summary>Type of a block request.</summary>
public enum BlockRequestKind : uint
{
    /// <summary>VIRTIO_BLK_T_IN: read the disk.</summary>
    In = 0,

    /// <summary>VIRTIO_BLK_T_OUT: write the disk.</summary>
    Out = 1,

    /// <summary>VIRTIO_BLK_T_FLUSH: nothing here, for a write is on the NVM when it is done.</summary>
    Flush = 4,
}

/// <summary>Status of a block request.</summary>
public enum BlockStatus : byte
{
    /// <summary>VIRTIO_BLK_S_OK.</summary>
    Ok = 0,

    /// <summary>VIRTIO_BLK_S_IOERR: the request is wrong, or the disk.</summary>
    IoError = 1,

    /// <summary>VIRTIO_BLK_S_UNSUPP: the device does not know the type.</summary>
    Unsupported = 2,
}
