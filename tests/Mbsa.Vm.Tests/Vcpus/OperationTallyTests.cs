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
    public void Cleared_it_has_counted_nothing()
    {
        var tally = new OperationTally();
        tally.Add([new IoOperation(0, Bench.Block, IsWrite: true, IsSequential: false)], Bench.Times);
        tally.Clear();
        Assert.Equal((0, default), (tally.Total, tally.Work(Bench.Times)));
    }
}
