namespace Mbsa.Vm.Storage;

/// <summary>
/// One session's way through a wear policy that redirects writes. For each block the session asks where to write, writes and fences, then
/// says that it is done; between the two the lane sees to it that nobody else uses that place. Used by one thread at a time.
/// </summary>
public abstract class WearLane
{
    /// <summary>
    /// Begins a write and answers the physical block it must go to. When that is not the one in the map, the session brings the rest of a
    /// partly written block along.
    /// </summary>
    /// <param name="logicalBlock">The block.</param>
    /// <param name="isWhole">Whether all of it is written.</param>
    /// <param name="from">Where the block is.</param>
    public abstract uint BeginWrite(uint logicalBlock, bool isWhole, out uint from);

    /// <summary>
    /// Ends a write: the block's bytes are persistent. Here the policy commits a changed mapping, then puts it into the map, and counts.
    /// </summary>
    public abstract void EndWrite(uint logicalBlock, uint physicalBlock);

    /// <summary>Ends a write that failed before its bytes were persistent.</summary>
    public virtual void AbandonWrite(uint logicalBlock, uint physicalBlock)
    {
    }

    /// <summary>Goes the whole way of a write without bytes.</summary>
    public virtual void CountWrite(uint logicalBlock) => EndWrite(logicalBlock, BeginWrite(logicalBlock, isWhole: true, out _));

    /// <summary>Begins a read, before the map is looked at.</summary>
    /// <returns>A ticket for <see cref="ReadHeld"/>.</returns>
    public virtual uint BeginRead(uint logicalBlock) => 0;

    /// <summary>
    /// Whether the bytes just read from where the map said were the logical block's all the while; else the session reads again.
    /// Asked after each block.
    /// </summary>
    public abstract bool ReadHeld(uint logicalBlock, uint ticket);

    /// <summary>A write to this physical block comes soon: what it needs may be fetched.</summary>
    public virtual void Foresee(uint physicalBlock)
    {
    }

    /// <summary>What the policy did since this was last asked.</summary>
    public virtual WearWork TakeWork() => default;

    /// <summary>The session ends.</summary>
    public virtual void End()
    {
    }
}
