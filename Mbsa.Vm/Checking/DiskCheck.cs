using System.Buffers.Binary;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Checking;

/// <summary>
/// A check of the virtual disk that an NVM area holds: both copies of the super block, every entry of the VDMT. Mounts and stores nothing; offsets in the findings count
/// from the start of the area.
/// </summary>
public sealed class DiskCheck
{
    private readonly NvmLease _lease;

    private DiskCheck(NvmLease lease) => _lease = lease;

    /// <summary>What is wrong.</summary>
    public FindingList Findings { get; } = new();

    /// <summary>The super block that counts; null when the area holds no virtual disk, or none that can be read.</summary>
    public SuperBlock? SuperBlock { get; private set; }

    /// <summary>Wear of the disk since it was formatted; null when it does not keep that.</summary>
    public WearSummary? Wear { get; private init; }

    /// <summary>Checks what an area holds. An area without a virtual disk is in order: it may be a raw device.</summary>
    public static DiskCheck Run(NvmArea area)
    {
        ArgumentNullException.ThrowIfNull(area);
        using var lease = area.Lease();
        var check = new DiskCheck(lease);
        if (SuperBlock.IsMarked(lease) && !SuperBlock.IsAbsent(lease))
        {
            check.CheckSuperBlock();
        }

        return check;
    }

    private void CheckSuperBlock()
    {
        const int bytes = BlockStorage.BlockBytes;
        SuperBlock?[] copies = [SuperBlock.Decode(_lease.View(0, bytes), out var problem), SuperBlock.Decode(_lease.View(bytes, bytes), out var problemB)];
        if (copies is [null, null])
        {
            Findings.Add(new Finding("super block", 0, $"neither copy is valid: {problem}"));
            return;
        }

        var good = copies[0] is null || copies[1]?.Generation > copies[0]!.Generation ? 1 : 0;
        var disk = copies[good]!;
        if (!_lease.View(0, bytes).SequenceEqual(_lease.View(bytes, bytes)))
        {
            var lagging = copies[1 - good] is { } older ? $"it is of generation {older.Generation}, the other of {disk.Generation}: a change was cut short" : null;
            Findings.Add(new Finding($"super block copy {1 - good}", (1 - good) * bytes, lagging ?? (good == 0 ? problemB : problem)) { Renewal = _lease.View(good * bytes, bytes).ToArray() });
        }

        if (disk.Geometry.TotalBytes > _lease.LengthBytes)
        {
            Findings.Add(new Finding("super block", good * bytes, $"the disk takes {disk.Geometry.TotalBytes} bytes, the area has {_lease.LengthBytes}"));
            return;
        }

        SuperBlock = disk;
        if (!disk.IsClean)
        {
            Findings.Add(new Finding("super block", good * bytes, "the disk was not ended cleanly") { IsNote = true });
        }

        if (!WearPolicies.All.Any(policy => policy.Name == disk.WearPolicyName))
        {
            Findings.Add(new Finding("super block", good * bytes, $"its wear policy '{disk.WearPolicyName}' is none of this program's"));
        }

        CheckVdmt(disk);
    }

    private void CheckVdmt(SuperBlock disk)
    {
        var owners = new uint[disk.Geometry.DataBlocks];
        for (long logical = 0; logical < disk.Geometry.GuestBlocks && Findings.Count < FindingList.MostKept; logical++)
        {
            var offset = Vdmt.OffsetBytes(logical);
            try
            {
                var physical = Vdmt.Open(BinaryPrimitives.ReadUInt64LittleEndian(_lease.View(offset, 8)), disk.Seal, logical, disk.Geometry.DataBlocks);
                if (owners[physical] != 0)
                {
                    Findings.Add(new Finding("VDMT", offset, $"the entry of block {logical} points to physical block {physical}, which block {owners[physical] - 1} has"));
                }

                owners[physical] = (uint)logical + 1;
            }
            catch (NvmException damaged)
            {
                Findings.Add(new Finding(damaged.Structure, offset, damaged.Message[(damaged.Structure.Length + 2)..]));
            }
        }
    }
}
