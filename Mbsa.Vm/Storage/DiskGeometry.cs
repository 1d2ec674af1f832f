using Mbsa.Nvm;
using Mbsa.Nvm.Layout;

namespace Mbsa.Vm.Storage;

/// <summary>
/// Where things lie in the NVM area of a virtual disk, in blocks of 4096 bytes:
/// <c>super block, its copy, VDMT, wear metadata, data area</c>.
/// </summary>
/// <param name="GuestBlocks">Blocks the guest can use.</param>
/// <param name="SpareBlocks">Blocks of the data area beyond those, for a wear policy to move data into.</param>
/// <param name="WearMetadataBlocks">Blocks in which a wear policy keeps what it has to remember.</param>
public readonly record struct DiskGeometry(long GuestBlocks, long SpareBlocks, long WearMetadataBlocks)
{
    /// <summary>First block of the VDMT: after the two copies of the super block.</summary>
    public const long VdmtFirstBlock = 2;

    /// <summary>The map in DRAM is one array: a guest has just under 8 TiB.</summary>
    public static long MaxGuestBlocks => Array.MaxLength;

    /// <summary>Physical blocks are numbered in 32 bits: a disk has at most 16 TiB.</summary>
    public const long MaxDataBlocks = uint.MaxValue;

    /// <summary>Blocks of the VDMT: 8 bytes for every block of the guest.</summary>
    public long VdmtBlocks => (GuestBlocks + PageTable.EntriesPerPage - 1) / PageTable.EntriesPerPage;

    /// <summary>First block of the wear metadata.</summary>
    public long WearMetadataFirstBlock => VdmtFirstBlock + VdmtBlocks;

    /// <summary>First block of the data area.</summary>
    public long DataFirstBlock => WearMetadataFirstBlock + WearMetadataBlocks;

    /// <summary>Blocks of the data area.</summary>
    public long DataBlocks => GuestBlocks + SpareBlocks;

    /// <summary>Bytes of all of it: what the child device must have.</summary>
    public long TotalBytes => (DataFirstBlock + DataBlocks) * BlockStorage.BlockBytes;

    /// <summary>Lays out a disk.</summary>
    /// <param name="guestBytes">Bytes the guest wants; rounded up to a multiple of 4096.</param>
    /// <param name="policy">The wear policy, which may want room of its own.</param>
    /// <exception cref="NvmException">A disk cannot have this size.</exception>
    public static DiskGeometry Plan(long guestBytes, WearPolicy policy)
    {
        var blocks = guestBytes / BlockStorage.BlockBytes + (guestBytes % BlockStorage.BlockBytes > 0 ? 1 : 0);
        if (guestBytes <= 0 || blocks > MaxGuestBlocks)
        {
            throw new NvmException("virtual disk",
                $"a disk of {guestBytes} bytes cannot be; at least 1, at most {MaxGuestBlocks * BlockStorage.BlockBytes}");
        }

        return new DiskGeometry(blocks, policy.SpareBlocks(blocks), policy.MetadataBlocks(blocks));
    }
}
