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

    /// <summary>Physical blocks it needs beyond the guest's.</summary>
    public virtual long SpareBlocks(long guestBlocks) => 0;

    /// <summary>Blocks in which it keeps its log and its counts.</summary>
    public virtual long MetadataBlocks(long guestBlocks) => 0;

    /// <summary>Opens the way for one session's writes, or null when writes always stay where the VDMT says.</summary>
    internal virtual WearLane? OpenLane(VirtualDisk disk) => null;

    /// <summary>Adds the writes that went through its lanes, its own included, to the count of each physical block.</summary>
    public virtual void AddCounts(Span<uint> counts) { }
}
