using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Tests.Jobs;

public sealed class FioBucketsTests
{
    // Bins of json+ reports of fio 3.33, and the bounds of its buckets: 64 for each power of two from 128 on.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(127, 127)]
    [InlineData(128, 129)]
    [InlineData(129, 129)]
    [InlineData(243, 243)]
    [InlineData(256, 258)]
    [InlineData(813, 812)]
    [InlineData(3711, 3696)]
    [InlineData(3712, 3728)]
    [InlineData(44_802_493, 44_826_624)]
    [InlineData(17_179_869_183, 17_112_760_320)]
    [InlineData(long.MaxValue, 17_112_760_320)]
    public void A_latency_is_in_fios_bucket(long ns, long named) => Assert.Equal(named, FioBuckets.ValueOf(FioBuckets.IndexOf(ns)));

    [Fact]
    public void Each_bucket_has_a_name_of_its_own_in_it_and_they_rise()
    {
        for (var bucket = 0; bucket < FioBuckets.Count; bucket++)
        {
            Assert.Equal(bucket, FioBuckets.IndexOf(FioBuckets.ValueOf(bucket)));
            Assert.True(bucket == 0 || FioBuckets.ValueOf(bucket) > FioBuckets.ValueOf(bucket - 1));
        }
    }

    [Fact]
    public void A_bucket_is_within_one_percent_of_what_is_in_it()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var ns = random.NextInt64(1L << random.Next(1, 34));
            Assert.InRange(FioBuckets.ValueOf(FioBuckets.IndexOf(ns)), ns * 0.992, (ns * 1.008) + 0.5);
        }
    }
}
