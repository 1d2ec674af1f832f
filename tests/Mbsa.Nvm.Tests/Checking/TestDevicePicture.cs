using Mbsa.Nvm.Tests.Devices;

namespace Mbsa.Nvm.Tests.Checking;

/// <summary>
/// The bytes of a device with a small child device, one in pieces and one with a large page,
/// and with entries of the NAT that were used once.
/// </summary>
internal sealed class TestDevicePicture : IDisposable
{
    private readonly TestDevice _test = new(6 << 20, inFile: true, maxChildDevices: 16);

    public TestDevicePicture()
    {
        var device = _test.Device;
        device.CreateChild("small", 5 * 4096);
        device.CreateChild("gone", 4096);
        device.CreateChild("scattered", 4096);
        device.CreateChild("large", (512 + 3) * 4096);
        device.DeleteChild("gone");
        device.ResizeChild("scattered", 6 * 4096);
        device.ResizeChild("small", 7 * 4096);
        Bytes = _test.ReadFile();
    }

    public byte[] Bytes { get; }

    public void Dispose() => _test.Dispose();
}
