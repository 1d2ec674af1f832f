using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Vm.Tests.Storage;

/// <summary>A device with one child device, mapped; asserts at the end that all memory was given back.</summary>
internal sealed class TestArea : IDisposable
{
    public readonly MemoryLedger Ledger = new();
    public readonly NvmDevice Device;
    public readonly NvmArea Area;

    public TestArea(long sizeBytes)
    {
        Device = NvmDevice.Create(new NvmDeviceOptions { SizeBytes = sizeBytes + (4 << 20), DeviceId = Guid.Empty }, Ledger);
        Area = Device.Map(Device.CreateChild("vm", sizeBytes));
    }

    /// <summary>Changes bytes of the area behind everybody's back.</summary>
    public void Damage(long offsetBytes, Func<byte, byte> change)
    {
        using var lease = Area.Lease();
        lease.Write(offsetBytes, [change(lease.View(offsetBytes, 1)[0])]);
    }

    public void Dispose()
    {
        Area.Dispose();
        Device.Dispose();
        Assert.True(Ledger.IsEmpty, Ledger.Describe());
    }
}
