using System.Buffers.Binary;
using Mbsa.Nvm;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Checking;

/// <summary>
/// A check of the virtual disk that an NVM area holds: both copies of the super block, every entry of the VDMT, the wear log as far as it
/// matters, every count of wear. Mounts and stores nothing; offsets in the findings count
/// from the start of the area.
/// </summary>
public sealed class DiskCheck
{
    private const uint Unknown = uint.MaxValue;

    private readonly NvmLease _lease;

    private DiskCheck(NvmLease lease) => _lease = lease;

    /// <summary>What is wrong.</summary>
    public FindingList Findings { get; } = new();

    /// <summary>The super block that counts; null when the area holds no virtual disk, or none that can be read.</summary>
    public SuperBlock? SuperBlock { get; private set; }

    /// <summary>
    /// Wear of the disk since it was formatted, as its counts were last stored; null when there is no disk, or none that can be read.
    /// </summary>
    public WearSummary? Wear { get; private set; }

    /// <summary>The counts themselves, of each physical block; null when <see cref="Wear"/> is. A damaged one counts 0.</summary>
    public WearCounts? WearCounts { get; private set; }

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
        SuperBlock?[] copies = [SuperBlock.Decode(_lease.View(0, bytes), out var problem),
            SuperBlock.Decode(_lease.View(bytes, bytes), out var problemB)];
        if (copies is [null, null])
        {
            Findings.Add(new Finding("super block", 0, $"neither copy is valid: {problem}"));
            return;
        }

        var good = copies[0] is null || copies[1]?.Generation > copies[0]!.Generation ? 1 : 0;
        var disk = copies[good]!;
        if (!_lease.View(0, bytes).SequenceEqual(_lease.View(bytes, bytes)))
        {
            var lagging = copies[1 - good] is { } older
                ? $"it is of generation {older.Generation}, the other of {disk.Generation}: a change was cut short"
                : null;
            Findings.Add(new Finding($"super block copy {1 - good}", (1 - good) * bytes, lagging ?? (good == 0 ? problemB : problem))
            { Renewal = _lease.View(good * bytes, bytes).ToArray() });
        }

        if (disk.Geometry.TotalBytes > _lease.LengthBytes)
        {
            Findings.Add(new Finding("super block", good * bytes,
                $"the disk takes {disk.Geometry.TotalBytes} bytes, the area has {_lease.LengthBytes}"));
            return;
        }

        SuperBlock = disk;
        if (!disk.IsClean)
        {
            Findings.Add(new Finding("super block", good * bytes, "the disk was not ended cleanly") { IsNote = true });
        }

        if (PolicyOf(disk, good * bytes) is { } policy)
        {
            CheckMap(disk, policy);
            CheckCounts(disk);
        }
        else
        {
            CheckMap(disk, WearPolicies.Create("none"));
        }
    }

    /// <summary>The wear policy that the disk was made for; null when this program cannot tell what is in the wear metadata.</summary>
    private WearPolicy? PolicyOf(SuperBlock disk, long offsetBytes)
    {
        try
        {
            return VirtualDisk.PolicyOf(disk, WearPolicies.Create);
        }
        catch (NvmException damage)
        {
            Add(offsetBytes, damage);
        }
        catch (InputException unknown)
        {
            Findings.Add(new Finding("super block", offsetBytes, unknown.Message));
        }

        return null;
    }

    /// <summary>
    /// The VDMT may be older than the map: the records of the wear log make it the map of now, in which no two blocks may be in one place.
    /// </summary>
    private void CheckMap(SuperBlock disk, WearPolicy policy)
    {
        var map = new uint[disk.Geometry.GuestBlocks];
        Array.Fill(map, Unknown);
        for (long logical = 0; logical < map.Length && Findings.Count < FindingList.MaxKept; logical++)
        {
            var offset = Vdmt.OffsetBytes(logical);
            try
            {
                map[logical] = Vdmt.Open(BinaryPrimitives.ReadUInt64LittleEndian(_lease.View(offset, 8)),
                    disk.Seal, logical, disk.Geometry.DataBlocks);
            }
            catch (NvmException damage)
            {
                Add(offset, damage);
            }
        }

        var old = (uint[])map.Clone();
        var isWhole = true;
        policy.Inspect(disk, map, _lease, AddMissing, (offset, content) => Findings.Add(
            new Finding("wear log", offset, "one bit of the newest record is wrong; a mount puts it right")
            { Renewal = content.ToArray() }));
        var owners = new uint[disk.Geometry.DataBlocks];
        for (long logical = 0; isWhole && logical < map.Length && Findings.Count < FindingList.MaxKept; logical++)
        {
            var physical = map[logical];
            if (physical == Unknown)
            {
                continue;
            }

            if (owners[physical] != 0)
            {
                var entry = physical == old[logical]
                    ? $"the entry of block {logical}"
                    : $"the entry of block {logical}, as the wear log has it,";
                Findings.Add(new Finding("VDMT", Vdmt.OffsetBytes(logical),
                    $"{entry} points to physical block {physical}, which block {owners[physical] - 1} has"));
            }

            owners[physical] = (uint)logical + 1;
        }

        // With a record missing the map is of no time: two blocks in one place would be no news.
        void AddMissing(long offset, NvmException damage)
        {
            isWhole = false;
            Add(offset, damage);
        }
    }

    private void CheckCounts(SuperBlock disk)
    {
        WearCounts = new WearCounts(new WearCountTable(disk, wear: null).Load(_lease, Add, out var extraWrites), extraWrites);
        Wear = WearSummary.Of(disk.WearPolicyName, WearCounts);
    }

    private void Add(long offsetBytes, NvmException damage) =>
        Findings.Add(new Finding(damage.Structure, offsetBytes, damage.Message[(damage.Structure.Length + 2)..]));
}
