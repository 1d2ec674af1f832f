namespace Mbsa.Vm.Storage;

/// <summary>How a disk is mounted.</summary>
public sealed record MountOptions
{
    /// <summary>
    /// Whether blocks have bytes. If not, a wear policy decides as ever but copies nothing when it moves a block, so the disk's content
    /// is lost; only <see cref="BlockStorage.WriteNothing"/> is allowed then.
    /// </summary>
    public bool CopiesBytes { get; init; } = true;

    /// <summary>
    /// Whether its sessions never write at the same time, as under the virtual clock. Nobody has to wait for another then.
    /// </summary>
    public bool SessionsTakeTurns { get; init; }

    /// <summary>Whether writes of each line of metadata are counted, which takes a little memory and time.</summary>
    public bool CountMetadataWear { get; init; }
}
