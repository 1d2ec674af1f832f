using CsCheck;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

public sealed class OperationTallyTests
{
    private static Gen<IoOperation[]> Batches { get; } =
        Gen.Select(Gen.Bool, Gen.Bool).Select((write, sequential) => new IoOperation(0, Bench.Block, write, sequential)).Array[0, 64];

    [Fact]
    public void Every_operation_is_counted_once_and_by_its_kind() => Batches.Array[0, 4].Sample(batches =>
    {
        var tally = new OperationTally();
        Array.ForEach(batches, batch => tally.Add(batch, Bench.Times));
        var kinds = batches.SelectMany(batch => batch).ToLookup(op => OperationTimes.KindOf(op.IsWrite, op.IsSequential));
        Assert.All(Enumerable.Range(0, 4), kind => Assert.Equal(kinds[kind].Count(), tally[kind]));
        Assert.Equal(batches.Sum(batch => batch.Length), tally.Total);
    });

    [Fact]
    public void Work_and_counters_are_the_sums_over_the_operations() => Batches.Sample(batch =>
    {
        var (tally, counters, record) = (new OperationTally(), new VcpuCounters(), new JobRecord());
        tally.Add(batch, Bench.Times);
        tally.AddTo(counters, record, Bench.Times);
        var work = batch.Aggregate(default(WorkVector),
            (sum, op) => sum + Bench.Times.ByKind[OperationTimes.KindOf(op.IsWrite, op.IsSequential)]);
        Assert.Equal((work.CoreNs, work.BusBytes), (tally.Work(Bench.Times).CoreNs, tally.Work(Bench.Times).BusBytes));
        Assert.Equal(work.NvmNs, tally.Work(Bench.Times).NvmNs, 1e-9);
        Assert.Equal(batch.LongCount(op => op.IsWrite), counters.WriteOperations);
        Assert.Equal(batch.LongCount(op => !op.IsWrite), counters.ReadOperations);
        Assert.Equal((double)work.BusBytes, counters.ReadBytes + counters.WriteBytes);
        Assert.Equal(
            new JobCounts(counters.ReadOperations, counters.WriteOperations, counters.ReadBytes, counters.WriteBytes), record.Measured);
    });

    [Fact]
    public void Where_lengths_differ_each_is_counted_with_its_own_work_and_bytes()
    {
        var cost = new OperationCost(1000, 0.5, RandomNs: 500);
        var times = new OperationTimes(
            new PathCosts(cost, cost), Bench.Device(), Bench.BusBytesPerSecond, 65536, 65536, hasSeveralLengths: true);
        IoOperation[] batch = [new(0, 4096, false, false), new(0, 65536, false, true), new(0, 8192, true, false)];
        var (tally, counters, record) = (new OperationTally(), new VcpuCounters(), new JobRecord());
        tally.AddInOrder(batch, times);
        tally.AddTo(counters, record, times);
        Assert.Equal(new JobCounts(2, 1, 4096 + 65536, 8192), record.Measured);
        Assert.Equal((3 * 1000) + (2 * 500) + (0.5 * (4096 + 65536 + 8192)), tally.Work(times).CoreNs, 1e-6);
        Assert.Equal(4096 + 65536 + 8192, (double)tally.Work(times).BusBytes);
        Assert.Equal([.. batch.Select(op => times.AloneNs(op))], tally.AloneNsInOrder.ToArray());
        Assert.Equal(batch.Sum(op => times.AloneNs(op)), tally.AloneNs(times), 1e-6);
    }

    [Fact]
    public void Cleared_it_has_counted_nothing()
    {
        var tally = new OperationTally();
        tally.Add([new IoOperation(0, Bench.Block, IsWrite: true, IsSequential: false)], Bench.Times);
        tally.Clear();
        Assert.Equal((0, default), (tally.Total, tally.Work(Bench.Times)));
    }
}
