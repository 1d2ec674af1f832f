using Mbsa.Vm.Jobs;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

/// <summary>Nothing is allocated on the way of an I/O, over a real virtual disk and under both clocks.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_quantum_allocates_nothing(bool wall, bool movesBytes) => Bench.OnDisk(disk =>
    {
        var clock = new RunClock();
        clock.Release();
        var jobs = new[] { IoPattern.RandReadWrite, IoPattern.Read, IoPattern.Write }.Select(pattern =>
            Start(pattern, disk, movesBytes)).ToList();
        var record = new VcpuRecord();
        VcpuWorker vcpu = wall
            ? new WallVcpu(record, jobs, null, clock, new DeviceDelay(Bench.Device(writeFactor: 3), 0.1, 0.1), timeEveryIo: false)
            : new VirtualVcpu(record, jobs, null, 0);
        RunQuanta(vcpu, clock, 300);
        var (before, operationsBefore) = (GC.GetAllocatedBytesForCurrentThread(), Operations(record));
        RunQuanta(vcpu, clock, 300);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.InRange(Operations(record) - operationsBefore, 300, long.MaxValue);
    });

    private static void RunQuanta(VcpuWorker vcpu, RunClock clock, int quanta)
    {
        for (var i = 0; i < quanta; i++)
        {
            vcpu.Execute(clock.NowNs, 25_000);
            vcpu.Complete(clock.NowNs);
        }
    }

    private static long Operations(VcpuRecord record) => record.Counters.ReadOperations + record.Counters.WriteOperations;

    private static RunningJob Start(IoPattern pattern, BlockStorage disk, bool movesBytes)
    {
        var spec = Bench.Job(pattern) with { ReadRateIops = pattern == IoPattern.Read ? 1e9 : null };
        IoTransfer transfer = movesBytes ? new FullTransfer(disk, Bench.Block, 1) : new NoTransfer(disk);
        return new RunningJob(spec, new OperationSource(spec, disk.SizeBytes, 1, 0), transfer, Bench.Times, 0);
    }
}
