using System.Buffers.Binary;
using System.IO.Hashing;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Migrating;

/// <summary>
/// Blocks of one NVM area on their way into another, a <see cref="Shipment"/>. Its body: bytes of the area (8), blocks with bytes (8),
/// blocks of zeros (8); the numbers of the blocks with bytes, each as its distance from the one before in 7-bit groups,
/// and those of the blocks of zeros in the same way; then the bytes.
/// </summary>
public static class MigratedBlocks
{
    private const int BlocksAtOnce = 64;
    private const int HashedAtOnceBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "MBSABLKS"u8;

    /// <summary>Bytes that the area the blocks come from has.</summary>
    /// <exception cref="InvalidDataException">The shipment is damaged, or something else.</exception>
    public static long AreaBytes(byte[] shipment)
    {
        using var from = Open(shipment);
        return from.ReadInt64();
    }

    /// <summary>Puts blocks into an area and fences.</summary>
    /// <param name="shipment">The blocks; checked before the first one is written.</param>
    /// <param name="area">An area as long as the one they come from.</param>
    /// <exception cref="InvalidDataException">The shipment is damaged, or of an area of another length.</exception>
    public static void Apply(byte[] shipment, NvmArea area)
    {
        ArgumentNullException.ThrowIfNull(area);
        using var from = Open(shipment);
        var areaBytes = from.ReadInt64();
        if (areaBytes != area.LengthBytes)
        {
            throw new InvalidDataException($"moved blocks: they are of an area of {areaBytes} bytes, this one has {area.LengthBytes}");
        }

        var (filled, zeros) = (from.ReadInt64(), from.ReadInt64());
        if (filled < 0 || zeros < 0 || filled + zeros > areaBytes / BlockStorage.BlockBytes)
        {
            throw new InvalidDataException($"moved blocks: there are {filled} and {zeros} in an area of {areaBytes} bytes");
        }

        var (filledBlocks, zeroBlocks) = (ReadNumbers(from, filled), ReadNumbers(from, zeros));
        using var lease = area.Lease();
        Span<byte> block = stackalloc byte[BlockStorage.BlockBytes];
        foreach (var number in filledBlocks)
        {
            from.BaseStream.ReadExactly(block);
            lease.Stream(number * BlockStorage.BlockBytes, block);
        }

        block.Clear();
        foreach (var number in zeroBlocks)
        {
            lease.Stream(number * BlockStorage.BlockBytes, block);
        }

        lease.Fence();
    }

    /// <summary>
    /// A hash over the length and all bytes of an area, by which two hosts see that a VM arrived as it left. XXH3, 64 bits.
    /// </summary>
    /// <param name="area">The area.</param>
    /// <param name="hasBytes">
    /// Whether blocks of data have bytes; if not they are left out, and with them all memory that would only be touched.
    /// </param>
    /// <exception cref="NvmException">Without bytes in its data: the super block is damaged.</exception>
    public static ulong HashOf(NvmArea area, bool hasBytes)
    {
        ArgumentNullException.ThrowIfNull(area);
        var endBytes = !hasBytes && VirtualDisk.Find(area) is { } disk
            ? disk.Geometry.DataFirstBlock * BlockStorage.BlockBytes
            : area.LengthBytes;
        using var lease = area.Lease();
        var hash = new XxHash3();
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, area.LengthBytes);
        hash.Append(length);
        for (var offset = 0L; offset < endBytes; offset += HashedAtOnceBytes)
        {
            hash.Append(lease.View(offset, (int)Math.Min(HashedAtOnceBytes, endBytes - offset)));
        }

        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>Seals blocks of an area.</summary>
    /// <param name="lease">A hold on the area.</param>
    /// <param name="filled">Numbers of the blocks with bytes, rising.</param>
    /// <param name="zeros">Numbers of the blocks that are all zero and were not before, rising.</param>
    /// <exception cref="InvalidDataException">They are too many for one shipment.</exception>
    internal static byte[] Seal(NvmLease lease, IReadOnlyList<long> filled, IReadOnlyList<long> zeros)
    {
        var index = Index(lease.LengthBytes, filled, zeros);
        return Shipment.Seal(Magic, index.Length + (long)filled.Count * BlockStorage.BlockBytes, Body(index, lease, filled));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Body(byte[] index, NvmLease lease, IReadOnlyList<long> filled)
    {
        yield return index;
        var buffer = new byte[BlocksAtOnce * BlockStorage.BlockBytes];
        for (var first = 0; first < filled.Count; first += BlocksAtOnce)
        {
            var count = Math.Min(BlocksAtOnce, filled.Count - first);
            for (var i = 0; i < count; i++)
            {
                lease.Read(filled[first + i] * BlockStorage.BlockBytes,
                    buffer.AsSpan(i * BlockStorage.BlockBytes, BlockStorage.BlockBytes));
            }

            yield return buffer.AsMemory(0, count * BlockStorage.BlockBytes);
        }
    }

    private static byte[] Index(long areaBytes, IReadOnlyList<long> filled, IReadOnlyList<long> zeros)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        to.Write(areaBytes);
        to.Write((long)filled.Count);
        to.Write((long)zeros.Count);
        foreach (var numbers in new[] { filled, zeros })
        {
            var before = 0L;
            foreach (var number in numbers)
            {
                to.Write7BitEncodedInt64(number - before);
                before = number;
            }
        }

        to.Flush();
        return bytes.ToArray();
    }

    private static List<long> ReadNumbers(BinaryReader from, long count)
    {
        var numbers = new List<long>((int)count);
        var number = 0L;
        for (var i = 0L; i < count; i++)
        {
            number += from.Read7BitEncodedInt64();
            numbers.Add(number);
        }

        return numbers;
    }

    private static BinaryReader Open(byte[] shipment)
    {
        ArgumentNullException.ThrowIfNull(shipment);
        return new BinaryReader(Shipment.Open(shipment, Magic, "moved blocks"));
    }
}
