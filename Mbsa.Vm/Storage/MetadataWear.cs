namespace Mbsa.Vm.Storage;

/// <summary>
/// How often each line of 64 bytes of a disk's metadata was written: VDMT, counts and wear log. Metadata that wore faster than data would
/// only move the end of the disk to another place, so it is counted where it is stored. Costs 4 bytes a line; on demand
/// (<see cref="MountOptions.CountMetadataWear"/>). Thread-safe.
/// </summary>
public sealed class MetadataWear
{
    private const int LineBytes = 64, LinesPerBlock = BlockStorage.BlockBytes / LineBytes;

    private readonly uint[] _writes;
    private readonly long _countsLine, _logLine;

    internal MetadataWear(DiskGeometry geometry)
    {
        _writes = new uint[(geometry.DataFirstBlock - DiskGeometry.VdmtFirstBlock) * LinesPerBlock];
        _countsLine = geometry.VdmtBlocks * LinesPerBlock;
        _logLine = _countsLine + WearCountTable.BlocksFor(geometry.DataBlocks) * LinesPerBlock;
    }

    /// <summary>Writes of the most written line of the VDMT.</summary>
    public uint WorstOfVdmt => Worst(0, _countsLine);

    /// <summary>Writes of the most written line of the counts.</summary>
    public uint WorstOfCounts => Worst(_countsLine, _logLine);

    /// <summary>Writes of the most written line of the log.</summary>
    public uint WorstOfLog => Worst(_logLine, _writes.Length);

    /// <summary>Writes of the most written line of all.</summary>
    public uint Worst() => Worst(0, _writes.Length);

    /// <summary>Counts a store within one line.</summary>
    internal void Count(long offsetBytes) =>
        Interlocked.Increment(ref _writes[(offsetBytes - DiskGeometry.VdmtFirstBlock * BlockStorage.BlockBytes) / LineBytes]);

    private uint Worst(long first, long end)
    {
        var worst = 0u;
        for (var line = first; line < end; line++)
        {
            worst = Math.Max(worst, _writes[line]);
        }

        return worst;
    }
}
