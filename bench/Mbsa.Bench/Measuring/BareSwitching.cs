using System.Diagnostics;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Bench.Measuring;

/// <summary>
/// What changing from one disk to another costs where nothing schedules: threads that read random blocks of one NVM area for a while,
/// then of the next. Caches and page-table entries of the area before are lost as in VMs that take turns; nothing else happens.
/// </summary>
internal sealed class BareSwitching : IDisposable
{
    private const int BlocksAtOnce = 64;

    private readonly NvmDevice _device;
    private readonly NvmArea[] _areas;
    private readonly long _blocks;

    /// <summary>So many areas of one device, every page touched.</summary>
    public BareSwitching(int areas, long bytes)
    {
        _device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = areas * (bytes + bytes / 64) + (64L << 20), DeviceId = Guid.Empty }, new MemoryLedger());
        _areas = [.. Enumerable.Range(0, areas).Select(area => _device.Map(_device.CreateChild($"area-{area}", bytes), prefault: true))];
        Array.ForEach(_areas, FirstTouch.Touch);
        _blocks = bytes / IoPoint.BlockBytes;
    }

    /// <summary>Reads per second of all threads.</summary>
    /// <param name="threads">One for each core.</param>
    /// <param name="sliceNs">How long a thread stays on an area, in nanoseconds.</param>
    /// <param name="seconds">Length of the measurement.</param>
    public double MeasureIops(int threads, long sliceNs, double seconds)
    {
        using var start = new Barrier(threads);
        var rates = new double[threads];
        var all = Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            var leases = _areas.Select(area => area.Lease()).ToArray();
            start.SignalAndWait();
            rates[index] = Run(leases, index * leases.Length / threads, sliceNs, seconds);
            Array.ForEach(leases, lease => lease.Dispose());
        })).ToArray();
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        return rates.Sum();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_areas, area => area.Dispose());
        _device.Dispose();
    }

    private double Run(NvmLease[] leases, int area, long sliceNs, double seconds)
    {
        var buffer = IoBuffer.Allocate(IoPoint.BlockBytes);
        var random = new Xoshiro256(JobSeed.SeedFor(1, "vm", "job", area));
        var (begin, operations) = (Stopwatch.GetTimestamp(), 0L);
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds)
        {
            var (lease, sliceBegin) = (leases[area++ % leases.Length], Stopwatch.GetTimestamp());
            while (Stopwatch.GetElapsedTime(sliceBegin).Ticks * 100 < sliceNs)
            {
                for (var i = 0; i < BlocksAtOnce; i++)
                {
                    lease.Read(random.Below(_blocks) * IoPoint.BlockBytes, buffer);
                }

                operations += BlocksAtOnce;
            }
        }

        return operations / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
