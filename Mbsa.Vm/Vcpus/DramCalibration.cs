using System.Diagnostics;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Measures what moving a byte to and from DRAM costs on this machine, so that a slower device can be emulated by the difference.
/// </summary>
public static class DramCalibration
{
    private const int RegionBytes = 32 << 20;
    private const int Blocks = RegionBytes / BlockStorage.BlockBytes;
    private const int BatchLength = 512;
    private const int Batches = 15;

    /// <summary>
    /// What a device costs on top of this machine's DRAM. Measures for some milliseconds unless the device is as fast as DRAM.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="ledger">Where the memory measured on is entered; it is freed on return.</param>
    public static DeviceDelay DelayFor(DeviceProfile device, MemoryLedger ledger)
    {
        if (device is { ReadLatencyFactor: <= 1, WriteLatencyFactor: <= 1 })
        {
            return new DeviceDelay(device, 0, 0);
        }

        var (readNsPerByte, writeNsPerByte) = Measure(ledger);
        return new DeviceDelay(device, readNsPerByte, writeNsPerByte);
    }

    /// <summary>
    /// Nanoseconds per byte of random 4 KiB reads and non-temporal writes;
    /// the medians of several batches, so that a disturbance does not count.
    /// </summary>
    public static (double ReadNsPerByte, double WriteNsPerByte) Measure(MemoryLedger ledger)
    {
        var options = new NvmDeviceOptions { SizeBytes = 2L * RegionBytes, DeviceId = Guid.Empty };
        using var device = NvmDevice.Create(options, ledger);
        using var area = device.Map(device.CreateChild("calibration", RegionBytes), prefault: true);
        using var storage = new RawDisk(area).OpenSession();
        var buffer = new byte[BlockStorage.BlockBytes];
        var random = new Xoshiro256(1);
        Batch(storage, buffer, ref random, isWrite: true); // the first touch is not DRAM's matter
        var reads = Median(() => Batch(storage, buffer, ref random, isWrite: false));
        var writes = Median(() => Batch(storage, buffer, ref random, isWrite: true));
        return (reads, writes);

        static double Median(Func<double> measure)
        {
            var samples = Enumerable.Range(0, Batches).Select(_ => measure()).Order().ToArray();
            return samples[Batches / 2];
        }
    }

    private static double Batch(BlockStorage storage, byte[] buffer, ref Xoshiro256 random, bool isWrite)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < BatchLength; i++)
        {
            var offset = random.Below(Blocks) * BlockStorage.BlockBytes;
            if (isWrite)
            {
                storage.Write(offset, buffer);
            }
            else
            {
                storage.Read(offset, buffer);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / BatchLength / BlockStorage.BlockBytes;
    }
}
