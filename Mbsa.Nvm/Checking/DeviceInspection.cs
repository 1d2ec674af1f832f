using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Checking;

/// <summary>
/// A device in a file, looked at without mounting it. To look, the file is mapped privately: nothing that is done with it here reaches it.
/// To repair, it is taken for this process alone. Not thread-safe.
/// </summary>
public sealed class DeviceInspection : IDisposable
{
    private readonly DeviceMemory _memory;
    private readonly NvmLease _device;
    private readonly MemoryLedger _ledger;
    private readonly DeviceCheck _check;

    private DeviceInspection(DeviceMemory memory, NvmLease device, MemoryLedger ledger) =>
        (_memory, _device, _ledger, _check) = (memory, device, ledger, new DeviceCheck(device));

    /// <summary>The GMB.</summary>
    public GlobalMetadataBlock Gmb => _check.Gmb;

    /// <summary>What is wrong with the device; its virtual disks are not looked at.</summary>
    public FindingList Findings => _check.Findings;

    /// <summary>The child devices whose page tables are good, in the order of the NAT.</summary>
    public IReadOnlyList<ChildDevice> Children => _check.Children;

    /// <summary>Blocks of the data area that nobody has, in ascending runs.</summary>
    public IReadOnlyList<BlockExtent> FreeRuns => [.. _check.FreeRuns];

    /// <summary>Opens and checks a device.</summary>
    /// <param name="filePath">Its file.</param>
    /// <param name="ledger">Where native memory is entered.</param>
    /// <param name="forRepair">Whether repairs may be stored.</param>
    /// <exception cref="NvmException">It cannot be read at all: there is no such file, another process has it, it is no device,
    /// or it was cut off.</exception>
    public static DeviceInspection Open(string filePath, MemoryLedger ledger, bool forRepair = false)
    {
        var memory = DeviceMemory.Open(filePath, ledger, readOnly: !forRepair);
        NvmLease? whole = null;
        try
        {
            whole = DeviceMetadata.LeaseWhole(memory, ledger, powerFailures: null, out _);
            return new DeviceInspection(memory, whole, ledger);
        }
        catch
        {
            whole?.Dispose();
            memory.Leave();
            throw;
        }
    }

    /// <summary>Maps a child device, to look at the virtual disk on it or to repair that.</summary>
    /// <exception cref="NvmException">The kernel refuses.</exception>
    public NvmArea Map(ChildDevice child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return NvmArea.Map(child, _memory, prefault: false, _ledger, protect: null, gate: null, unmapped: _ => { });
    }

    /// <summary>Writes back what follows from what is good: a damaged copy from the other one, the bitmap from the page tables.</summary>
    /// <returns>How many of the findings it puts right.</returns>
    public int Repair() => Repair(_device, _check);

    /// <summary>The same for findings in an area, which its virtual disk's check has made.</summary>
    public static int Repair(NvmArea area, FindingList findings)
    {
        ArgumentNullException.ThrowIfNull(area);
        using var lease = area.Lease();
        return Repair(lease, findings, unwiped: []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Dispose();
        _memory.Leave();
    }

    /// <summary>The same for a check of any device.</summary>
    internal static int Repair(NvmLease device, DeviceCheck check) => Repair(device, check.Findings, check.Leaked);

    private static int Repair(NvmLease lease, FindingList findings, IReadOnlyList<BlockExtent> unwiped)
    {
        var (repaired, isWiped) = (0, false);
        foreach (var finding in findings.Kept)
        {
            if (finding.Renewal is { } renewal)
            {
                // All of it, also that of findings which were not kept: a byte of the bitmap frees blocks that other findings are about.
                if (finding.IsOfBitmap && !isWiped)
                {
                    Wipe(lease, unwiped);
                    isWiped = true;
                }

                WriteByBlocks(lease, finding.OffsetBytes, renewal.Span);
                repaired++;
            }
        }

        return repaired;
    }

    private static void Wipe(NvmLease lease, IReadOnlyList<BlockExtent> extents)
    {
        ReadOnlySpan<byte> zeros = stackalloc byte[DeviceGeometry.BlockBytes];
        foreach (var extent in extents)
        {
            for (var block = extent.FirstBlock; block < extent.EndBlock; block++)
            {
                lease.Stream(block * DeviceGeometry.BlockBytes, zeros);
            }
        }

        lease.Fence();
    }

    /// <summary>
    /// Fences each block before the next: a renewal may be both copies of one, of which a power failure must not tear more than one.
    /// </summary>
    private static void WriteByBlocks(NvmLease lease, long offsetBytes, ReadOnlySpan<byte> content)
    {
        while (content.Length > 0)
        {
            var part = content[..Math.Min(content.Length, DeviceGeometry.BlockBytes)];
            lease.Write(offsetBytes, part);
            content = content[part.Length..];
            offsetBytes += part.Length;
        }
    }
}
