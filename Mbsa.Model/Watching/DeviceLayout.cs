using System.Collections.Immutable;
using Mbsa.Nvm.Layout;

namespace Mbsa.Model.Watching;

/// <summary>Who has which blocks of the NVM device; an immutable snapshot.</summary>
/// <param name="DeviceBlocks">Blocks of the device, of 4 KiB.</param>
/// <param name="MetadataBlocks">The first of them, which hold the device's own metadata.</param>
/// <param name="Children">The child devices.</param>
public sealed record DeviceLayout(long DeviceBlocks, long MetadataBlocks, ImmutableArray<ChildPlace> Children)
{
    /// <summary>There is no device yet.</summary>
    public static DeviceLayout None { get; } = new(0, 0, []);
}

/// <summary>Where a child device lies.</summary>
/// <param name="Name">Its name, and its VM's.</param>
/// <param name="Extents">Stretches of the device, in the child's order.</param>
public sealed record ChildPlace(string Name, IReadOnlyList<BlockExtent> Extents);
