using CsCheck;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Devices;

public sealed class ExtentAllocatorTests
{
    private const long First = 70, End = 5000;

    [Fact]
    public void No_block_is_given_twice_and_the_count_is_exact() => History().Sample(history =>
    {
        var allocator = new ExtentAllocator(First, End);
        HashSet<long> taken = [];
        List<IReadOnlyList<BlockExtent>> held = [];
        foreach (var (size, give) in history)
        {
            if (give && held.Count > 0)
            {
                var back = held[size % held.Count];
                held.Remove(back);
                foreach (var extent in back)
                {
                    allocator.Free(extent);
                    Blocks(extent).ForEach(block => taken.Remove(block));
                }
            }
            else if (allocator.Allocate(size) is { } extents)
            {
                held.Add(extents);
                Assert.Equal(size, extents.Sum(extent => extent.Blocks));
                foreach (var block in extents.SelectMany(Blocks))
                {
                    Assert.InRange(block, First, End - 1);
                    Assert.True(taken.Add(block), $"block {block} was given twice");
                }
            }
            else
            {
                Assert.True(size > End - First - taken.Count, "refused although enough is free");
            }

            Assert.Equal(End - First - taken.Count, allocator.FreeBlocks);
        }

        for (var block = 0L; block < End; block++)
        {
            Assert.Equal(block < First || taken.Contains(block), (allocator.Words[(int)(block / 64)] >> (int)(block % 64) & 1) == 1);
        }
    }, iter: 200);

    [Fact]
    public void Adjacent_blocks_are_given_whenever_a_run_holds_them_and_the_tightest_run_is_taken() => History().Sample(history =>
    {
        var allocator = Fragmented(history);
        var size = history[0].Size;
        List<BlockExtent> runs = [.. allocator.FreeRuns()];

        var extents = allocator.Allocate(size);

        if (runs.Where(run => run.Blocks >= size).ToList() is { Count: > 0 } fitting)
        {
            var extent = Assert.Single(extents!);
            var run = runs.Single(run => run.FirstBlock <= extent.FirstBlock && extent.EndBlock <= run.EndBlock);
            if (size < DeviceGeometry.LargePageBlocks)
            {
                Assert.Equal(fitting.Min(candidate => candidate.Blocks), run.Blocks);
            }
        }
    }, iter: 200);

    [Fact]
    public void Two_mebibytes_and_more_begin_at_a_large_page_where_they_can()
    {
        var allocator = new ExtentAllocator(First, End);

        Assert.Equal([new BlockExtent(512, 1024)], allocator.Allocate(1024));
        // Small things fill what the alignment left over.
        Assert.Equal([new BlockExtent(70, 3)], allocator.Allocate(3));
    }

    [Fact]
    public void Without_a_run_that_holds_all_whole_large_pages_come_first_then_the_longest_runs()
    {
        var allocator = new ExtentAllocator(0, 4096);
        // Free: 100..1600 (two large pages inside), 2000..2600, 3000..3100.
        foreach (var (from, to) in new[] { (0L, 100L), (1600, 2000), (2600, 3000), (3100, 4096) })
        {
            Assert.True(allocator.TryTake(new BlockExtent(from, to - from)));
        }

        var extents = allocator.Allocate(2150)!;

        Assert.Equal([new(512, 1024), new(2048, 512), new(100, 412), new(3000, 100), new(1536, 64), new(2000, 38)], extents);
    }

    [Fact]
    public void What_is_taken_cannot_be_taken_and_what_is_free_cannot_be_freed()
    {
        var allocator = new ExtentAllocator(First, End);
        Assert.True(allocator.TryTake(new BlockExtent(100, 10)));

        Assert.False(allocator.TryTake(new BlockExtent(109, 1)));
        Assert.False(allocator.TryTake(new BlockExtent(90, 11)));
        Assert.False(allocator.TryTake(new BlockExtent(First - 1, 1)));
        Assert.False(allocator.TryTake(new BlockExtent(End - 1, 2)));
        Assert.False(allocator.TryTake(new BlockExtent(200, long.MaxValue)));
        Assert.Throws<ArgumentException>(() => allocator.Free(new BlockExtent(100, 11)));
        Assert.Equal(End - First - 10, allocator.FreeBlocks);
    }

    private static Gen<(int Size, bool Give)[]> History() =>
        Gen.Select(Gen.Frequency((6, Gen.Int[1, 60]), (2, Gen.Int[1, 2500])), Gen.Bool).Array[1, 150];

    private static ExtentAllocator Fragmented((int Size, bool Give)[] history)
    {
        var allocator = new ExtentAllocator(First, End);
        List<IReadOnlyList<BlockExtent>> held = [];
        foreach (var (size, give) in history[1..])
        {
            if (allocator.Allocate(size) is { } extents && give)
            {
                held.Add(extents);
            }
        }

        held.SelectMany(extents => extents).ToList().ForEach(allocator.Free);
        return allocator;
    }

    private static List<long> Blocks(BlockExtent extent) => [.. Enumerable.Range(0, (int)extent.Blocks).Select(i => extent.FirstBlock + i)];
}
