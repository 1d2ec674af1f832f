using Mbsa.Model.Watching;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Tests.Results;

public sealed class DeviceWearTests
{
    /// <summary>100 blocks, 10 of them metadata; a has 20 to 39 and 60 to 69, with 5 before its data; b has 40 to 49.</summary>
    private static readonly DeviceLayout _layout = new(100, 10,
    [
        new ChildPlace("a", [new BlockExtent(20, 20), new BlockExtent(60, 10)]),
        new ChildPlace("b", [new BlockExtent(40, 10)]),
    ]);

    [Fact]
    public void A_cell_shows_its_most_written_block_and_whose_it_is()
    {
        var a = new uint[25];
        a[0] = 3; // block 25 of the device
        a[16] = 7; // block 61
        var wear = DeviceWear.Of(_layout, Counts(a, new uint[10]), double.PositiveInfinity, 10);

        Assert.Equal([null, null, "a", "a", "b", null, "a", null, null, null], wear.Cells.Select(cell => cell.Vm));
        Assert.Equal([0u, 0, 3, 0, 0, 0, 7, 0, 0, 0], wear.Cells.Select(cell => cell.Worst));
        Assert.Equal([true, .. Enumerable.Repeat(false, 9)], wear.Cells.Select(cell => cell.IsMetadata));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1000)]
    public void No_write_is_lost_whatever_the_number_of_cells(int cells)
    {
        for (var block = 0; block < 25; block++)
        {
            var a = new uint[25];
            a[block] = 9;
            var wear = DeviceWear.Of(_layout, Counts(a, new uint[10]), double.PositiveInfinity, cells);

            Assert.Equal(Math.Min(cells, 100), wear.Cells.Length);
            Assert.Equal("a", Assert.Single(wear.Cells, cell => cell.Worst == 9).Vm);
        }
    }

    [Fact]
    public void Disks_are_summed_up_against_the_endurance_if_it_has_an_end()
    {
        var wear = DeviceWear.Of(_layout, new Dictionary<string, DiskWear> { ["a"] = new(new([1, 2, 9], 4), 0) }, 90, 10);

        var (name, a) = Assert.Single(wear.Disks);
        Assert.Equal("a", name);
        Assert.Equal((12, 4, 9, 4, 0.1), (a.BlockWrites, a.ExtraWrites, a.Worst, a.Mean, a.WorstRatio));
        Assert.Null(DeviceWear.Of(_layout, Counts([1], [1]), double.PositiveInfinity, 10).Disks["a"].WorstRatio);
    }

    [Fact]
    public void Without_a_device_there_is_no_picture() =>
        Assert.Empty(DeviceWear.Of(DeviceLayout.None, new Dictionary<string, DiskWear>(), 1, 10).Cells);

    private static Dictionary<string, DiskWear> Counts(uint[] a, uint[] b) =>
        new() { ["a"] = new(new(a, 0), 5), ["b"] = new(new(b, 0), 0) };
}
