using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// The method <c>pmap</c>: the area's own addresses stay empty; each lease has a window of one page.
/// Knows which page of the device lies where.
/// </summary>
internal sealed class WindowProtection : AreaProtection
{
    private readonly DeviceMemory _memory;
    private readonly MemoryLedger _ledger;
    private readonly string _owner;
    private volatile ExtentMap _places;

    /// <summary>The protection of a child device.</summary>
    /// <param name="child">The child device.</param>
    /// <param name="memory">The device's bytes, which outlive the area.</param>
    /// <param name="ledger">Where windows are entered.</param>
    public WindowProtection(ChildDevice child, DeviceMemory memory, MemoryLedger ledger) =>
        (_memory, _ledger, _owner, _places) = (memory, ledger, $"window into '{child.Name}'", new ExtentMap(child.Extents));

    /// <inheritdoc/>
    public override bool EmptiesTheArea => true;

    /// <summary>The device's bytes, for mapping.</summary>
    public int Descriptor => _memory.Descriptor;

    /// <summary>Takes the stretch out again: it was mapped only so that its pages could get their memory.</summary>
    public override void Shut(AddressRange range, long offsetBytes, long lengthBytes) => range.Empty(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public override AccessGate MakeGate() =>
        new WindowGate(this, AddressRange.Reserve(DeviceGeometry.BlockBytes, _ledger, _owner));

    /// <inheritdoc/>
    public override void Follow(ChildDevice child) => _places = new ExtentMap(child.Extents);

    /// <summary>Where on the device a page of the area lies, in bytes.</summary>
    public long DeviceOffset(long page) => _places.BlockAt(page) * DeviceGeometry.BlockBytes;
}
