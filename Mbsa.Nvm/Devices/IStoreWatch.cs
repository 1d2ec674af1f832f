using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Devices;

/// <summary>Somebody who watches every store and fence of a device, through gates of its own.</summary>
public interface IStoreWatch
{
    /// <summary>Begins to watch a device.</summary>
    /// <exception cref="InvalidOperationException">It watches one already.</exception>
    internal void Watch(DeviceMemory memory, nint deviceStart);

    /// <summary>The gate of a lease on the whole device.</summary>
    /// <param name="start">First address of the device.</param>
    internal AccessGate GateForDevice(nint start);

    /// <summary>The gate of a lease on a child device.</summary>
    /// <param name="start">First address of its area.</param>
    /// <param name="places">Where its blocks are now; it may be resized.</param>
    internal AccessGate GateFor(nint start, Func<ExtentMap> places);
}
