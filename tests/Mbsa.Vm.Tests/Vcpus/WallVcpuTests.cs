using HdrHistogram;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

/// <summary>What holds of a VCPU on real cores however fast or slow they are.</summary>
public sealed class WallVcpuTests : IDisposable
{
    private readonly VcpuRecord _record = new();
    private readonly Bench.Notebook _disk = new();
    private readonly RunClock _clock = new();

    public WallVcpuTests() => _clock.Release();

    public void Dispose() => _disk.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Counts_are_those_of_the_disk(bool timeEveryIo)
    {
        var vcpu = Vcpu(timeEveryIo, Bench.Job(IoPattern.RandReadWrite));
        var operations = Run(vcpu, quanta: 20).Sum(o => o.Operations);
        Assert.Equal(_disk.Asked.Count, operations);
        Assert.Equal(_disk.Asked.Count(a => a.Direction == 'r'), _record.Counters.ReadOperations);
        Assert.Equal(_disk.Asked.Count(a => a.Direction == 'w'), _record.Counters.WriteOperations);
        Assert.Equal(_record.Counters.ReadOperations * Bench.Block, _record.Counters.ReadBytes);
        Assert.Equal(_record.Counters.WriteOperations * Bench.Block, _record.Counters.WriteBytes);
        Assert.Equal(20, _record.Counters.Quanta);
    }

    [Fact]
    public void Operations_reach_the_disk_in_the_order_they_are_drawn_and_none_is_lost_between_quanta()
    {
        var job = Bench.Job(IoPattern.RandReadWrite);
        Run(Vcpu(timeEveryIo: false, job), quanta: 20);
        var drawn = new IoOperation[_disk.Asked.Count];
        new OperationSource(job, Bench.DiskBytes, 1, 0).Draw(drawn);
        Assert.Equal(drawn.Select(next => (next.IsWrite ? 'w' : 'r', next.OffsetBytes)), _disk.Asked);
    }

    [Fact]
    public void Work_is_told_by_nominal_costs()
    {
        var vcpu = Vcpu(timeEveryIo: false, Bench.Job());
        var work = vcpu.Execute(_clock.NowNs, 20_000);
        vcpu.Complete(_clock.NowNs);
        Assert.Equal(500 + (1_000.0 * _disk.Asked.Count) + (500 * ((_disk.Asked.Count - 1) / 64)), work.CoreNs);
        Assert.Equal((double)Bench.Block * _disk.Asked.Count, work.BusBytes);
    }

    [Fact]
    public void One_operation_in_a_batch_of_sixty_four_is_timed()
    {
        Run(Vcpu(timeEveryIo: false, Bench.Job()), quanta: 30);
        Assert.Equal(0, _disk.Asked.Count % 16);
        Assert.Equal(_disk.Asked.Count / 64, _record.Latency.Reads.TotalCount);
    }

    [Fact]
    public void Every_operation_is_timed_on_request()
    {
        Run(Vcpu(timeEveryIo: true, Bench.Job()), quanta: 30);
        Assert.Equal(_disk.Asked.Count, _record.Latency.Reads.TotalCount);
    }

    [Fact]
    public void A_job_with_a_size_ends_in_the_middle_of_a_batch()
    {
        var vcpu = Vcpu(timeEveryIo: false, Bench.Job(IoPattern.Write) with { TimeBased = false, IoSizeBytes = 37 * Bench.Block });
        Assert.Equal(AfterQuantum.Finished, Run(vcpu, quanta: 100)[^1].Next);
        Assert.Equal(37, _record.Counters.WriteOperations);
        Assert.Equal(37, _disk.Asked.Count);
    }

    [Fact]
    public void A_thinking_job_pauses_after_each_operation_and_is_timed_each_time()
    {
        var vcpu = Vcpu(timeEveryIo: false, Bench.Job() with { ThinkTimeNs = 1 });
        var outcomes = Run(vcpu, quanta: 5);
        Assert.All(outcomes, o => Assert.Equal((AfterQuantum.Sleeping, 1), (o.Next, o.Operations)));
        Assert.Equal(5, _record.Latency.Reads.TotalCount);
    }

    [Fact]
    public void A_rate_far_behind_is_caught_up_without_a_pause()
    {
        // Due since long ago: nothing can make it wait, so the budget ends the quantum.
        var job = Bench.Job() with { ReadRateIops = 1e12 };
        var outcome = Run(Vcpu(timeEveryIo: false, job), quanta: 1)[0];
        Assert.Equal(AfterQuantum.Ready, outcome.Next);
        Assert.True(outcome.Operations > 0);
    }

    [Fact]
    public void Computing_lasts_its_budget_at_least()
    {
        var vcpu = Vcpu(timeEveryIo: false, Bench.Job(IoPattern.Compute));
        var startNs = _clock.NowNs;
        vcpu.Execute(startNs, 50_000);
        var endNs = _clock.NowNs;
        vcpu.Complete(endNs);
        Assert.True(endNs - startNs >= 50_000);
        Assert.Equal((endNs - startNs, 0), (_record.Counters.ComputeNs, _record.Counters.StorageNs));
    }

    [Fact]
    public void A_start_delay_is_slept_through()
    {
        var vcpu = Vcpu(timeEveryIo: false, Bench.Job() with { StartDelayNs = 3_600_000_000_000 });
        Assert.Equal(AfterQuantum.Sleeping, Run(vcpu, quanta: 1)[0].Next);
        Assert.Empty(_disk.Asked);
    }

    [Fact]
    public void A_long_io_is_copied_in_pieces_and_counts_when_the_last_one_ended()
    {
        // A budget of nothing has room for one piece of 64 KiB: of each MiB there are sixteen.
        using var vcpu = LongWriter();
        var (work, startNs, operations) = (default(WorkVector), _clock.NowNs, new List<long>());
        for (var quantum = 0; quantum < 32; quantum++)
        {
            Assert.Equal(quantum / 16, _record.Counters.WriteOperations);
            work += vcpu.Execute(_clock.NowNs, 1);
            operations.Add(vcpu.Complete(_clock.NowNs).Operations);
        }

        var endNs = _clock.NowNs;
        Assert.Equal(Enumerable.Range(0, 32).Select(i => ('w', (long)i * Piece)), _disk.Asked);
        Assert.Equal(Enumerable.Range(1, 32).Select(i => i % 16 == 0 ? 1L : 0), operations);
        Assert.Equal((2, 2L << 20), (_record.Counters.WriteOperations, _record.Counters.WriteBytes));
        Assert.Equal(2 * LongTimes.ByKind[3].CoreNs, work.CoreNs, 1.0);
        Assert.Equal(2L << 20, work.BusBytes, 1.0);

        // The two were done one after the other, from the beginning to the end.
        Assert.Equal(2, _record.Latency.Writes.TotalCount);
        Assert.InRange(_record.Latency.Writes.GetMean() * 2, (endNs - startNs) * 0.5, (endNs - startNs) * 1.02 + 100_000);
    }

    [Fact]
    public void One_of_several_pieces_goes_on_where_the_vcpu_comes_to_and_when_the_runtime_is_over()
    {
        using var vcpu = LongWriter(runtimeNs: 200_000_000);
        var runtimeIsOverNs = _clock.NowNs + 200_000_000;
        vcpu.Execute(_clock.NowNs, 1);
        vcpu.Complete(_clock.NowNs);
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        vcpu.SaveTo(to);
        to.Flush();

        using var moved = LongWriter(runtimeNs: 200_000_000);
        moved.RestoreFrom(new BinaryReader(new MemoryStream(bytes.ToArray())));
        while (_clock.NowNs <= runtimeIsOverNs)
        {
            Thread.Sleep(10);
        }

        Assert.False(moved.IsFinishedAt(_clock.NowNs));
        var outcomes = Run(moved, quanta: 100);
        Assert.Equal(AfterQuantum.Finished, outcomes[^1].Next);
        Assert.Equal(1, outcomes.Sum(outcome => outcome.Operations));
        Assert.Equal(Enumerable.Range(0, 16).Select(i => ('w', (long)i * Piece)), _disk.Asked);
        Assert.InRange(_record.Latency.Writes.GetMaxValue(), 100_000_000, long.MaxValue); // all its waits included
    }

    private const int Piece = 64 << 10;

    private static OperationTimes LongTimes { get; } = new(
        new PathCosts(new OperationCost(1000, 1), new OperationCost(3000, 1)), Bench.Device(), Bench.BusBytesPerSecond, 1 << 20, 1 << 20);

    private WallVcpu LongWriter(long? runtimeNs = null)
    {
        var spec = Bench.Job(IoPattern.Write) with { ReadBlockBytes = 1 << 20, WriteBlockBytes = 1 << 20, RuntimeNs = runtimeNs };
        var job = new RunningJob(spec, new OperationSource(spec, 4 << 20, 1, 0), new NoTransfer(_disk), LongTimes, _clock.NowNs);
        return new WallVcpu(_record, [job], _disk, _clock, new DeviceDelay(Bench.Device(), 0, 0), timeEveryIo: false);
    }

    private WallVcpu Vcpu(bool timeEveryIo, JobSpec job) =>
        new(_record, [Bench.Start(job, _disk, _clock.NowNs)], _disk, _clock, new DeviceDelay(Bench.Device(), 0, 0), timeEveryIo);

    private List<QuantumOutcome> Run(WallVcpu vcpu, int quanta)
    {
        var outcomes = new List<QuantumOutcome>();
        for (var i = 0; i < quanta; i++)
        {
            vcpu.Execute(_clock.NowNs, 10_000);
            outcomes.Add(vcpu.Complete(_clock.NowNs));
            if (outcomes[^1].Next == AfterQuantum.Finished)
            {
                break;
            }

            while (_clock.NowNs < outcomes[^1].WakeAtNs && outcomes[^1].WakeAtNs < 1_000_000_000_000)
            {
            }
        }

        return outcomes;
    }
}
