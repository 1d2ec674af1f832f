using System.Buffers.Binary;

namespace Mbsa.Nvm.Layout;

/// <summary>
/// A child device's page table: a radix tree of 4 KiB pages of 512 entries. Entries of level 0 are blocks; an entry of level 1 is a page of
/// level 0 or, when the 512 blocks it stands for are adjacent and aligned, a large page of 2 MiB; higher levels point to
/// pages of the level below. There always are at least two levels, so that a child device of 2 MiB can be a large page. An entry is sealed
/// (<see cref="CheckedEntry"/>) with the child's id and its place; bits 0 to 39 are a block number, bit 40 says present, bit 41 large.
/// </summary>
public static class PageTable
{
    /// <summary>Entries of a page.</summary>
    public const int EntriesPerPage = DeviceGeometry.BlockBytes / 8;

    private const int RadixBits = 9;
    private const ulong BlockMask = (1UL << 40) - 1;
    private const ulong Present = 1UL << 40;
    private const ulong Large = 1UL << 41;

    /// <summary>Writes a page of the table to a block of the device.</summary>
    public delegate void PageWriter(long block, ReadOnlySpan<byte> page);

    /// <summary>Reads a page of the table from a block of the device.</summary>
    public delegate ReadOnlySpan<byte> PageReader(long block);

    /// <summary>Levels that a child device of this many blocks needs.</summary>
    public static int Levels(long blocks)
    {
        var levels = 2;
        while (blocks > 1L << (RadixBits * levels))
        {
            levels++;
        }

        return levels;
    }

    /// <summary>Whether the 512 blocks behind a place of level 1 are one large page.</summary>
    public static bool IsLargePage(long firstBlock, long adjacentBlocks) =>
        firstBlock % EntriesPerPage == 0 && adjacentBlocks >= EntriesPerPage;

    /// <summary>Pages that the table of these extents takes, in order of the child device's blocks.</summary>
    public static long CountPages(IReadOnlyList<BlockExtent> extents)
    {
        long pages = 0;
        var cursor = new ExtentCursor(extents);
        var blocks = cursor.TotalBlocks;
        for (long logical = 0; logical < blocks; logical += EntriesPerPage)
        {
            pages += IsLargePage(cursor.BlockAt(logical, out var adjacent), adjacent) ? 0 : 1;
        }

        for (var level = 1; level < Levels(blocks); level++)
        {
            var covered = 1L << (RadixBits * (level + 1));
            pages += (blocks + covered - 1) / covered;
        }

        return pages;
    }

    /// <summary>Writes the table of some extents and answers the block of its root.</summary>
    /// <param name="owner">Id of the child device.</param>
    /// <param name="extents">Its blocks, in order.</param>
    /// <param name="pages">Blocks for the pages, as many as <see cref="CountPages"/> says.</param>
    /// <param name="write">Receives each page once; does not have to fence.</param>
    public static long Write(uint owner, IReadOnlyList<BlockExtent> extents, IReadOnlyList<long> pages, PageWriter write)
    {
        var nextPage = 0;
        var cursor = new ExtentCursor(extents);
        var blocks = cursor.TotalBlocks;
        Span<byte> page = stackalloc byte[DeviceGeometry.BlockBytes];

        // The contents of one level, from the bottom up; only level 0 is made page by page instead, since it is as long as the device.
        var contents = new ulong[(blocks + EntriesPerPage - 1) / EntriesPerPage];
        for (long unit = 0; unit < contents.Length; unit++)
        {
            var logical = unit * EntriesPerPage;
            var block = cursor.BlockAt(logical, out var adjacent);
            if (IsLargePage(block, adjacent))
            {
                contents[unit] = (ulong)block | Present | Large;
                continue;
            }

            page.Clear();
            for (var i = 0; i < EntriesPerPage && logical + i < blocks; i++)
            {
                Put(page, i, (ulong)cursor.BlockAt(logical + i, out _) | Present, owner, logical + i, 0);
            }

            contents[unit] = (ulong)pages[nextPage] | Present;
            write(pages[nextPage++], page);
        }

        for (var level = 1; level < Levels(blocks); level++)
        {
            var above = new ulong[(contents.Length + EntriesPerPage - 1) / EntriesPerPage];
            for (var table = 0; table < above.Length; table++)
            {
                page.Clear();
                for (var i = 0; i < EntriesPerPage && table * EntriesPerPage + i < contents.Length; i++)
                {
                    var entry = table * EntriesPerPage + i;
                    Put(page, i, contents[entry], owner, (long)entry << (RadixBits * level), level);
                }

                above[table] = (ulong)pages[nextPage] | Present;
                write(pages[nextPage++], page);
            }

            contents = above;
        }

        return (long)(contents[0] & BlockMask);
    }

    /// <summary>What messages call a child device's table.</summary>
    public static string StructureOf(string childName) => $"page table of child device '{childName}'";

    /// <summary>
    /// Reads a table: the extents of the child device in order, adjacent ones joined, and the blocks of the table's own pages.
    /// </summary>
    /// <param name="entry">The child device's NAT entry.</param>
    /// <param name="geometry">The device's layout; what points outside its data area is refused.</param>
    /// <param name="read">Gives the page that a block holds.</param>
    /// <exception cref="NvmException">An entry is damaged, missing or points where it must not; the message names it.</exception>
    public static (List<BlockExtent> Extents, List<long> Pages) Read(NatEntry entry, DeviceGeometry geometry, PageReader read) =>
        new PageTableReader(entry, geometry, read).Walk();

    /// <summary>Reads an entry: the block it names and whether it is a large page; null when it is absent.</summary>
    /// <exception cref="InvalidDataException">Its checksum is wrong, or bits are set that have no meaning.</exception>
    internal static (long Block, bool IsLarge)? Get(ReadOnlySpan<byte> page, int index, uint owner, long logicalBlock, int level)
    {
        var sealedEntry = BinaryPrimitives.ReadUInt64LittleEndian(page[(index * 8)..]);
        if (sealedEntry == 0)
        {
            return null;
        }

        if (!CheckedEntry.TryOpen(sealedEntry, owner, Place(logicalBlock, level), out var content))
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        if ((content & Present) == 0 || (content & ~(BlockMask | Present | Large)) != 0 || ((content & Large) != 0 && level != 1))
        {
            throw new InvalidDataException("its flags make no sense");
        }

        return ((long)(content & BlockMask), (content & Large) != 0);
    }

    private static void Put(Span<byte> page, int index, ulong content, uint owner, long logicalBlock, int level) =>
        BinaryPrimitives.WriteUInt64LittleEndian(page[(index * 8)..], CheckedEntry.Seal(content, owner, Place(logicalBlock, level)));

    private static ulong Place(long logicalBlock, int level) => ((ulong)logicalBlock << 3) | (uint)level;
}
