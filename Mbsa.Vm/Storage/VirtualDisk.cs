using Mbsa.Nvm.Devices;

namespace Mbsa.Vm.Storage;

/// <summary>
/// A block device that a guest makes of its NVM area: super block, VDMT and data area. Several VCPUs use it at once, each through a
/// session of its own. Thread-safe. Ends when it and its sessions are disposed; the last of them marks it clean.
/// </summary>
/// <remarks>
/// Writes are counted in each session and added up on demand: that costs no atomic on the way of a write, loses none, and gives the same
/// counts whatever the threads do. The price is 4 bytes a block and session.
/// </remarks>
public sealed class VirtualDisk : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NvmArea _area;
    private readonly NvmLease _lease;
    private readonly List<VirtualDiskSession> _sessions = [];
    private readonly uint[] _endedWrites;
    private SuperBlock _superBlock;
    private bool _disposed;

    private VirtualDisk(NvmArea area, NvmLease lease, SuperBlock superBlock, WearPolicy policy)
    {
        (_area, _lease, _superBlock, Policy) = (area, lease, superBlock, policy);
        WasClean = superBlock.IsClean;
        Map = Vdmt.Load(lease, superBlock);
        _endedWrites = new uint[superBlock.Geometry.DataBlocks];
    }

    /// <summary>The disk's UUID.</summary>
    public Guid DiskId => _superBlock.DiskId;

    /// <summary>Bytes a guest can use.</summary>
    public long SizeBytes => Geometry.GuestBlocks * BlockStorage.BlockBytes;

    /// <summary>Where things lie in the area.</summary>
    public DiskGeometry Geometry => _superBlock.Geometry;

    /// <summary>The wear policy.</summary>
    public WearPolicy Policy { get; }

    /// <summary>Whether it was properly ended before this mount.</summary>
    public bool WasClean { get; }

    /// <summary>The map in DRAM: the physical block of each block of the guest. A wear policy changes it.</summary>
    internal uint[] Map { get; }

    /// <summary>Size that a child device must have for a disk of this size.</summary>
    /// <param name="guestBytes">Bytes the guest wants; rounded up to a multiple of 4096.</param>
    /// <param name="wearPolicyName">The wear policy.</param>
    /// <exception cref="InputException">There is no such policy.</exception>
    public static long RequiredBytes(long guestBytes, string wearPolicyName = "none") =>
        DiskGeometry.Plan(guestBytes, WearPolicies.Create(wearPolicyName)).TotalBytes;

    /// <summary>Makes an empty disk in an area. The data area is not touched: a block never written holds what it held.</summary>
    /// <param name="area">The area; at least <see cref="RequiredBytes"/> long.</param>
    /// <param name="sizeBytes">Bytes the guest wants; rounded up to a multiple of 4096.</param>
    /// <param name="diskId">The disk's UUID.</param>
    /// <param name="wearPolicyName">The wear policy.</param>
    /// <exception cref="InputException">There is no such policy.</exception>
    /// <exception cref="NvmException">The area is too small.</exception>
    public static void Format(NvmArea area, long sizeBytes, Guid diskId, string wearPolicyName = "none") =>
        Format(area, sizeBytes, diskId, WearPolicies.Create(wearPolicyName));

    /// <summary>Mounts the disk that an area holds.</summary>
    /// <exception cref="NvmException">There is none, or a structure is damaged; the message names it.</exception>
    /// <exception cref="InputException">Its wear policy is none of this program's.</exception>
    public static VirtualDisk Mount(NvmArea area) => Mount(area, WearPolicies.Create);

    /// <summary>Looks at the super block of an area without mounting the disk.</summary>
    /// <returns>Null when the area never had a disk: its first two blocks are zero, or the first formatting of it was cut short.</returns>
    /// <exception cref="NvmException">The super block is damaged, or the area holds something else.</exception>
    public static SuperBlock? Find(NvmArea area)
    {
        ArgumentNullException.ThrowIfNull(area);
        using var lease = area.Lease();
        return SuperBlock.IsAbsent(lease) ? null : SuperBlock.Load(lease);
    }

    /// <summary>Whether an area holds a virtual disk, be it a damaged one.</summary>
    public static bool IsMarked(NvmArea area)
    {
        ArgumentNullException.ThrowIfNull(area);
        using var lease = area.Lease();
        return SuperBlock.IsMarked(lease);
    }

    /// <summary>Opens the disk for one user.</summary>
    /// <exception cref="ObjectDisposedException">The disk or the area was disposed.</exception>
    public VirtualDiskSession OpenSession()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var lane = Policy.OpenLane(this);
            var session = new VirtualDiskSession(this, _area.Lease(), lane);
            _sessions.Add(session);
            return session;
        }
    }

    /// <summary>The writes of each physical block since the mount. Those of sessions that write meanwhile are in it or not.</summary>
    public WearCounts CountWear()
    {
        lock (_lock)
        {
            var counts = (uint[])_endedWrites.Clone();
            foreach (var session in _sessions)
            {
                session.AddCounts(counts);
            }

            Policy.AddCounts(counts);
            return new WearCounts(counts, Policy.ExtraWrites);
        }
    }

    /// <summary>The wear since the mount, or since an earlier count.</summary>
    public WearSummary SummariseWear(WearCounts? since = null) => WearSummary.Of(Policy.Name, CountWear(), since);

    /// <summary>Ends the disk: no new sessions; those there are stay good. Twice does no harm.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                EndWhenUnused();
            }
        }
    }

    internal static void Format(NvmArea area, long sizeBytes, Guid diskId, WearPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(area);
        var geometry = DiskGeometry.Plan(sizeBytes, policy);
        if (geometry.TotalBytes > area.LengthBytes)
        {
            throw new NvmException("virtual disk", $"a disk of {sizeBytes} bytes takes {geometry.TotalBytes} bytes with its VDMT, the area has {area.LengthBytes}");
        }

        using var lease = area.Lease();
        var old = SuperBlock.Decode(lease.View(0, BlockStorage.BlockBytes), out _)?.Generation ?? 0;
        var superBlock = new SuperBlock(diskId, geometry, policy.Name, policy.Parameters, IsClean: true, old + 1);
        Vdmt.WriteIdentity(lease, superBlock);
        superBlock.Store(lease);
    }

    internal static VirtualDisk Mount(NvmArea area, Func<string, WearPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(area);
        var lease = area.Lease();
        try
        {
            var superBlock = SuperBlock.Load(lease);
            var disk = new VirtualDisk(area, lease, superBlock, policies(superBlock.WearPolicyName));
            disk.MarkClean(false);
            return disk;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    internal void End(VirtualDiskSession session)
    {
        lock (_lock)
        {
            session.AddCounts(_endedWrites);
            _sessions.Remove(session);
            EndWhenUnused();
        }
    }

    private void EndWhenUnused()
    {
        if (_disposed && _sessions.Count == 0)
        {
            MarkClean(true);
            _lease.Dispose();
        }
    }

    private void MarkClean(bool clean)
    {
        _superBlock = _superBlock with { IsClean = clean, Generation = _superBlock.Generation + 1 };
        _superBlock.Store(_lease);
    }
}
