using Mbsa.Nvm;
using Mbsa.Nvm.Devices;

namespace Mbsa.Vm.Storage;

/// <summary>
/// A block device that a guest makes of its NVM area: super block, VDMT and data area. Several VCPUs use it at once, each through a
/// session of its own. Thread-safe. Ends when it and its sessions are disposed; the last of them marks it clean, unless the power
/// or its wear log failed.
/// </summary>
/// <remarks>
/// Without wear levelling writes are counted in each session and added up on demand: that costs no atomic on the way of a write,
/// loses none, and gives the same counts whatever the threads do. The price is 4 bytes a block and session.
/// A policy that moves blocks counts for itself. Counts go on over the mounts: they are on the disk.
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
    private bool _powerLost;

    private VirtualDisk(NvmArea area, NvmLease lease, SuperBlock superBlock, WearPolicy policy, MountOptions options)
    {
        (_area, _lease, _superBlock, Policy) = (area, lease, superBlock, policy);
        (WasClean, CopiesBytes, SessionsTakeTurns) = (superBlock.IsClean, options.CopiesBytes, options.SessionsTakeTurns);
        MetadataWear = options.CountMetadataWear ? new MetadataWear(Geometry) : null;
        CountTable = new WearCountTable(superBlock, MetadataWear);
        var counts = CountTable.Load(lease, out var extraWrites);
        Map = Vdmt.Load(lease, superBlock);
        policy.Recover(this, lease);
        Vdmt.RequireInjective(Map, Geometry.DataBlocks);
        policy.Attach(this, counts, extraWrites);
        _endedWrites = policy.CountsItself ? [] : counts;
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

    /// <summary>
    /// Changes of the map that the mount found in the log of the wear policy, and that the VDMT on the NVM need not have had.
    /// </summary>
    public long RecoveredRecords => Policy.RecoveredRecords;

    /// <summary>Whether blocks have bytes.</summary>
    public bool CopiesBytes { get; }

    /// <summary>Whether its sessions never write at the same time.</summary>
    public bool SessionsTakeTurns { get; }

    /// <summary>How often the lines of its metadata were written since the mount; null unless that was asked for.</summary>
    public MetadataWear? MetadataWear { get; }

    /// <summary>The super block as it was last stored.</summary>
    internal SuperBlock SuperBlock => _superBlock;

    /// <summary>The counts as they are kept on the NVM.</summary>
    internal WearCountTable CountTable { get; }

    /// <summary>The map in DRAM: the physical block of each block of the guest. A wear policy changes it.</summary>
    internal uint[] Map { get; }

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
            var lease = _area.Lease();
            WearLane? lane = null;
            try
            {
                lane = Policy.OpenLane(lease);
                var session = new VirtualDiskSession(this, lease, lane);
                _sessions.Add(session);
                return session;
            }
            catch
            {
                lane?.End();
                lease.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// The writes of each physical block since the disk was made. Those of sessions that write meanwhile are in it or not.
    /// </summary>
    public WearCounts CountWear()
    {
        lock (_lock)
        {
            var counts = new uint[Geometry.DataBlocks];
            _endedWrites.CopyTo(counts, 0);
            foreach (var session in _sessions)
            {
                session.AddCounts(counts);
            }

            Policy.AddCounts(counts);
            return new WearCounts(counts, Policy.ExtraWrites);
        }
    }

    /// <summary>The wear since the disk was made, or since an earlier count.</summary>
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

    /// <summary>
    /// The power fails: the disk ends as it is. Nothing more is stored, no count, no end of the log, no clean mark,
    /// so that the next mount has to recover. Sessions must not be used any more; they only have to be disposed.
    /// </summary>
    public void LosePower()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = _powerLost = true;
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
            throw new NvmException("virtual disk",
                $"a disk of {sizeBytes} bytes takes {geometry.TotalBytes} bytes with its VDMT, the area has {area.LengthBytes}");
        }

        using var lease = area.Lease();
        var old = SuperBlock.Decode(lease.View(0, BlockStorage.BlockBytes), out _)?.Generation ?? 0;
        var superBlock = new SuperBlock(diskId, geometry, policy.Name, policy.Parameters, IsClean: true, old + 1);
        Clear(lease, geometry.WearMetadataFirstBlock, geometry.WearMetadataBlocks);
        Vdmt.WriteFirst(lease, superBlock, policy.FirstPlaces(geometry.GuestBlocks, diskId));
        if (SuperBlock.IsAbsent(lease))
        {
            SuperBlock.Begin(lease);
        }

        superBlock.Store(lease);
    }

    internal static VirtualDisk Mount(NvmArea area, Func<string, string, WearPolicy> policies, MountOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(area);
        var lease = area.Lease();
        try
        {
            var superBlock = SuperBlock.Load(lease);
            var disk = new VirtualDisk(area, lease, superBlock, PolicyOf(superBlock, policies), options ?? new MountOptions());
            disk.MarkClean(false);
            return disk;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>The wear policy that a disk was made for.</summary>
    /// <exception cref="NvmException">The disk is not laid out as the policy does it.</exception>
    /// <exception cref="InputException">There is no such policy, or not with these parameters.</exception>
    internal static WearPolicy PolicyOf(SuperBlock disk, Func<string, string, WearPolicy> policies)
    {
        var policy = policies(disk.WearPolicyName, disk.WearParameters);
        var geometry = DiskGeometry.Plan(disk.Geometry.GuestBlocks * BlockStorage.BlockBytes, policy);
        return geometry == disk.Geometry ? policy
            : throw new NvmException("super block", $"{disk.Geometry} is not what wear policy '{policy.Name}' lays out, {geometry}");
    }

    internal void End(VirtualDiskSession session)
    {
        lock (_lock)
        {
            if (!Policy.CountsItself)
            {
                session.AddCounts(_endedWrites);
            }

            _sessions.Remove(session);
            EndWhenUnused();
        }
    }

    private void EndWhenUnused()
    {
        if (!_disposed || _sessions.Count > 0)
        {
            return;
        }

        try
        {
            if (!_powerLost && !Policy.HasFailed)
            {
                Policy.Detach(_lease);
                var counts = CountWear();
                CountTable.StoreAll(_lease, counts.Writes, counts.ExtraWrites);
                MarkClean(true);
            }
        }
        finally
        {
            _lease.Dispose(); // also when a store failed: nobody comes this way a second time
        }
    }

    private static void Clear(NvmLease lease, long firstBlock, long blocks)
    {
        var zeros = new byte[64 * BlockStorage.BlockBytes];
        for (var (offset, end) = (firstBlock * BlockStorage.BlockBytes, (firstBlock + blocks) * BlockStorage.BlockBytes);
            offset < end; offset += zeros.Length)
        {
            lease.Stream(offset, zeros.AsSpan(0, (int)Math.Min(zeros.Length, end - offset)));
        }
    }

    private void MarkClean(bool clean)
    {
        _superBlock = _superBlock with { IsClean = clean, Generation = _superBlock.Generation + 1 };
        _superBlock.Store(_lease);
    }
}
