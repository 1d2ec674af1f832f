using CsCheck;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Layout;

public sealed class PageTableTests
{
    private static readonly DeviceGeometry _geometry = DeviceGeometry.Plan(8L << 30, null);

    [Fact]
    public void What_was_written_is_read_back_for_any_extents() => Extents().Sample(extents =>
    {
        var table = new Table(extents);

        var (found, pages) = table.Read();

        Assert.Equal(Joined(extents), found);
        Assert.Equal(table.Pages.Keys.Order(), pages.Order());
        Assert.Equal(PageTable.CountPages(extents), pages.Count);
    }, iter: 200);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(512 * 512, 2)]
    [InlineData(512 * 512 + 1, 3)]
    [InlineData(512L * 512 * 512 + 1, 4)]
    [InlineData(DeviceGeometry.MaxDeviceBlocks, 5)]
    public void A_table_has_as_many_levels_as_its_size_needs(long blocks, int levels) => Assert.Equal(levels, PageTable.Levels(blocks));

    [Fact]
    public void An_aligned_run_takes_no_page_for_its_large_pages()
    {
        Assert.Equal(1, PageTable.CountPages([new(512 * 20, 512 * 4)]));
        Assert.Equal(1 + 4, PageTable.CountPages([new(512 * 20 + 1, 512 * 4)]));
        Assert.Equal(1 + 1, PageTable.CountPages([new(512 * 20, 512 * 3 + 511)]));
    }

    [Fact]
    public void Every_single_flipped_bit_is_seen_and_its_structure_named()
    {
        // A large page, a page of single blocks, and entries behind the end.
        var table = new Table([new(512 * 20, 512), new(512 * 30 + 7, 100)]);
        foreach (var page in table.Pages.Values)
        {
            // All bits of the entries in use, and a part of the many behind the end.
            for (var bit = 0; bit < page.Length * 8; bit += bit < 110 * 64 ? 1 : 13)
            {
                page[bit / 8] ^= (byte)(1 << (bit % 8));
                var error = Assert.Throws<NvmException>(() => table.Read());
                Assert.Equal("page table of child device 'a'", error.Structure);
                page[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        table.Read();
    }

    [Fact]
    public void A_table_of_another_child_does_not_pass()
    {
        var table = new Table([new(512 * 20, 10)]);

        Assert.Throws<NvmException>(() => table.Read(table.Entry with { ChildId = 6 }));
    }

    [Fact]
    public void A_valid_entry_behind_the_end_and_a_missing_one_before_it_are_refused()
    {
        var table = new Table([new(512 * 20 + 1, 11)]);

        Assert.Contains("block 10 is damaged: it lies behind the end",
            Assert.Throws<NvmException>(() => table.Read(table.Entry with { Blocks = 10 })).Message, StringComparison.Ordinal);
        Assert.Contains("block 11 is damaged: it is missing",
            Assert.Throws<NvmException>(() => table.Read(table.Entry with { Blocks = 12 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_outside_the_data_area_is_refused()
    {
        Assert.Throws<NvmException>(() => new Table([new(_geometry.DataFirstBlock - 1, 2)]).Read());
        Assert.Throws<NvmException>(() => new Table([new(_geometry.DeviceBlocks - 1, 2)]).Read());
        Assert.Throws<NvmException>(() =>
            new Table([new(512 * 20, 2)]) is var table ? table.Read(table.Entry with { RootBlock = 0 }) : default);
    }

    [Fact]
    public void Two_entries_that_changed_places_are_seen()
    {
        var table = new Table([new(512 * 20 + 1, 10)]);
        var leaf = table.Pages[table.Pages.Keys.Min()];
        (leaf[0], leaf[8], leaf[6], leaf[14], leaf[7], leaf[15]) = (leaf[8], leaf[0], leaf[14], leaf[6], leaf[15], leaf[7]);

        Assert.Contains("level 0 for block 0", Assert.Throws<NvmException>(() => table.Read()).Message, StringComparison.Ordinal);
    }

    private static Gen<BlockExtent[]> Extents() =>
        Gen.Select(Gen.Int[20, 3000], Gen.OneOf(Gen.Int[0, 0], Gen.Int[0, 511]),
            Gen.OneOf(Gen.Int[1, 1500], Gen.Const(512), Gen.Const(1024)))
            .Select((start, shift, blocks) => new BlockExtent(start * 512L + shift, blocks)).Array[1, 6];

    private static List<BlockExtent> Joined(BlockExtent[] extents)
    {
        List<BlockExtent> joined = [extents[0]];
        foreach (var extent in extents[1..])
        {
            if (joined[^1].EndBlock == extent.FirstBlock)
            {
                joined[^1] = joined[^1] with { Blocks = joined[^1].Blocks + extent.Blocks };
            }
            else
            {
                joined.Add(extent);
            }
        }

        return joined;
    }

    private sealed class Table
    {
        public readonly Dictionary<long, byte[]> Pages = [];
        public readonly NatEntry Entry;

        public Table(BlockExtent[] extents)
        {
            var blocks = extents.Sum(extent => extent.Blocks);
            List<long> pages = [.. Enumerable.Range(0, (int)PageTable.CountPages(extents)).Select(i => 1_900_000L + i)];
            var root = PageTable.Write(5, extents, pages, (block, page) => Pages.Add(block, page.ToArray()));
            Entry = new NatEntry
            {
                Index = 0,
                InUse = true,
                ChildId = 5,
                Name = "a",
                Blocks = blocks,
                Levels = PageTable.Levels(blocks),
                RootBlock = root,
            };
        }

        public (List<BlockExtent> Extents, List<long> Pages) Read(NatEntry? entry = null) =>
            PageTable.Read(entry ?? Entry, _geometry, block => Pages.TryGetValue(block, out var page) ? page : new byte[4096]);
    }
}
