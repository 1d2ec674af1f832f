namespace Mbsa.Nvm.Timing;

/// <summary>What one kind of NVM can do. Figures are of the device alone; the software in front of it is a machine's matter.</summary>
public sealed record DeviceProfile
{
    /// <summary>The name a scenario uses.</summary>
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where the figures come from: paper section, data sheet.</summary>
    public string Source { get; init; } = "";

    /// <summary>Bytes per second when everything is read. A mix of r reads and w writes is possible while r/R + w/W &lt;= 1.</summary>
    public required double ReadBandwidthBytesPerSecond { get; init; }

    /// <summary>Bytes per second when everything is written.</summary>
    public required double WriteBandwidthBytesPerSecond { get; init; }

    /// <summary>Core time of reading a byte, as a multiple of reading it from DRAM. 1 is DRAM.</summary>
    public double ReadLatencyFactor { get; init; } = 1;

    /// <summary>Core time of writing a byte, as a multiple of writing it to DRAM. The paper's device has 3 (section 3).</summary>
    public double WriteLatencyFactor { get; init; } = 1;

    /// <summary>Writes that one block bears before it fails; infinity for DRAM.</summary>
    public double EnduranceWrites { get; init; } = double.PositiveInfinity;

    /// <summary>Time the whole device is busy with one transfer, in nanoseconds: the NVM component of a work vector.</summary>
    public double BusyNs(bool isWrite, long lengthBytes) =>
        lengthBytes * 1e9 / (isWrite ? WriteBandwidthBytesPerSecond : ReadBandwidthBytesPerSecond);
}
