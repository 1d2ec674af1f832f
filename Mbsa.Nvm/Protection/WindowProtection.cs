using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>The method <c>pmap</c>: the area's own addresses stay empty; each lease has a window of one page. Knows which page of the device lies where.</summary>
internal sealed class WindowProtection : AreaProtection
{
    private readonly DeviceMemory _memory;
    private readonly MemoryLedger _ledger;
    private volatile Places _places;

    /// <summary>The protection of a child device.</summary>
    /// <param name="child">The child device.</param>
    /// <param name="memory">The device's bytes, which outlive the area.</param>
    /// <param name="ledger">Where windows are entered.</param>
    public WindowProtection(ChildDevice child, DeviceMemory memory, MemoryLedger ledger) =>
        (_memory, _ledger, _places) = (memory, ledger, Places.Of(child));

    /// <inheritdoc/>
    public override bool EmptiesTheArea => true;

    /// <summary>The device's bytes, for mapping.</summary>
    public int Descriptor => _memory.Descriptor;

    /// <summary>Takes the stretch out again: it was mapped only so that its pages could get their memory.</summary>
    public override void Shut(AddressRange range, long offsetBytes, long lengthBytes) => range.Empty(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public override AccessGate MakeGate() => new WindowGate(this, AddressRange.Reserve(DeviceGeometry.BlockBytes, _ledger));

    /// <inheritdoc/>
    public override void Follow(ChildDevice child) => _places = Places.Of(child);

    /// <summary>Where on the device a page of the area lies, in bytes.</summary>
    public long DeviceOffset(long page) => _places.DeviceOffset(page);

    /// <summary>The extents of a child device, to be searched by page of the area.</summary>
    private sealed record Places(BlockExtent[] Extents, long[] FirstPages)
    {
        public static Places Of(ChildDevice child)
        {
            var places = new Places([.. child.Extents], new long[child.Extents.Count]);
            for (var i = 1; i < places.FirstPages.Length; i++)
            {
                places.FirstPages[i] = places.FirstPages[i - 1] + places.Extents[i - 1].Blocks;
            }

            return places;
        }

        public long DeviceOffset(long page)
        {
            var index = Array.BinarySearch(FirstPages, page);
            index = index >= 0 ? index : ~index - 1;
            var within = page - FirstPages[index];
            return within < Extents[index].Blocks
                ? (Extents[index].FirstBlock + within) * DeviceGeometry.BlockBytes
                : throw new ArgumentOutOfRangeException(nameof(page), "the child device ended before this page meanwhile");
        }
    }
}
