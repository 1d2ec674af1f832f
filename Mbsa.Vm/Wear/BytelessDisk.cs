using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// A disk to wear out: map, counts and policy are real, blocks have no bytes, so that a disk of gigabytes costs some bytes a block.
/// On a device of its own, which ends with it.
/// </summary>
public sealed class BytelessDisk : IDisposable
{
    private readonly NvmDevice _device;
    private readonly NvmArea _area;

    /// <summary>Makes a new disk.</summary>
    /// <param name="policy">Its wear policy.</param>
    /// <param name="parameters">The policy's parameters; what is not given is as usual.</param>
    /// <param name="blocks">Blocks of the guest.</param>
    /// <exception cref="InputException">There is no such policy or parameter.</exception>
    /// <exception cref="NvmException">The device cannot be made.</exception>
    public BytelessDisk(string policy, string parameters, long blocks)
    {
        var sizeBytes = blocks * BlockStorage.BlockBytes;
        var childBytes = VirtualDisks.RequiredBytes(sizeBytes, policy, parameters);
        _device = NvmDevice.Create(
            new NvmDeviceOptions
            {
                SizeBytes = childBytes * 101 / 100 / BlockStorage.BlockBytes * BlockStorage.BlockBytes
                + (64 << 20),
                DeviceId = Guid.Empty
            }, new MemoryLedger());
        try
        {
            _area = _device.Map(_device.CreateChild("wear", childBytes));
            VirtualDisks.Format(_area, sizeBytes, Guid.Empty, policy, parameters);
            Disk = VirtualDisks.Mount(_area, new MountOptions { CopiesBytes = false, CountMetadataWear = true });
        }
        catch
        {
            _area?.Dispose();
            _device.Dispose();
            throw;
        }
    }

    /// <summary>The disk; the writes of its metadata are counted.</summary>
    public VirtualDisk Disk { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Disk.Dispose();
        _area.Dispose();
        _device.Dispose();
    }
}
