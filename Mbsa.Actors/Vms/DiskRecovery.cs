namespace Mbsa.Actors.Vms;

/// <summary>What mounting a disk after a power failure was like.</summary>
/// <param name="Disks">1 for a virtual disk that nobody had ended; 0 otherwise.</param>
/// <param name="Records">Changes of its map that were only in its log.</param>
internal sealed record DiskRecovery(int Disks, long Records)
{
    /// <summary>There was nothing to recover.</summary>
    public static DiskRecovery None { get; } = new(0, 0);
}
