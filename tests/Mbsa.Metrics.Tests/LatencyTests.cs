using System.Globalization;
using CsCheck;
using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;
using Prometheus;

namespace Mbsa.Metrics.Tests;

public class LatencyTests
{
    private const string Labels = "host=\"h\",op=\"read\",vm=\"a\"";

    private static readonly Gen<long> _latencyNs = Gen.OneOf(
        Gen.Long[1, 60_000],
        Gen.Long[1, 3_000_000_000],
        Gen.Int[0, LatencyBuckets.BoundariesNs.Length - 1].Select(i => LatencyBuckets.BoundariesNs[i]));

    [Fact]
    public void A_batch_of_another_length_or_with_falling_counts_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new LatencyBatch([1, 2, 3], 6));
        Assert.Throws<ArgumentException>(() => LatencyBatch.FromCounts(new long[LatencyBuckets.Count - 1], 0));
        long[] counts = new long[LatencyBuckets.Count];
        counts[3] = -1;
        Assert.Throws<ArgumentException>(() => LatencyBatch.FromCounts(counts, 0));
    }

    [Fact]
    public void Scrapes_show_every_bucket_exactly_and_the_right_sum_however_the_batches_fall() =>
        _latencyNs.Array[0, 50].Array[1, 5].Sample(batches =>
        {
            var source = new TestSource(TestSource.Host("h"));
            using var instruments = new MbsaInstruments(source, TestSource.Instruments);
            var registry = new CollectorRegistry();
            using var bridge = new PrometheusBridge(instruments, registry);
            var all = new List<long>();
            foreach (long[] batch in batches)
            {
                all.AddRange(batch);
                source.Current = [TestSource.Host("h", TestSource.Vm("a") with { ReadLatency = Batch(all) })];
                AssertShows(all, Exposition.Of(registry).GetAwaiter().GetResult());
            }
        }, iter: 100);

    private static LatencyBatch Batch(List<long> latenciesNs)
    {
        long[] counts = new long[LatencyBuckets.Count];
        foreach (long latencyNs in latenciesNs)
        {
            counts[LatencyBuckets.IndexOf(latencyNs)]++;
        }
        return LatencyBatch.FromCounts(counts, latenciesNs.Sum());
    }

    private static void AssertShows(List<long> latenciesNs, Exposition scrape)
    {
        foreach (long boundNs in LatencyBuckets.BoundariesNs)
        {
            string bound = (boundNs / 1e9).ToString("g", CultureInfo.InvariantCulture);
            Assert.Equal(
                latenciesNs.Count(latencyNs => latencyNs <= boundNs),
                scrape[$"mbsa_io_latency_seconds_bucket{{{Labels},le=\"{bound}\"}}"]);
        }
        Assert.Equal(latenciesNs.Count, scrape[$"mbsa_io_latency_seconds_bucket{{{Labels},le=\"+Inf\"}}"]);
        Assert.Equal(latenciesNs.Count, scrape[$"mbsa_io_latency_seconds_count{{{Labels}}}"]);
        double sum = latenciesNs.Sum() / 1e9;
        Assert.InRange(scrape[$"mbsa_io_latency_seconds_sum{{{Labels}}}"], sum - (1e-12 * sum) - 1e-15, sum + (1e-12 * sum) + 1e-15);
    }
}
