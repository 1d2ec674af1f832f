using Mbsa.Nvm.Layout;

namespace Mbsa.Host.Commands.Nvm;

/// <summary>
/// A device as a line of characters, each a stretch of it: '#' metadata, a letter for each child device, '.' free;
/// whoever has most of the stretch is shown.
/// </summary>
internal static class DeviceMap
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>The letter of a child device; beyond 62 of them letters come again.</summary>
    public static char LetterOf(int child) => Letters[child % Letters.Length];

    /// <summary>Draws a device.</summary>
    /// <param name="geometry">Where things lie.</param>
    /// <param name="children">The child devices, in the order of their letters.</param>
    /// <param name="cells">Characters.</param>
    public static string Draw(DeviceGeometry geometry, IReadOnlyList<ChildDevice> children, int cells)
    {
        cells = (int)Math.Min(cells, geometry.DeviceBlocks);
        var max = new long[cells];
        var map = new char[cells];
        Array.Fill(map, '.');
        Put(new BlockExtent(0, geometry.DataFirstBlock), '#');
        for (var child = 0; child < children.Count; child++)
        {
            foreach (var extent in children[child].Extents)
            {
                Put(extent, LetterOf(child));
            }
        }

        return new string(map);

        void Put(BlockExtent extent, char mark)
        {
            for (var cell = CellOf(extent.FirstBlock); cell <= CellOf(extent.EndBlock - 1); cell++)
            {
                var (start, end) = (StartOf(cell), StartOf(cell + 1));
                var blocks = Math.Min(end, extent.EndBlock) - Math.Max(start, extent.FirstBlock);
                if (blocks > max[cell])
                {
                    (max[cell], map[cell]) = (blocks, mark);
                }
            }
        }

        long StartOf(int cell) => (long)((Int128)geometry.DeviceBlocks * cell / cells);

        int CellOf(long block)
        {
            var cell = (int)((Int128)block * cells / geometry.DeviceBlocks);
            return StartOf(cell + 1) <= block ? cell + 1 : cell;
        }
    }
}
