using CsCheck;
using HdrHistogram;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

/// <summary>When each I/O of a quantum ended whose speed changed in the middle.</summary>
public sealed class QuantumLatencyTests
{
    private readonly VcpuRecord _record = new();

    [Fact]
    public void Each_io_takes_as_long_as_the_quantum_was_slow_while_it_lasted()
    {
        // Ten random reads of 1.5 us: four at full speed, one of which half is slow, and five at a third of it.
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.RandRead));
        Assert.Equal(15_000, vcpu.Execute(0, 15_000).CoreNs);
        vcpu.Complete(6_750 + 3 * 8_250, new Passage([new Passage.Turn(6_750, 0.45)]));

        Assert.Equal((10, 6_750 + 3 * 8_250), (_record.Latency.Reads.TotalCount, SumNs(_record)));
        Assert.Equal([(1_500, 4), (3_000, 1), (4_500, 5)], Recorded(_record.Latency.Reads));
    }

    [Fact]
    public void The_first_carries_its_wait_and_only_it()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.RandRead));
        vcpu.Execute(20_000, 15_000);
        vcpu.Complete(20_000 + 7_500 + 15_000, new Passage([new Passage.Turn(27_500, 0.5)]));
        Assert.Equal([(1_500, 4), (3_000, 5), (21_500, 1)], Recorded(_record.Latency.Reads));
    }

    [Fact]
    public void A_long_io_begins_and_ends_where_the_quantum_passes_its_place()
    {
        // Writes of 3.5 us in quanta of 3: the second quantum has 500 ns of the first write, which go at full speed,
        // and 2,500 of the second, which go at half of it.
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.RandWrite));
        vcpu.Quantum(0, 3_000);
        vcpu.Execute(3_000, 3_000);
        vcpu.Complete(3_000 + 500 + 5_000, new Passage([new Passage.Turn(3_500, 500 / 3_000.0)]));
        Assert.Equal([(3_500, 1)], Recorded(_record.Latency.Writes));
        vcpu.Execute(8_500, 3_000);
        vcpu.Complete(11_500);
        Assert.Equal(3_500 + 6_000, SumNs(_record));
    }

    [Theory]
    [InlineData(5_250)] // in the middle of the fourth
    [InlineData(4_500)] // as it begins
    public void An_io_that_was_under_way_when_its_quantum_was_cut_off_spans_the_cut_and_only_it(long cutAtNs)
    {
        // Ten random reads of 1.5 us, and 100 us on no core in between.
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.RandRead));
        var done = cutAtNs / vcpu.Execute(0, 15_000).CoreNs;
        var passage = new Passage([new Passage.Turn(cutAtNs, done), new Passage.Turn(cutAtNs + 100_000, done)], awayNs: 100_000);
        Assert.Equal(10, vcpu.Complete(115_000, passage).Operations);

        Assert.Equal([(1_500, 9), (101_500, 1)], Recorded(_record.Latency.Reads));
        Assert.Equal((115_000, 100_000, 15_000), (SumNs(_record), _record.Counters.WaitingNs, _record.Counters.StorageNs));
    }

    [Fact]
    public void Time_that_computing_was_on_no_core_is_waiting()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.Compute));
        vcpu.Execute(0, 15_000);
        vcpu.Complete(18_000, new Passage([new Passage.Turn(5_000, 1 / 3.0), new Passage.Turn(8_000, 1 / 3.0)], awayNs: 3_000));
        Assert.Equal((3_000, 15_000), (_record.Counters.WaitingNs, _record.Counters.ComputeNs));
    }

    [Fact]
    public void Whatever_turns_the_quantum_took_each_io_is_where_its_work_is()
    {
        var turn = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 0.99]);
        Gen.Select(turn.Array[0, 12], Gen.Int[0, 100], Gen.Long[3_500, 60_000], Gen.Long[0, 5_000])
            .Sample((turns, percent, budgetNs, waitedNs) =>
        {
            var (record, spec) = (new VcpuRecord(), Bench.Job(IoPattern.RandReadWrite) with { ReadPercent = percent });
            var vcpu = Bench.Virtual(record, spec);
            var aloneNs = vcpu.Execute(waitedNs, budgetNs).CoreNs;
            var endNs = waitedNs + (long)(3 * aloneNs);
            var (at, done) = (turns.Select(t => t.Item1).Order().ToArray(), turns.Select(t => t.Item2).Order().ToArray());
            var taken = at.Select((part, i) => new Passage.Turn(waitedNs + (long)(part * 3 * aloneNs), done[i])).ToArray();
            var operations = (int)vcpu.Complete(endNs, new Passage(taken)).Operations;

            var drawn = new IoOperation[operations];
            new OperationSource(spec, Bench.DiskBytes, 1, 0).Draw(drawn);
            var (fromNs, doneNs) = (0d, 0d);
            List<double>[] expected = [[], []];
            foreach (var next in drawn)
            {
                doneNs += Bench.Times.AloneNsByKind[OperationTimes.KindOf(next.IsWrite, next.IsSequential)];
                var toNs = TimeOf(doneNs / aloneNs, taken, waitedNs, endNs);
                expected[next.IsWrite ? 1 : 0].Add(toNs - fromNs);
                fromNs = toNs;
            }

            AssertAlike(expected[0], record.Latency.Reads);
            AssertAlike(expected[1], record.Latency.Writes);
            Assert.InRange(SumNs(record), endNs - operations, endNs + operations);
        });
    }

    /// <summary>When so much was done: by a straight line from turn to turn.</summary>
    private static double TimeOf(double done, Passage.Turn[] turns, long startNs, long endNs)
    {
        var places = turns.Prepend(new Passage.Turn(startNs, 0)).Append(new Passage.Turn(endNs, 1)).ToList();
        var next = Math.Max(1, places.FindIndex(place => place.Done >= done - 1e-12));
        var (a, b) = (places[next - 1], places[next]);
        return b.Done > a.Done ? a.AtNs + (b.AtNs - a.AtNs) * Math.Min(1, (done - a.Done) / (b.Done - a.Done)) : a.AtNs;
    }

    private static void AssertAlike(List<double> expectedNs, LongHistogram recorded)
    {
        Assert.Equal(expectedNs.Count, recorded.TotalCount);
        expectedNs.Sort();
        var found = Recorded(recorded).SelectMany(value => Enumerable.Repeat(value.Ns, (int)value.Count)).ToList();
        for (var i = 0; i < expectedNs.Count; i++)
        {
            Assert.InRange(found[i], expectedNs[i] * 0.98 - 2, expectedNs[i] * 1.02 + 2);
        }
    }

    /// <summary>Latencies and how many, each rounded to what was recorded as the histogram is exact to 1 % only.</summary>
    private static List<(long Ns, long Count)> Recorded(LongHistogram histogram) =>
        [.. histogram.RecordedValues().Select(value => (Nearest(value.ValueIteratedTo), value.CountAddedInThisIterationStep))];

    private static long Nearest(long ns) => (ns + 50) / 500 * 500 is var round && Math.Abs(round - ns) <= ns / 100 ? round : ns;

    private static long SumNs(VcpuRecord record)
    {
        var counts = new long[LatencyBuckets.Count];
        return record.Latency.LiveReads.AddTo(counts) + record.Latency.LiveWrites.AddTo(counts);
    }
}
