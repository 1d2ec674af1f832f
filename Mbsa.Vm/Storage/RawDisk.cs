using Mbsa.Nvm.Devices;

namespace Mbsa.Vm.Storage;

/// <summary>An NVM area as a disk without VDMT or wear levelling: what the <c>host</c> path uses. Thread-safe.</summary>
/// <param name="area">The area; stays its owner's.</param>
public sealed class RawDisk(NvmArea area)
{
    /// <summary>Bytes of the disk: all of the area.</summary>
    public long SizeBytes => area.LengthBytes;

    /// <summary>Opens the disk for one user.</summary>
    /// <exception cref="ObjectDisposedException">The area was disposed.</exception>
    public RawDiskSession OpenSession() => new(area.Lease());
}
