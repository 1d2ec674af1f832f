using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// The part of a guest's memory that a virtio device may reach: rings, request headers, buffers.
/// Addresses count from its beginning; everything is little endian. Front and back end work on it at the same time,
/// so what hands over the rest is read and written as a whole and in order.
/// </summary>
public sealed class GuestMemory
{
    private readonly ArraySegment<byte> _bytes;

    /// <summary>Memory of zeros, from a page boundary on.</summary>
    /// <param name="lengthBytes">Its length.</param>
    public GuestMemory(int lengthBytes)
    {
        _bytes = IoBuffer.Allocate(lengthBytes);
        _bytes.AsSpan().Clear();
    }

    /// <summary>Bytes of it.</summary>
    public int LengthBytes => _bytes.Count;

    /// <summary>Whether a range that a guest names lies in it; whatever the numbers are.</summary>
    public bool Contains(ulong address, uint lengthBytes) =>
        address <= (ulong)LengthBytes && lengthBytes <= (ulong)LengthBytes - address;

    /// <summary>Bytes of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside.</exception>
    public Span<byte> At(int address, int lengthBytes) => _bytes.AsSpan(address, lengthBytes);

    /// <summary>Reads 16 bits.</summary>
    public ushort Read16(int address) => BinaryPrimitives.ReadUInt16LittleEndian(At(address, sizeof(ushort)));

    /// <summary>Reads 32 bits.</summary>
    public uint Read32(int address) => BinaryPrimitives.ReadUInt32LittleEndian(At(address, sizeof(uint)));

    /// <summary>Reads 64 bits.</summary>
    public ulong Read64(int address) => BinaryPrimitives.ReadUInt64LittleEndian(At(address, sizeof(ulong)));

    /// <summary>Writes 16 bits.</summary>
    public void Write16(int address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(At(address, sizeof(ushort)), value);

    /// <summary>Writes 32 bits.</summary>
    public void Write32(int address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(At(address, sizeof(uint)), value);

    /// <summary>Writes 64 bits.</summary>
    public void Write64(int address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(At(address, sizeof(ulong)), value);

    /// <summary>Reads 16 bits that the other side hands over: what it wrote before is there.</summary>
    public ushort Take16(int address) => InOrder(Volatile.Read(ref Cell(address)));

    /// <summary>Writes 16 bits that hand over all that was written before.</summary>
    public void Publish16(int address, ushort value) => Volatile.Write(ref Cell(address), InOrder(value));

    private ref ushort Cell(int address) => ref MemoryMarshal.AsRef<ushort>(At(address, sizeof(ushort)));

    private static ushort InOrder(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}
