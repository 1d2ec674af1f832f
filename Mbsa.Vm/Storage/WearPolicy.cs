using Mbsa.Nvm;
using Mbsa.Nvm.Devices;

namespace Mbsa.Vm.Storage;

/// <summary>
/// How a disk spreads its writes over the physical blocks. A policy belongs to one mounted disk and is shared by its sessions; each session
/// goes through a lane of its own. A policy that never redirects opens no lanes: the session then writes where the VDMT says and counts by
/// itself, so that the choice of no wear levelling costs a comparison with null.
/// </summary>
public abstract class WearPolicy
{
    /// <summary>The name a scenario uses and the super block keeps; at most 32 bytes.</summary>
    public abstract string Name { get; }

    /// <summary>The parameters the super block keeps, such as "q=128 t=64"; at most 96 bytes.</summary>
    public virtual string Parameters => "";

    /// <summary>Writes of the policy's own: the price of levelling.</summary>
    public virtual long ExtraWrites => 0;

    /// <summary>Changes of the map that <see cref="Recover"/> found beyond what the VDMT had.</summary>
    public virtual long RecoveredRecords => 0;

    /// <summary>Whether a change of the map could not be stored: nothing more may be, and the next mount has to recover.</summary>
    public virtual bool HasFailed => false;

    /// <summary>Whether the policy takes over the counts that were on the disk and adds to them; else the disk does.</summary>
    public virtual bool CountsItself => false;

    /// <summary>Physical blocks it needs beyond the guest's.</summary>
    public virtual long SpareBlocks(long guestBlocks) => 0;

    /// <summary>Blocks of the wear metadata: the counts, which every disk has, and what the policy keeps behind them.</summary>
    public virtual long MetadataBlocks(long guestBlocks) => WearCountTable.BlocksFor(guestBlocks + SpareBlocks(guestBlocks));

    /// <summary>Adds the writes that went through its lanes, its own included, to the count of each physical block.</summary>
    public virtual void AddCounts(Span<uint> counts) { }

    /// <summary>Where each logical block of a new disk is; null when each is in its own place.</summary>
    internal virtual Func<uint, uint>? FirstPlaces(long guestBlocks, Guid diskId) => null;

    /// <summary>Mounting: brings the map that was loaded from the VDMT up to date.</summary>
    internal virtual void Recover(VirtualDisk disk, NvmLease lease)
    {
    }

    /// <summary>A check: brings the map up to date as a mount would, stores nothing, and goes on after what is damaged.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="map">Its map as the VDMT has it.</param>
    /// <param name="lease">To read with.</param>
    /// <param name="damaged">Told what is damaged, and where it lies in the area, in bytes.</param>
    /// <param name="mend">Told what a mount would put right.</param>
    internal virtual void Inspect(SuperBlock disk, uint[] map, NvmLease lease, Action<long, NvmException> damaged, MendLine mend)
    {
    }

    /// <summary>Mounting: the map is whole. The counts are the policy's to keep if it counts itself.</summary>
    internal virtual void Attach(VirtualDisk disk, uint[] counts, long extraWrites)
    {
    }

    /// <summary>Opens the way for one session's writes, or null when writes always stay where the VDMT says.</summary>
    internal virtual WearLane? OpenLane(NvmLease lease) => null;

    /// <summary>The disk ends, all its sessions have: stores what the next mount needs.</summary>
    internal virtual void Detach(NvmLease lease)
    {
    }
}
