namespace Mbsa.Vm.Wear;

/// <summary>What a physical block's wear is judged by. One array of these: the way of a write touches one line of the cache for both.</summary>
internal struct BlockWear
{
    /// <summary>Writes so far, those of earlier mounts and the policy's own included.</summary>
    public uint Writes;

    /// <summary>The count of writes at which the policy wants to look at the block.</summary>
    public uint Due;
}
