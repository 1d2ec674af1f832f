using CsCheck;
using HdrHistogram;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Vm.Tests.Vcpus;

/// <summary>Counters and latencies of a VCPU.</summary>
public sealed class VcpuRecordTests
{
    [Fact]
    public void Every_counter_is_summed_and_taken_off()
    {
        // Found by reflection, so that a counter added later is not forgotten in the sum.
        var fields = typeof(VcpuCounters).GetFields();
        var (a, b) = (new VcpuCounters(), new VcpuCounters());
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i].SetValue(a, i + 1L);
            fields[i].SetValue(b, 100L * (i + 1));
        }

        var sum = VcpuCounters.Sum([a, b]);
        Assert.Equal(fields.Select((_, i) => 101L * (i + 1)), fields.Select(f => (long)f.GetValue(sum)!));
        sum.Subtract(a);
        Assert.Equal(fields.Select((_, i) => 100L * (i + 1)), fields.Select(f => (long)f.GetValue(sum)!));
        Assert.Equal(8, fields.Length);
    }

    [Fact]
    public void A_latency_is_kept_within_one_percent() =>
        Gen.Long[1, 1L << 53].Sample(latencyNs =>
        {
            var recorder = new LatencyRecorder();
            recorder.Record(isWrite: false, latencyNs);
            foreach (var percentile in new[] { 0.0, 50, 99.9, 100 })
            {
                Assert.InRange(recorder.Reads.GetValueAtPercentile(percentile),
                    (long)(latencyNs * 0.99), (long)Math.Ceiling(latencyNs * 1.01));
            }
        });

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(long.MaxValue, 1L << 53)]
    public void A_latency_outside_the_range_counts_as_its_end(long latencyNs, long recordedNs)
    {
        var recorder = new LatencyRecorder();
        recorder.Record(isWrite: true, latencyNs);
        Assert.Equal(1, recorder.Writes.TotalCount);
        Assert.InRange(recorder.Writes.GetMaxValue(), (long)(recordedNs * 0.99), (long)Math.Ceiling(recordedNs * 1.01));
    }

    [Fact]
    public void Sums_and_extremes_are_exact_and_go_along_and_a_reset_forgets_them()
    {
        var recorder = new LatencyRecorder();
        recorder.Record(isWrite: false, 1_234_567, count: 3);
        recorder.Record(isWrite: false, 89);
        recorder.Record(isWrite: true, 9_876_543);
        recorder.RecordBatch(7_654_321);
        recorder.RecordBatch(1);
        var copy = new LatencyRecorder();
        using var bytes = new MemoryStream();
        recorder.SaveTo(new BinaryWriter(bytes));
        bytes.Position = 0;
        copy.RestoreFrom(new BinaryReader(bytes));
        Assert.Equal((3 * 1_234_567L + 89, 9_876_543L, 7_654_322L), Of(l => l.SumNs));
        Assert.Equal((89L, 9_876_543L, 1L), Of(l => l.MinNs));
        Assert.Equal((1_234_567L, 9_876_543L, 7_654_321L), Of(l => l.MaxNs));
        copy.Reset();
        Assert.Equal((0L, 0L, 0L), Of(l => l.SumNs));
        Assert.Equal((long.MaxValue, long.MaxValue, long.MaxValue), Of(l => l.MinNs));
        Assert.Equal((0L, 0L, 0L), Of(l => l.MaxNs));

        (long, long, long) Of(Func<LatencyTotals, long> figure) =>
            (figure(copy.ReadTotals), figure(copy.WriteTotals), figure(copy.BatchTotals));
    }

    [Fact]
    public void Reads_and_writes_are_apart_and_a_reset_forgets_both()
    {
        var recorder = new LatencyRecorder();
        recorder.Record(isWrite: false, 100, count: 3);
        recorder.Record(isWrite: true, 200);
        Assert.Equal((3, 1), (recorder.Reads.TotalCount, recorder.Writes.TotalCount));
        recorder.Reset();
        Assert.Equal((0, 0), (recorder.Reads.TotalCount, recorder.Writes.TotalCount));
    }
}
