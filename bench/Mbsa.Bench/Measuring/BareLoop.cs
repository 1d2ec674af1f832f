using System.Diagnostics;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Bench.Measuring;

/// <summary>
/// The least that an I/O can cost in this program: the same copies in the same order on an NVM area of the same kind, without map, counts,
/// timestamps or scheduler.
/// </summary>
internal static class BareLoop
{
    private const int BatchLength = 256;

    /// <summary>I/Os per second of all jobs together, each on a thread of its own.</summary>
    public static double MeasureIops(IoPoint point, double warmupSeconds, double seconds)
    {
        var options = new NvmDeviceOptions { SizeBytes = point.DiskBytes + point.DiskBytes / 64 + (64 << 20), DeviceId = Guid.Empty };
        using var device = NvmDevice.Create(options, new MemoryLedger());
        using var area = device.Map(device.CreateChild("bare", point.DiskBytes), prefault: true);
        FirstTouch.Touch(area);
        using var start = new Barrier(point.Jobs);
        var rates = new double[point.Jobs];
        var threads = Enumerable.Range(0, point.Jobs).Select(index => new Thread(() =>
        {
            using var lease = area.Lease();
            var job = new Job(lease, point, index);
            start.SignalAndWait();
            job.RunForIops(warmupSeconds);
            rates[index] = job.RunForIops(seconds);
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return rates.Sum();
    }

    private sealed class Job
    {
        private readonly NvmLease _lease;
        private readonly IoPoint _point;
        private readonly long _blocks;
        private readonly ArraySegment<byte> _buffer = IoBuffer.Allocate(IoPoint.BlockBytes);
        private Xoshiro256 _random;
        private long _nextBlock;

        public Job(NvmLease lease, IoPoint point, int index)
        {
            (_lease, _point, _blocks) = (lease, point, point.DiskBytes / IoPoint.BlockBytes);
            _random = new Xoshiro256(JobSeed.SeedFor(1, "vm", "job", index));
            new System.Random(index).NextBytes(_buffer);
        }

        public double RunForIops(double seconds)
        {
            var start = Stopwatch.GetTimestamp();
            var operations = 0L;
            TimeSpan elapsed;
            do
            {
                Batch();
                operations += BatchLength;
                elapsed = Stopwatch.GetElapsedTime(start);
            }
            while (elapsed.TotalSeconds < seconds);

            return operations / elapsed.TotalSeconds;
        }

        private void Batch()
        {
            var (random, nextBlock) = (_random, _nextBlock);
            for (var i = 0; i < BatchLength; i++)
            {
                long block;
                if (_point.IsRandom)
                {
                    block = random.Below(_blocks);
                }
                else
                {
                    block = nextBlock;
                    nextBlock = block + 1 == _blocks ? 0 : block + 1;
                }

                if (_point.IsWrite)
                {
                    _lease.Write(block * IoPoint.BlockBytes, _buffer);
                }
                else
                {
                    _lease.Read(block * IoPoint.BlockBytes, _buffer);
                }
            }

            (_random, _nextBlock) = (random, nextBlock);
        }
    }
}
