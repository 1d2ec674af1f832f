using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Layout;

public sealed class ExtentMapTests
{
    private static readonly BlockExtent[] _extents = [new(100, 3), new(7, 1), new(50, 2)];

    [Fact]
    public void Every_block_is_where_its_extent_puts_it() =>
        Assert.Equal([100, 101, 102, 7, 50, 51], Enumerable.Range(0, 6).Select(block => new ExtentMap(_extents).BlockAt(block)));

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    [InlineData(long.MaxValue)]
    public void What_is_no_block_of_the_child_is_refused(long block) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExtentMap(_extents).BlockAt(block));
}
