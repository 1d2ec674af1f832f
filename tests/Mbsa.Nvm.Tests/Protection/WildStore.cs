using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Tests.Protection;

/// <summary>
/// The program that is meant to crash: makes a device in a file, writes a child device through a lease as one should,
/// and then stores into it through a pointer, as a bug would. Ends with exit code 0 if it gets away with it.
/// </summary>
internal static class WildStore
{
    public const int PageBytes = 4096, Pages = 4;

    /// <summary>What a page holds after it was written as one should.</summary>
    public const byte Precious = 0x5A;

    /// <summary>How much a wild store of native code damages.</summary>
    public const int DamagedBytes = 8;

    private const byte Damage = 0xFF;

    public static void Main(string[] arguments)
    {
        var (path, method, target, whoStores) = (arguments[0], Enum.Parse<ProtectionMethod>(arguments[1]), arguments[2], arguments[3]);
        var ledger = new MemoryLedger();
        using var device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = 1 << 20, DeviceId = new Guid(1, 2, 3, new byte[8]), FilePath = path }, ledger);
        using var area = device.Map(device.CreateChild("child", Pages * PageBytes), protection: method);
        using var lease = area.Lease();
        var page = new byte[PageBytes];
        Array.Fill(page, Precious);
        for (var i = 0; i < Pages; i++)
        {
            lease.Write(i * PageBytes, page);
        }

        var wild = target == "area" ? area.FirstAddress + PageBytes + 100 : DeviceMapping(path, device.Children[0]);
        if (whoStores == "native")
        {
            Marshal.GetDelegateForFunctionPointer<SetBytes>(
                NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "memset"))(wild, Damage, DamagedBytes);
        }
        else
        {
            Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), wild) = Damage;
        }
    }

    /// <summary>Where the child lies in the mapping of the whole file, which is the device's own for its bookkeeping.</summary>
    private static nint DeviceMapping(string path, ChildDevice child)
    {
        foreach (var words in File.ReadLines("/proc/self/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words[^1] == path && words[2] == "00000000")
            {
                return nint.Parse(words[0].Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    + (nint)child.Extents[0].FirstBlock * PageBytes;
            }
        }

        throw new InvalidOperationException("the device is not mapped");
    }

    private delegate nint SetBytes(nint start, int value, nint lengthBytes);
}
