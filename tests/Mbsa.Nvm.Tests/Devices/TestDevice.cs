using System.Runtime.InteropServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Devices;

/// <summary>A device with a ledger and, when asked for, a file of its own; asserts at the end that all memory was given back.</summary>
internal sealed class TestDevice : IDisposable
{
    public readonly MemoryLedger Ledger = new();
    private readonly string? _directory;

    public TestDevice(long sizeBytes, bool inFile = false, int? maxChildDevices = null)
    {
        _directory = inFile ? Directory.CreateTempSubdirectory("mbsa-nvm-test-").FullName : null;
        Path = inFile ? System.IO.Path.Combine(_directory!, "device.nvm") : null;
        Device = NvmDevice.Create(new NvmDeviceOptions
        {
            SizeBytes =
            sizeBytes,
            DeviceId = new Guid(1, 2, 3, new byte[8]),
            FilePath = Path,
            MaxChildDevices = maxChildDevices
        }, Ledger);
    }

    public string? Path { get; }

    public NvmDevice Device { get; private set; }

    /// <summary>Ends the device, lets somebody at its file, and mounts it again.</summary>
    public NvmDevice Reopen(Action<byte[]>? change = null)
    {
        Device.Dispose();
        if (change is not null)
        {
            var bytes = File.ReadAllBytes(Path!);
            change(bytes);
            File.WriteAllBytes(Path!, bytes);
        }

        return Device = NvmDevice.Open(Path!, Ledger);
    }

    /// <summary>The bytes of its file, also while it is mounted.</summary>
    public byte[] ReadFile()
    {
        // Not with File: that takes a lock, and the device has it.
        var descriptor = Libc.Open(Path!, Libc.O_RDONLY, 0);
        var bytes = new byte[Libc.Seek(descriptor, 0, Libc.SEEK_END)];
        var address = Libc.Map(0, (nuint)bytes.Length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE, descriptor, 0);
        Marshal.Copy(address, bytes, 0, bytes.Length);
        _ = Libc.Unmap(address, (nuint)bytes.Length);
        _ = Libc.Close(descriptor);
        return bytes;
    }

    /// <summary>A child device in many pieces: it is made while only the gaps between other child devices are free.</summary>
    public ChildDevice CreateScattered(string name, int blocks)
    {
        for (var i = 0; i < 2 * blocks; i++)
        {
            Device.CreateChild($"filler-{i}", 4096);
        }

        var rest = Device.CreateChild("rest", Device.FreeBytes - 8 * 4096);
        for (var i = 0; i < 2 * blocks; i += 2)
        {
            Device.DeleteChild($"filler-{i}");
        }

        var scattered = Device.CreateChild(name, blocks * 4096L);
        Device.DeleteChild(rest.Name);
        return scattered;
    }

    public void Dispose()
    {
        Device.Dispose();
        if (_directory is not null)
        {
            Directory.Delete(_directory, recursive: true);
        }

        Assert.True(Ledger.IsEmpty, Ledger.Describe());
    }
}
