using System.Collections.Immutable;
using Mbsa.Vm.Storage;

namespace Mbsa.Model.Watching;

/// <summary>The wear of a host's disks, and its NVM device as a row of cells, each a stretch of it.</summary>
/// <param name="Disks">Wear by VM; a VM without a virtual disk has none.</param>
/// <param name="Cells">The device from its first block to its last.</param>
public sealed record DeviceWear(IReadOnlyDictionary<string, WearSample> Disks, ImmutableArray<WearCell> Cells)
{
    /// <summary>Cells of each device, in the order of the hosts.</summary>
    public ImmutableArray<int> Devices { get; init; } = [Cells.Length];

    /// <summary>There is no device yet.</summary>
    public static DeviceWear None { get; } = new(ImmutableDictionary<string, WearSample>.Empty, []);

    /// <summary>Several devices one after the other, each with disks of its own.</summary>
    public static DeviceWear Beside(ImmutableArray<DeviceWear> devices) => new(
        devices.SelectMany(device => device.Disks).ToDictionary(), [.. devices.SelectMany(device => device.Cells)])
    {
        Devices = [.. devices.SelectMany(device => device.Devices)],
    };

    /// <summary>Sums up and draws.</summary>
    /// <param name="layout">Who has which blocks.</param>
    /// <param name="disks">The virtual disks, by the name of the VM.</param>
    /// <param name="enduranceWrites">Writes that a block bears; infinity for one that bears all.</param>
    /// <param name="cells">Cells of the picture.</param>
    public static DeviceWear Of(DeviceLayout layout, IReadOnlyDictionary<string, DiskWear> disks, double enduranceWrites, int cells)
    {
        var owners = new (string? Name, uint Worst)[(int)Math.Min(cells, layout.DeviceBlocks)];
        foreach (var child in layout.Children)
        {
            Draw(owners, layout, child, disks.GetValueOrDefault(child.Name));
        }

        var metadataCells = layout.DeviceBlocks == 0 ? 0
            : (layout.MetadataBlocks * owners.Length + layout.DeviceBlocks - 1) / layout.DeviceBlocks;
        return new DeviceWear(
            disks.ToDictionary(disk => disk.Key, disk => Sum(disk.Value.Counts, enduranceWrites)),
            [.. owners.Select((cell, i) => new WearCell(cell.Name, IsMetadata: cell.Name is null && i < metadataCells, cell.Worst))]);
    }

    private static WearSample Sum(WearCounts counts, double enduranceWrites)
    {
        long writes = 0;
        uint worst = 0;
        var squares = 0.0;
        foreach (var block in counts.Writes)
        {
            writes += block;
            squares += (double)block * block;
            worst = Math.Max(worst, block);
        }

        var mean = counts.Writes.Length == 0 ? 0 : writes / (double)counts.Writes.Length;
        return new WearSample(writes, counts.ExtraWrites, worst, mean, double.IsFinite(enduranceWrites) ? worst / enduranceWrites : null)
        {
            Variation = mean == 0 ? 0 : Math.Sqrt(Math.Max(0, squares / counts.Writes.Length - mean * mean)) / mean,
        };
    }

    /// <summary>Puts a child device into the cells it lies in; of two in one cell, the one with the more worn block is shown.</summary>
    private static void Draw((string? Name, uint Worst)[] cells, DeviceLayout layout, ChildPlace child, DiskWear? disk)
    {
        var before = 0L;
        foreach (var extent in child.Extents)
        {
            for (var block = extent.FirstBlock; block < extent.EndBlock;)
            {
                var cell = (int)((Int128)block * cells.Length / layout.DeviceBlocks);
                var end = Math.Min(extent.EndBlock, (long)(((Int128)(cell + 1) * layout.DeviceBlocks + cells.Length - 1) / cells.Length));
                var first = before + block - extent.FirstBlock - (disk?.FirstDataBlock ?? 0);
                var worst = Worst(disk?.Counts.Writes ?? [], first, first + end - block);
                if (cells[cell].Name is null || worst > cells[cell].Worst)
                {
                    cells[cell] = (child.Name, worst);
                }

                block = end;
            }

            before += extent.Blocks;
        }
    }

    private static uint Worst(uint[] writes, long first, long end)
    {
        var worst = 0u;
        for (var block = Math.Max(0, first); block < Math.Min(end, writes.Length); block++)
        {
            worst = Math.Max(worst, writes[block]);
        }

        return worst;
    }
}

/// <summary>Wear of a virtual disk.</summary>
/// <param name="Counts">Writes of each physical block of its data area.</param>
/// <param name="FirstDataBlock">Blocks of the child device before that.</param>
public sealed record DiskWear(WearCounts Counts, long FirstDataBlock);

/// <summary>A stretch of the NVM device.</summary>
/// <param name="Vm">Whose child device lies there; null where none does.</param>
/// <param name="IsMetadata">It holds the device's own metadata.</param>
/// <param name="Worst">Writes of its most written block.</param>
public readonly record struct WearCell(string? Vm, bool IsMetadata, uint Worst);
