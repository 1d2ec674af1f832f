using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

/// <summary>A VCPU on the bench: round costs, a clock moved by hand, a disk that only remembers what was asked of it.</summary>
internal static class Bench
{
    public const int Block = BlockStorage.BlockBytes;
    public const long DiskBytes = 64L * Block;
    public const double BusBytesPerSecond = 1e13;

    /// <summary>A read takes 1 us of a core and a write 3; what is random takes half a microsecond more.</summary>
    public static OperationTimes Times { get; } = new(
        new PathCosts(new OperationCost(1000, 0, RandomNs: 500), new OperationCost(3000, 0, RandomNs: 500)),
        Device(), BusBytesPerSecond, Block, Block);

    public static DeviceProfile Device(double readFactor = 1, double writeFactor = 1) => new()
    {
        Name = "test",
        ReadBandwidthBytesPerSecond = 4.096e12,
        WriteBandwidthBytesPerSecond = 2.048e12,
        ReadLatencyFactor = readFactor,
        WriteLatencyFactor = writeFactor,
    };

    /// <summary>With replacement: the first random draws here are none that follow on each other.</summary>
    public static JobSpec Job(IoPattern pattern = IoPattern.Read) => new() { Pattern = pattern, TimeBased = true, NoRandomMap = true };

    /// <summary>Tells a job of an I/O of the size that all of a direction have.</summary>
    public static bool Pace(this RunningJob job, bool isWrite, long nowNs) => job.Pace(
        new IoOperation(0, isWrite ? job.Spec.WriteBlockBytes : job.Spec.ReadBlockBytes, isWrite, false), nowNs);

    public static RunningJob Start(JobSpec spec, BlockStorage? storage = null, long nowNs = 0, JobRhythm? rhythm = null)
    {
        if (spec.Pattern == IoPattern.Compute)
        {
            return new RunningJob(spec, null, null, null, nowNs, rhythm);
        }

        return new RunningJob(spec, new OperationSource(spec, DiskBytes, 1, 0),
            new NoTransfer(storage ?? new Notebook()), Times, nowNs, rhythm);
    }

    public static VirtualVcpu Virtual(VcpuRecord record, params JobSpec[] jobs)
    {
        var storage = new Notebook();
        return new VirtualVcpu(record, [.. jobs.Select(job => Start(job, storage))], storage, 0);
    }

    /// <summary>Runs one quantum that ends as soon as its work allows.</summary>
    public static (QuantumOutcome Outcome, long EndNs) Quantum(this IQuantumWorker worker, long startNs, long budgetNs = 25_000)
    {
        var work = worker.Execute(startNs, budgetNs);
        var endNs = startNs + Math.Max(1, (long)Math.Ceiling(Times.AloneNs(work)));
        return (worker.Complete(endNs), endNs);
    }

    /// <summary>Runs quanta back to back, asleep in between when the worker wishes, until a moment or until it is finished.</summary>
    /// <returns>When it came to its end.</returns>
    public static long RunUntil(this IQuantumWorker worker, long untilNs, long budgetNs = 25_000)
    {
        var nowNs = 0L;
        while (nowNs < untilNs)
        {
            (var outcome, nowNs) = worker.Quantum(nowNs, budgetNs);
            if (outcome.Next == AfterQuantum.Finished)
            {
                break;
            }

            nowNs = Math.Max(nowNs, outcome.WakeAtNs);
        }

        return nowNs;
    }

    /// <summary>Does something on a session of a real virtual disk, and checks that all its memory is given back.</summary>
    public static void OnDisk(Action<BlockStorage> act)
    {
        var ledger = new MemoryLedger();
        using (var device = NvmDevice.Create(new NvmDeviceOptions { SizeBytes = 16 << 20, DeviceId = Guid.Empty }, ledger))
        {
            using var area = device.Map(device.CreateChild("vm", VirtualDisks.RequiredBytes(DiskBytes)));
            VirtualDisks.Format(area, DiskBytes, Guid.Empty);
            using var disk = VirtualDisks.Mount(area);
            using var session = disk.OpenSession();
            act(session);
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    /// <summary>A disk without bytes.</summary>
    internal sealed class Notebook : BlockStorage
    {
        public List<(char Direction, long OffsetBytes)> Asked { get; } = [];

        public int Disposed { get; private set; }

        public WearWork Wear { get; set; }

        public override WearWork TakeWearWork()
        {
            var work = Wear;
            Wear = default;
            return work;
        }

        public override long SizeBytes => DiskBytes;

        public override void Read(long offsetBytes, Span<byte> destination) => Asked.Add(('r', offsetBytes));

        public override void Write(long offsetBytes, ReadOnlySpan<byte> source) => Asked.Add(('w', offsetBytes));

        public override void ReadNothing(long offsetBytes, int lengthBytes) => Asked.Add(('r', offsetBytes));

        public override void WriteNothing(long offsetBytes, int lengthBytes) => Asked.Add(('w', offsetBytes));

        public override void Dispose() => Disposed++;
    }
}
