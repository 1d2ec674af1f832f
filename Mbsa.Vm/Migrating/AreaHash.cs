using System.Buffers.Binary;
using System.IO.Hashing;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Migrating;

/// <summary>A hash over all bytes of an NVM area, by which two hosts see that a VM arrived as it left. XXH3, 64 bits.</summary>
public static class AreaHash
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>The hash of an area's length and bytes.</summary>
    /// <param name="area">The area.</param>
    /// <param name="hasBytes">Whether blocks of data have bytes;
    /// if not they are left out, and with them all memory that would only be touched.</param>
    /// <exception cref="NvmException">Without bytes in its data: the super block is damaged.</exception>
    public static ulong Of(NvmArea area, bool hasBytes)
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
        for (var offset = 0L; offset < endBytes; offset += ChunkBytes)
        {
            hash.Append(lease.View(offset, (int)Math.Min(ChunkBytes, endBytes - offset)));
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
