using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Cores.Tests.References;

/// <summary>
/// The laboratory's latencies against queues of which one knows the right answer. Customers are VCPUs that come, do a few reads
/// of 1 us and writes of 4, and go. With a core for each and an NVM that any of them fills alone, that is a queue with processor sharing;
/// with one core, and an NVM that nobody feels, one that is first come, first served.
/// </summary>
public sealed class QueueingTests
{
    private const int Customers = 40_000;
    private const int WritePercent = 30;
    private const double ReadNs = 1_000, WriteNs = 4_000, MeanNs = 0.7 * ReadNs + 0.3 * WriteNs;

    /// <summary>E[S^2] of one I/O.</summary>
    private const double SquareNs = 0.7 * ReadNs * ReadNs + 0.3 * WriteNs * WriteNs;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.8)]
    public void The_reference_with_processor_sharing_has_the_mean_of_M_G_1_PS(double load)
    {
        var random = new Random(7);
        var latency = ReferenceQueue.ProcessorSharing(ReferenceQueue.Poisson(1, 1_000_000, MeanNs / load, _ => [Draw(random)]));
        Near(MeanNs / (1 - load), latency.MeanNs, 0.02);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.8)]
    public void The_reference_first_come_first_served_has_the_mean_of_Pollaczek_and_Khinchine(double load)
    {
        var random = new Random(7);
        var latency = ReferenceQueue.FirstComeFirstServed(ReferenceQueue.Poisson(1, 1_000_000, MeanNs / load, _ => [Draw(random)]));
        Near(MeanNs + load / MeanNs * SquareNs / (2 * (1 - load)), latency.MeanNs, 0.02);
    }

    [Theory]
    [InlineData(1, 0.6, 1_000_000)]
    [InlineData(1, 0.85, 1_000_000)]
    [InlineData(8, 0.3, 1_000_000)] // eight I/Os in one quantum
    [InlineData(8, 0.7, 1_000_000)]
    [InlineData(8, 0.7, 5_000)] // some in one quantum
    [InlineData(3, 0.7, 700)] // every I/O in pieces, and all the same
    public void A_core_for_each_and_an_nvm_for_all_is_processor_sharing(int operations, double load, long quantumNs)
    {
        var device = Device(BlockStorage.BlockBytes / ReadNs * 1e9, BlockStorage.BlockBytes / WriteNs * 1e9);
        var (customers, record) = Run(new HostCapacity(64, 1e13), Costs(1, 1), device, operations, load, quantumNs);
        Same(ReferenceQueue.ProcessorSharing(customers), record, Customers * operations);
    }

    [Theory]
    [InlineData(1, 0.6)]
    [InlineData(1, 0.85)]
    [InlineData(8, 0.3)]
    [InlineData(8, 0.7)]
    public void One_core_and_a_queue_before_it_is_first_come_first_served(int operations, double load)
    {
        var (customers, record) =
            Run(new HostCapacity(1, 1e13), Costs(ReadNs, WriteNs), Device(1e12, 1e12), operations, load, quantumNs: 1_000_000);
        Same(ReferenceQueue.FirstComeFirstServed(customers), record, Customers * operations);
    }

    /// <summary>Lets customers come to a host, and says who they were.</summary>
    private static (List<Customer> Customers, VcpuRecord Record) Run(
        HostCapacity host, PathCosts costs, DeviceProfile device, int operations, double load, long quantumNs)
    {
        var spec = new JobSpec
        {
            Pattern = IoPattern.RandReadWrite,
            ReadPercent = 100 - WritePercent,
            IoSizeBytes = operations * BlockStorage.BlockBytes,
        };
        var times = new OperationTimes(costs, device, host.BusBytesPerSecond, BlockStorage.BlockBytes, BlockStorage.BlockBytes);
        var customers = ReferenceQueue.Poisson(3, Customers, operations * MeanNs / load, i => ServicesOf(spec, i, operations)).ToList();
        var (cores, record, disk) = (new VirtualCores(host, new RoundRobinQueue(host, quantumNs)), new VcpuRecord(), new Nowhere());
        for (var i = 0; i < customers.Count; i++)
        {
            var job = new RunningJob(spec, new OperationSource(spec, disk.SizeBytes, (ulong)i, 0),
                new NoTransfer(disk), times, customers[i].AtNs);
            cores.Attach(new Schedulable(new SchedulableId(0, i), new VirtualVcpu(record, [job], disk, customers[i].AtNs)));
        }

        var departures = new List<Departure>();
        while (cores.RunUntil(long.MaxValue / 2, idle: false, departures))
        {
            Assert.All(departures, departure => Assert.Null(departure.Failure));
            departures.Clear();
        }

        return (customers, record);
    }

    private static double[] ServicesOf(JobSpec spec, int customer, int operations)
    {
        var drawn = new IoOperation[operations];
        new OperationSource(spec, new Nowhere().SizeBytes, (ulong)customer, 0).Draw(drawn);
        return [.. drawn.Select(operation => operation.IsWrite ? WriteNs : ReadNs)];
    }

    private static void Same(ReferenceLatency expected, VcpuRecord record, long count)
    {
        var found = LatencyRecorder.Empty();
        found.Add(record.Latency.Reads);
        found.Add(record.Latency.Writes);
        Assert.Equal((count, count), (expected.Count, found.TotalCount));

        var buckets = new long[LatencyBuckets.Count];
        var sumNs = record.Latency.LiveReads.AddTo(buckets) + record.Latency.LiveWrites.AddTo(buckets);
        Near(expected.MeanNs, (double)sumNs / count, 0.01);
        foreach (var percentile in (double[])[50, 95, 99, 99.9])
        {
            Near(expected.Histogram.GetValueAtPercentile(percentile), found.GetValueAtPercentile(percentile), 0.01);
        }
    }

    private static void Near(double expected, double found, double part) =>
        Assert.True(Math.Abs(found - expected) <= part * expected, $"{found} is {100 * (found / expected - 1):0.00} % off {expected}");

    private static double Draw(Random random) => random.NextDouble() < WritePercent / 100.0 ? WriteNs : ReadNs;

    private static PathCosts Costs(double readNs, double writeNs) => new(new OperationCost(readNs, 0), new OperationCost(writeNs, 0));

    private static DeviceProfile Device(double readBytesPerSecond, double writeBytesPerSecond) => new()
    {
        Name = "test",
        ReadBandwidthBytesPerSecond = readBytesPerSecond,
        WriteBandwidthBytesPerSecond = writeBytesPerSecond,
    };

    /// <summary>A disk that nobody looks into.</summary>
    private sealed class Nowhere : BlockStorage
    {
        public override long SizeBytes => 1L << 30;

        public override void Read(long offsetBytes, Span<byte> destination)
        {
        }

        public override void Write(long offsetBytes, ReadOnlySpan<byte> source)
        {
        }

        public override void ReadNothing(long offsetBytes, int lengthBytes)
        {
        }

        public override void WriteNothing(long offsetBytes, int lengthBytes)
        {
        }

        public override void Dispose()
        {
        }
    }
}
