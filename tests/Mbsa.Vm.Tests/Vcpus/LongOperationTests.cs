using CsCheck;
using HdrHistogram;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

/// <summary>I/Os that are longer than a quantum, under the virtual clock.</summary>
public sealed class LongOperationTests
{
    private const int Largest = 16 * Bench.Block;

    private readonly VcpuRecord _record = new();
    private readonly List<(char Direction, long FromBytes, int LengthBytes)> _moved = [];

    [Fact]
    public void It_is_cut_at_the_quantums_end_and_goes_on_where_it_stopped()
    {
        // 64 KiB at 1 ns a byte and nothing else: 65,536 ns in quanta of 25,000.
        var vcpu = Vcpu(Job(IoPattern.Write, Largest), perByteNs: 1);
        Assert.Equal((25_000, 25_000.0), Work(vcpu.Execute(0, 25_000)));
        Assert.Equal(0, vcpu.Complete(25_000).Operations);
        Assert.Equal((25_000, 25_000.0), Work(vcpu.Execute(25_000, 25_000)));
        Assert.Equal(0, vcpu.Complete(50_000).Operations);
        Assert.Equal((0, 0, 0), (_record.Counters.WriteOperations, _record.Counters.WriteBytes, _record.Latency.Writes.TotalCount));
        Assert.Equal([('w', 0, 6 * Bench.Block), ('w', 6 * Bench.Block, 6 * Bench.Block)], _moved);

        // The rest of the quantum is the next one's.
        Assert.Equal((25_000, 25_000.0), Work(vcpu.Execute(50_000, 25_000)));
        Assert.Equal(1, vcpu.Complete(75_000).Operations);
        Assert.Equal((1, Largest), (_record.Counters.WriteOperations, _record.Counters.WriteBytes));
        Assert.InRange(_record.Latency.Writes.GetMaxValue(), 65_000, 66_100);
        Assert.Equal([('w', 12 * Bench.Block, 4 * Bench.Block), ('w', 16 * Bench.Block, 2 * Bench.Block)], _moved[2..]);
    }

    [Fact]
    public void Its_latency_counts_from_when_it_was_asked_for_and_has_all_its_waits()
    {
        var vcpu = Vcpu(Job(IoPattern.Write, Largest), perByteNs: 1);
        foreach (var startNs in new[] { 100_000, 200_000, 300_000 }) // ready since 0, 125,000 and 225,000
        {
            vcpu.Quantum(startNs);
        }

        Assert.InRange(_record.Latency.Writes.GetMaxValue(), 315_536 * 0.99, 315_536 * 1.01);
        vcpu.Quantum(400_000);
        vcpu.Quantum(500_000);
        vcpu.Quantum(600_000);
        Assert.Equal(2, _record.Latency.Writes.TotalCount);
        Assert.InRange(_record.Latency.Writes.GetMaxValue(), 315_536 * 0.99, 315_536 * 1.01); // begun at 315,536, ended at 606,072
        Assert.InRange(_record.Latency.Writes.GetMean(), (315_536 + 290_536) / 2 * 0.99, (315_536 + 290_536) / 2 * 1.01);
    }

    [Fact]
    public void One_that_is_no_longer_than_the_quantum_is_never_cut()
    {
        var vcpu = Vcpu(Job(IoPattern.Write, Bench.Block), perByteNs: 1);
        Assert.Equal((2 * Bench.Block, 2.0 * Bench.Block), Work(vcpu.Execute(0, Bench.Block + 1)));
        vcpu.Complete(2 * Bench.Block);
        Assert.Equal((Bench.Block, (double)Bench.Block), Work(vcpu.Execute(10_000, Bench.Block)));
        vcpu.Complete(20_000);
        Assert.Equal((4000, 4000.0), Work(vcpu.Execute(20_000, 4_000))); // but a shorter quantum cuts it
        Assert.Equal(0, vcpu.Complete(30_000).Operations);
    }

    [Fact]
    public void Whatever_is_slowest_the_quantum_ends_in_time_and_pieces_add_up_to_the_whole()
    {
        int[] lengths = [512, 1024, Bench.Block, 5 * 512, 3 * Bench.Block, Largest];
        var sizes = Gen.Int[0, lengths.Length - 1].Select(i => lengths[i]);
        Gen.Select(sizes, sizes, Gen.Long[100, 90_000].Array[1, 5], Gen.Double[0, 3],
            Gen.Double[1e8, 1e10], Gen.Double[1e8, 1e10], Gen.Bool).Sample(
            (readBytes, writeBytes, budgets, perByteNs, nvm, bus, isRandom) =>
            {
                var (record, job) = (new VcpuRecord(),
                    Job(isRandom ? IoPattern.RandReadWrite : IoPattern.ReadWrite, writeBytes) with { ReadBlockBytes = readBytes });
                var times = Times(job, perByteNs, nvm, bus);
                var disk = new Recorder([]);
                using var vcpu = new VirtualVcpu(record, [Start(job, disk, times)], disk, 0);
                var (nowNs, work, operations) = (0L, default(WorkVector), 0L);
                for (var quantum = 0; quantum < 40; quantum++)
                {
                    var budgetNs = budgets[quantum % budgets.Length];
                    var part = vcpu.Execute(nowNs, budgetNs);
                    work += part;

                    // An I/O that is shorter than the quantum may overrun it, one that is longer never.
                    var shortNs = times.AloneNsByKind.ToArray().Where(ns => ns <= budgetNs + 1).DefaultIfEmpty(0.01).Max();
                    Assert.True(times.AloneNs(part) < budgetNs + shortNs);
                    nowNs += (long)Math.Ceiling(times.AloneNs(part));
                    operations += vcpu.Complete(nowNs).Operations;
                }

                // All but the last is whole, and of each whole one the bytes were moved once and in order.
                var drawn = new IoOperation[operations + 1];
                new OperationSource(job, Bench.DiskBytes, 1, 0).Draw(drawn);
                var whole = drawn[..^1].Aggregate(default(WorkVector), (sum, next) => sum + WorkOf(times, next));
                var more = work + (whole * -1);
                var last = WorkOf(times, drawn[^1]);
                Assert.InRange(more.CoreNs, -1e-6 * work.CoreNs, last.CoreNs * (1 + 1e-6));
                Assert.Equal(more.CoreNs / last.CoreNs, more.BusBytes / last.BusBytes, 1e-4);
                Assert.Equal(more.CoreNs / last.CoreNs, more.NvmNs / last.NvmNs, 1e-4);
                Assert.Equal(operations, record.Counters.ReadOperations + record.Counters.WriteOperations);
                Assert.Equal(operations, record.Latency.Reads.TotalCount + record.Latency.Writes.TotalCount);
                AssertInOrder(drawn, disk.Moved);
            },
            iter: 300);
    }

    [Fact]
    public void Who_shares_a_vcpu_with_it_has_a_turn_after_each_piece()
    {
        var disk = new Recorder(_moved);
        var (longJob, shortJob) = (Job(IoPattern.Write, Largest), Job(IoPattern.Read, Bench.Block));
        using var vcpu = new VirtualVcpu(_record,
            [Start(longJob, disk, Times(longJob, 1)), Start(shortJob, disk, Times(shortJob, 1))], disk, 0);
        var nowNs = 0L;
        for (var quantum = 0; quantum < 6; quantum++)
        {
            (_, nowNs) = vcpu.Quantum(nowNs, 2 * Bench.Block);
        }

        Assert.Equal((6, 0), (_record.Counters.ReadOperations, _record.Counters.WriteOperations));
        Assert.Equal("wrrwrrwrr", string.Concat(_moved.Select(part => part.Direction)));
    }

    [Fact]
    public void A_job_whose_runtime_ends_in_the_middle_finishes_the_io_and_begins_no_other()
    {
        var vcpu = Vcpu(Job(IoPattern.Write, Largest) with { RuntimeNs = 30_000 }, perByteNs: 1);
        Assert.Equal(65_536, vcpu.RunUntil(1_000_000));
        Assert.Equal((1, 1), (_record.Counters.WriteOperations, _record.Latency.Writes.TotalCount));
    }

    [Fact]
    public void A_job_with_a_size_ends_when_its_last_io_does()
    {
        var vcpu = Vcpu(Job(IoPattern.Write, Largest) with { TimeBased = false, IoSizeBytes = 3 * Largest }, perByteNs: 1);
        Assert.InRange(vcpu.RunUntil(1_000_000), 3 * Largest, 3 * Largest + 3); // a ns more for each fraction
        Assert.Equal(3, _record.Counters.WriteOperations);
    }

    [Fact]
    public void A_think_time_begins_when_the_last_piece_ended()
    {
        var vcpu = Vcpu(Job(IoPattern.Write, Largest) with { ThinkTimeNs = 7_000 }, perByteNs: 1);
        Assert.Equal(AfterQuantum.Ready, vcpu.Quantum(0).Outcome.Next);
        Assert.Equal(AfterQuantum.Ready, vcpu.Quantum(25_000).Outcome.Next);
        Assert.Equal((new QuantumOutcome(AfterQuantum.Sleeping, 72_536, 1), 65_536), vcpu.Quantum(50_000));
        Assert.InRange(_record.Latency.Batches.GetMaxValue(), 65_000, 66_100);
    }

    [Fact]
    public void What_is_written_in_pieces_is_what_is_written_at_once() => Bench.OnDisk(disk =>
    {
        var (transfer, operation) =
            (new FullTransfer(disk, Largest, seed: 3), new IoOperation(512, 5 * Bench.Block, IsWrite: true, IsSequential: false));
        var (whole, pieces) = (new byte[8 * Bench.Block], new byte[8 * Bench.Block]);
        transfer.Copy(operation);
        disk.Read(0, whole);
        disk.Write(0, pieces);
        DoInPieces(operation, transfer, room: 0.13);
        disk.Read(0, pieces);
        Assert.Equal(whole, pieces);
    });

    [Fact]
    public void A_verifier_is_content_in_the_middle_and_at_the_end() => Bench.OnDisk(disk =>
    {
        var verifier = new BlockVerifier(Bench.DiskBytes, 5, VerifyMethod.Crc32c);
        var transfer = new VerifiedTransfer(disk, verifier);
        transfer.Copy(new IoOperation(0, Largest, IsWrite: true, IsSequential: false));
        var inPieces = new OperationInPieces();
        inPieces.Begin(new IoOperation(0, Largest, IsWrite: true, IsSequential: false));
        while (inPieces.IsUnderWay)
        {
            inPieces.Advance(1, 9.5, transfer);
            Assert.Equal(0, verifier.VerifyAll(disk)); // some blocks are of the new generation, the others of the old one
        }

        DoInPieces(new IoOperation(0, Largest, IsWrite: false, IsSequential: false), transfer, room: 0.3);
    });

    private static void DoInPieces(IoOperation operation, IoTransfer transfer, double room)
    {
        var (inPieces, sum) = (new OperationInPieces(), 0d);
        inPieces.Begin(operation);
        while (inPieces.IsUnderWay)
        {
            sum += inPieces.Advance(room, 1, transfer);
        }

        Assert.Equal(1, sum, 1e-12);
    }

    /// <summary>
    /// Checks that parts make up operations one after the other, each cut at whole blocks of the disk; the last may be unfinished.
    /// </summary>
    private static void AssertInOrder(IoOperation[] drawn, List<(char Direction, long FromBytes, int LengthBytes)> moved)
    {
        var (next, at) = (0, 0L);
        foreach (var (direction, from, length) in moved)
        {
            var operation = drawn[next];
            Assert.Equal((operation.IsWrite ? 'w' : 'r', operation.OffsetBytes + at), (direction, from));
            at += length;
            Assert.True(at <= operation.LengthBytes);
            Assert.True(at == operation.LengthBytes || (operation.OffsetBytes + at) % Bench.Block == 0);
            if (at == operation.LengthBytes)
            {
                (next, at) = (next + 1, 0);
            }
        }

        Assert.Equal(drawn.Length - 1, next);
    }

    private static (double CoreNs, double BusBytes) Work(in WorkVector work) => (Math.Round(work.CoreNs, 6), Math.Round(work.BusBytes, 6));

    private static WorkVector WorkOf(OperationTimes times, in IoOperation operation) =>
        times.ByKind[OperationTimes.KindOf(operation.IsWrite, operation.IsSequential)];

    private static JobSpec Job(IoPattern pattern, int blockBytes) =>
        Bench.Job(pattern) with { ReadBlockBytes = blockBytes, WriteBlockBytes = blockBytes };

    private static OperationTimes Times(JobSpec job, double perByteNs, double nvmBytesPerSecond = 1e13, double busBytesPerSecond = 1e13)
    {
        var costs = new PathCosts(new OperationCost(0, perByteNs), new OperationCost(0, perByteNs));
        var device = new DeviceProfile
        {
            Name = "test",
            ReadBandwidthBytesPerSecond = nvmBytesPerSecond,
            WriteBandwidthBytesPerSecond = nvmBytesPerSecond,
        };
        return new OperationTimes(costs, device, busBytesPerSecond, job.ReadBlockBytes, job.WriteBlockBytes);
    }

    private static RunningJob Start(JobSpec job, BlockStorage disk, OperationTimes times) =>
        new(job, new OperationSource(job, Bench.DiskBytes, 1, 0), new NoTransfer(disk), times, 0);

    private VirtualVcpu Vcpu(JobSpec job, double perByteNs)
    {
        var disk = new Recorder(_moved);
        return new VirtualVcpu(_record, [Start(job, disk, Times(job, perByteNs))], disk, 0);
    }

    /// <summary>A disk without bytes that remembers how much was asked of it.</summary>
    private sealed class Recorder(List<(char Direction, long FromBytes, int LengthBytes)> moved) : BlockStorage
    {
        public List<(char Direction, long FromBytes, int LengthBytes)> Moved { get; } = moved;

        public override long SizeBytes => Bench.DiskBytes;

        public override void Read(long offsetBytes, Span<byte> destination) => throw new NotSupportedException();

        public override void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw new NotSupportedException();

        public override void ReadNothing(long offsetBytes, int lengthBytes) => Moved.Add(('r', offsetBytes, lengthBytes));

        public override void WriteNothing(long offsetBytes, int lengthBytes) => Moved.Add(('w', offsetBytes, lengthBytes));

        public override void Dispose()
        {
        }
    }
}
