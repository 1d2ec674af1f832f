using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>How a disk wore under a load: what is measured of a wear policy.</summary>
/// <param name="Wear">The wear of its blocks.</param>
/// <param name="MetadataWrites">Writes of the most written line of its metadata; 0 unless the mount counts them.</param>
/// <param name="EnduranceWrites">Writes that a block was held to bear.</param>
/// <param name="DataBlocks">Physical blocks of the data area.</param>
public sealed record WearTrial(WearSummary Wear, uint MetadataWrites, long EnduranceWrites, long DataBlocks)
{
    private const int BatchWrites = 64;

    /// <summary>Writes of the guest.</summary>
    public long GuestWrites => Wear.Writes - Wear.ExtraWrites;

    /// <summary>
    /// Writes of the guest, as a share of those that all blocks together would bear:
    /// after a trial to the first failure, the share of the ideal life.
    /// </summary>
    public double LifeOfIdeal => GuestWrites / ((double)DataBlocks * EnduranceWrites);

    /// <summary>Writes of the most written block over the mean.</summary>
    public double MaxOverMean => Wear.Max / Wear.Mean;

    /// <summary>The policy's own writes for one of the guest.</summary>
    public double ExtraShare => Wear.ExtraWrites / (double)GuestWrites;

    /// <summary>Writes of the most written line of metadata for one of the most written block. Above 1 the metadata fail first.</summary>
    public double MetadataShare => MetadataWrites / (double)Wear.Max;

    /// <summary>Writes blocks until the first one has reached its endurance, or as many as are asked for.</summary>
    /// <param name="disk">A disk that nobody else writes to, best one without bytes.</param>
    /// <param name="load">The load.</param>
    /// <param name="enduranceWrites">Writes that a block bears.</param>
    /// <param name="maxWrites">Writes after which to stop anyway.</param>
    public static WearTrial Run(VirtualDisk disk, WearLoad load, long enduranceWrites, long maxWrites = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(load);
        using var session = disk.OpenSession();
        var wear = disk.SummariseWear();
        while (wear.Max < enduranceWrites && maxWrites > 0)
        {
            // No block can reach its end sooner than by all writes of the stretch. In the last stretch a few writes may be too many.
            var stretch = Math.Min(maxWrites, Math.Max(BatchWrites, enduranceWrites - wear.Max));
            WriteStretch(session, load, stretch);
            maxWrites -= stretch;
            wear = disk.SummariseWear();
        }

        return new WearTrial(wear, disk.MetadataWear?.Worst() ?? 0, enduranceWrites, disk.Geometry.DataBlocks);
    }

    /// <summary>
    /// Writes so many blocks. A batch is drawn and looked up before its first write,
    /// so that map and counts of a large disk come from memory side by side and not one after the other.
    /// </summary>
    private static void WriteStretch(VirtualDiskSession session, WearLoad load, long writes)
    {
        Span<long> blocks = stackalloc long[BatchWrites];
        for (; writes > 0; writes -= blocks.Length)
        {
            blocks = blocks[..(int)Math.Min(blocks.Length, writes)];
            load(blocks);
            foreach (var block in blocks)
            {
                session.Foresee(block * BlockStorage.BlockBytes, isWrite: true);
            }

            foreach (var block in blocks)
            {
                session.WriteNothing(block * BlockStorage.BlockBytes, BlockStorage.BlockBytes);
            }
        }
    }
}
