using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Measuring;

/// <summary>Counts what a VCPU's loop takes from the managed heap, by running it on the calling thread.</summary>
internal static class AllocationProbe
{
    private const long DiskBytes = 256L << 20;
    private const long WarmupOperations = 100_000;
    private const long Operations = 1_000_000;

    /// <summary>Makes a worker over an open disk.</summary>
    internal delegate VcpuWorker WorkerFactory(VcpuRecord record, RunClock clock, JobSpec job, VirtualDiskSession session);

    /// <summary>The wall clock's worker, which moves every byte.</summary>
    public static WorkerFactory Wall(bool timeEveryIo) => (record, clock, job, session) =>
    {
        var running = Job(job, session, new FullTransfer(session, IoPoint.BlockBytes, seed: 1));
        return new WallVcpu(record, [running], session, clock, new DeviceDelay(Lab.Dram, 0, 0), timeEveryIo);
    };

    /// <summary>The virtual clock's worker, which moves none.</summary>
    public static WorkerFactory Virtual() => (record, _, job, session) =>
        new VirtualVcpu(record, [Job(job, session, new NoTransfer(session))], session, nowNs: 0);

    /// <summary>Bytes allocated per I/O, over at least a million of them.</summary>
    public static double BytesPerIo(IoPattern pattern, WorkerFactory factory)
    {
        var options = new NvmDeviceOptions { SizeBytes = DiskBytes + (64 << 20), DeviceId = Guid.Empty };
        using var device = NvmDevice.Create(options, new MemoryLedger());
        using var area = device.Map(device.CreateChild("disk", VirtualDisks.RequiredBytes(DiskBytes)));
        VirtualDisks.Format(area, DiskBytes, Guid.Empty);
        using var disk = VirtualDisks.Mount(area);
        var (record, clock) = (new VcpuRecord(), new RunClock());
        using var worker = factory(record, clock, Lab.Job(pattern, numJobs: 1), disk.OpenSession());
        clock.Release();
        RunQuanta(worker, record, clock, WarmupOperations);
        var (bytesBefore, operationsBefore) = (GC.GetAllocatedBytesForCurrentThread(), OperationsOf(record));
        RunQuanta(worker, record, clock, Operations);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
        return bytes / (double)(OperationsOf(record) - operationsBefore);
    }

    private static void RunQuanta(VcpuWorker worker, VcpuRecord record, RunClock clock, long operations)
    {
        var until = OperationsOf(record) + operations;
        while (OperationsOf(record) < until)
        {
            var startNs = clock.NowNs;
            var work = worker.Execute(startNs, Lab.WallQuantumNs);
            worker.Complete(startNs + Math.Max(1, (long)work.CoreNs));
        }
    }

    private static RunningJob Job(JobSpec job, VirtualDiskSession session, IoTransfer transfer)
    {
        var source = new OperationSource(job, session.SizeBytes, seed: 1, cloneIndex: 0);
        var machine = Lab.Machine(1);
        var times = new OperationTimes(
            machine.Paths[IoPath.MemoryBus], Lab.Dram, machine.MemoryBandwidthBytesPerSecond, job.ReadBlockBytes, job.WriteBlockBytes);
        return new RunningJob(job, source, transfer, times, nowNs: 0);
    }

    private static long OperationsOf(VcpuRecord record) => record.Counters.ReadOperations + record.Counters.WriteOperations;
}
