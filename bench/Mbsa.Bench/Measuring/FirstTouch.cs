using System.Diagnostics;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Bench.Measuring;

/// <summary>
/// What the first access to a page costs after the kernel has given it memory. Nothing on most machines; microseconds in a virtual machine
/// whose page tables are shadowed by its host, a trap for each page and process. No I/O of ours should pay for that while it is measured.
/// </summary>
internal static class FirstTouch
{
    private const long ProbeBytes = 128L << 20;
    private const int PageBytes = 4096;

    /// <summary>Seconds for each byte of a mapping, measured once.</summary>
    public static double SecondsPerByte { get; } = Measure();

    /// <summary>Touches every page of an area; overwrites the head of each.</summary>
    public static void Touch(NvmArea area)
    {
        using var lease = area.Lease();
        Span<byte> head = stackalloc byte[8];
        for (var offset = 0L; offset < area.LengthBytes; offset += PageBytes)
        {
            lease.Stream(offset, head);
        }

        lease.Fence();
    }

    private static double Measure()
    {
        var options = new NvmDeviceOptions { SizeBytes = ProbeBytes + (32 << 20), DeviceId = Guid.Empty };
        using var device = NvmDevice.Create(options, new MemoryLedger());
        using var area = device.Map(device.CreateChild("probe", ProbeBytes), prefault: true);
        var start = Stopwatch.GetTimestamp();
        Touch(area);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / ProbeBytes;
    }
}
