namespace Mbsa.Vm.Wear;

/// <summary>What is known of a physical block's wear, beside what the sessions wrote.</summary>
internal struct BlockWear
{
    /// <summary>Writes of earlier mounts.</summary>
    public uint WritesBefore;

    /// <summary>The count of writes at which the policy wants to look at the block.</summary>
    public uint Due;

    /// <summary>The count as it was last persisted.</summary>
    public uint Persisted;
}

/// <summary>
/// One session's part in a physical block's wear. Only the session writes it, so that its count needs no atomic and loses nothing.
/// </summary>
internal struct BlockShare
{
    /// <summary>Writes of the session.</summary>
    public uint Writes;

    /// <summary>Until there the session writes without asking how worn the block is by now.</summary>
    public uint Until;
}
