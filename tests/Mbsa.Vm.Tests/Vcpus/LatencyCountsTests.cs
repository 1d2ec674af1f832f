using Mbsa.Vm.Vcpus;

namespace Mbsa.Vm.Tests.Vcpus;

public sealed class LatencyCountsTests
{
    [Fact]
    public void Bounds_rise_from_one_microsecond_to_twelve_hours()
    {
        Assert.Equal(1_000, LatencyBuckets.BoundariesNs[0]);
        Assert.Equal(12 * 3600 * 1_000_000_000L, LatencyBuckets.BoundariesNs[^1]);
        Assert.Equal(LatencyBuckets.BoundariesNs, LatencyBuckets.BoundariesNs.Distinct().Order());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000, 0)]
    [InlineData(1_001, 1)]
    [InlineData(1_000_000_000, 30)]
    [InlineData(1_000_000_001, 31)]
    [InlineData(67_000_000_000, 36)]
    [InlineData(43_200_000_000_001, 40)]
    public void A_bound_belongs_to_the_bucket_below_it(long latencyNs, int bucket) =>
        Assert.Equal(bucket, LatencyBuckets.IndexOf(latencyNs));

    [Fact]
    public void A_recorder_counts_for_those_who_watch_what_it_counts_for_the_result_and_does_not_forget()
    {
        var recorder = new LatencyRecorder();
        recorder.Record(isWrite: false, 1_200, 3);
        recorder.Record(isWrite: false, 70_000_000_000);
        recorder.Record(isWrite: true, 12_400, 2);

        recorder.Reset();

        Assert.Equal((4, 3 * 1_200 + 70_000_000_000), Sum(recorder.LiveReads));
        Assert.Equal((2, 24_800), Sum(recorder.LiveWrites));
        Assert.Equal(0, recorder.Reads.TotalCount);
    }

    [Fact]
    public void Counts_of_several_vcpus_add_up_bucket_by_bucket()
    {
        var (first, second) = (new LatencyCounts(), new LatencyCounts());
        first.Add(1_000, 2);
        second.Add(1_000, 5);
        second.Add(50_000_000_000_000, 1);
        var counts = new long[LatencyBuckets.Count];

        Assert.Equal(2_000, first.AddTo(counts));
        Assert.Equal(50_000_000_005_000, second.AddTo(counts));

        Assert.Equal(7, counts[0]);
        Assert.Equal(1, counts[^1]);
        Assert.Equal(8, counts.Sum());
    }

    [Fact]
    public void Counts_fit_the_buckets_or_are_refused() =>
        Assert.Throws<ArgumentException>(() => new LatencyCounts().AddTo(new long[3]));

    private static (long Count, long SumNs) Sum(LatencyCounts latencies)
    {
        var counts = new long[LatencyBuckets.Count];
        var sumNs = latencies.AddTo(counts);
        return (counts.Sum(), sumNs);
    }
}
